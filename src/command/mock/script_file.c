/*
 * script_file.c - the plan of a mock from a JSON file or the command line:
 *
 *     {"script": "503,503,200",
 *      "paths": {"/v1/embeddings": ["429;retry-after=2", "200"], "/v1/chat*": "200"},
 *      "fault_rate": {"503": 0.2, "reset": 0.1},
 *      "seed": 7}
 */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mock/buf.h"
#include "mock/script.h"

#define FILE_MAX_BYTES (16u << 20)

/* Says in which member it is what err tells of. False. */
static bool within(const char *name, char *err, size_t err_n)
{
    char what[200];

    snprintf(what, sizeof what, "%s", err);
    snprintf(err, err_n, "%.80s: %s", name, what);
    return false;
}

/* cJSON has members of the same name side by side, of which one would be lost. */
static bool is_second(const cJSON *list, const cJSON *v, char *err, size_t err_n)
{
    for (const cJSON *c = list->child; c != v; c = c->next)
        if (strcmp(c->string, v->string) == 0) {
            snprintf(err, err_n, "it is there a second time");
            return true;
        }
    return false;
}

/* A script is one string, or an array of outcomes whose commas need no backslash. */
static struct sc_script *script_of(const cJSON *v, char *err, size_t err_n)
{
    struct sc_mock_buf text = {0};
    sc_mock_buf_str(&text, "");
    if (cJSON_IsString(v))
        sc_mock_buf_str(&text, v->valuestring);
    for (const cJSON *c = cJSON_IsArray(v) ? v->child : NULL; c; c = c->next) {
        if (c != v->child)
            sc_mock_buf_str(&text, ",");
        if (cJSON_IsNumber(c))
            sc_mock_buf_json(&text, "%d", c->valueint);
        for (const char *p = cJSON_IsString(c) ? c->valuestring : ""; *p; p++) {
            sc_mock_buf_str(&text, *p == ',' ? "\\" : "");
            sc_mock_buf_add(&text, p, 1);
            /* An escaped character stays escaped, the comma after a backslash included. */
            if (*p == '\\' && p[1])
                sc_mock_buf_add(&text, ++p, 1);
        }
    }
    struct sc_script *s = sc_mock_script_parse(text.p, true, err, err_n);
    sc_mock_buf_free(&text);
    return s;
}

static bool load_paths(struct sc_mock_plan *p, const cJSON *v, char *err, size_t err_n)
{
    for (const cJSON *c = v->child; c; c = c->next) {
        struct sc_script *s = NULL;

        if (c->string[0] != '/' && strcmp(c->string, "*") != 0)
            snprintf(err, err_n, "a path begins with '/'; '*' at its end stands for any text");
        else if (!is_second(v, c, err, err_n))
            s = script_of(c, err, err_n);
        if (!s)
            return within(c->string, err, err_n);
        sc_mock_plan_set_path(p, c->string, s);
    }
    return true;
}

static bool add_rate(struct sc_mock_plan *p, const char *outcome, double rate, char *err,
                     size_t err_n)
{
    struct sc_script *s = sc_mock_script_parse(outcome, true, err, err_n);
    if (!s)
        return false;
    if (sc_mock_plan_add_fault(p, s, rate))
        return true;
    sc_script_unref(s);
    snprintf(err, err_n, "fault rates are 0 to 1, and so is their sum: '%.80s'", outcome);
    return false;
}

static bool load_rates(struct sc_mock_plan *p, const cJSON *v, char *err, size_t err_n)
{
    for (const cJSON *c = v->child; c; c = c->next)
        if (is_second(v, c, err, err_n) ||
            !add_rate(p, c->string, cJSON_IsNumber(c) ? c->valuedouble : -1, err, err_n))
            return within(c->string, err, err_n);
    return true;
}

static bool load_script(struct sc_mock_plan *p, const cJSON *v, char *err, size_t err_n)
{
    struct sc_script *s = script_of(v, err, err_n);

    if (s)
        sc_mock_plan_set_script(p, s);
    return s != NULL;
}

static bool load_seed(struct sc_mock_plan *p, const cJSON *v, char *err, size_t err_n)
{
    (void)err, (void)err_n;
    sc_mock_plan_set_seed(p, (uint64_t)v->valuedouble);
    return true;
}

static bool is_script(const cJSON *v)
{
    return cJSON_IsString(v) || cJSON_IsArray(v);
}

static bool is_object(const cJSON *v)
{
    return cJSON_IsObject(v);
}

static bool is_seed(const cJSON *v)
{
    return cJSON_IsNumber(v) && v->valuedouble >= 0 && v->valuedouble <= (double)(1LL << 53) &&
           v->valuedouble == (double)(uint64_t)v->valuedouble;
}

static const struct member {
    const char *name, *wants;
    bool (*fits)(const cJSON *v);
    bool (*load)(struct sc_mock_plan *p, const cJSON *v, char *err, size_t err_n);
} members[] = {
    {"script", "a string or a list of outcomes", is_script, load_script},
    {"paths", "an object: a script for each path", is_object, load_paths},
    {"fault_rate", "an object: a number from 0 to 1 for each outcome", is_object, load_rates},
    {"seed", "a whole number from 0 to 2^53", is_seed, load_seed},
};

static bool load_member(struct sc_mock_plan *p, const cJSON *v, char *err, size_t err_n)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct member *m = &members[i];

        if (strcmp(v->string, m->name) != 0)
            continue;
        if (m->fits(v))
            return m->load(p, v, err, err_n);
        snprintf(err, err_n, "allowed is %s", m->wants);
        return false;
    }
    snprintf(err, err_n, "no such member: there are script, paths, fault_rate and seed");
    return false;
}

static bool read_file(const char *file, struct sc_mock_buf *b, char *err, size_t err_n)
{
    char chunk[8192];
    size_t n;
    FILE *f = fopen(file, "rb");
    if (!f) {
        snprintf(err, err_n, "%.80s: %s", file, strerror(errno));
        return false;
    }
    while (b->n < FILE_MAX_BYTES && (n = fread(chunk, 1, sizeof chunk, f)) > 0)
        sc_mock_buf_add(b, chunk, n);
    if (ferror(f))
        snprintf(err, err_n, "%.80s: %s", file, strerror(errno));
    n = (size_t)ferror(f);
    fclose(f);
    return n == 0;
}

/* The line where the parser gave up. */
static unsigned line_of(const char *text, const char *end)
{
    unsigned line = 1;

    for (const char *p = text; p && p < end; p++)
        line += *p == '\n';
    return line;
}

bool sc_mock_plan_load(struct sc_mock_plan *p, const char *file, char *err, size_t err_n)
{
    struct sc_mock_buf b = {0};
    const char *end = NULL;
    if (!read_file(file, &b, err, err_n)) {
        sc_mock_buf_free(&b);
        return false;
    }
    cJSON *json = b.n ? cJSON_ParseWithLengthOpts(b.p, b.n, &end, false) : NULL;
    bool good = json && cJSON_IsObject(json);
    if (!json && b.n)
        snprintf(err, err_n, "%.80s:%u: this is not JSON", file, line_of(b.p, end));
    else if (!good)
        snprintf(err, err_n, "%.80s: not a JSON object", file);
    for (const cJSON *c = good ? json->child : NULL; good && c; c = c->next) {
        good = !is_second(json, c, err, err_n) && load_member(p, c, err, err_n);
        if (!good) {
            within(c->string, err, err_n);
            within(file, err, err_n);
        }
    }
    cJSON_Delete(json);
    sc_mock_buf_free(&b);
    return good;
}

bool sc_mock_plan_parse_rates(struct sc_mock_plan *p, const char *text, char *err, size_t err_n)
{
    char *copy = sc_mock_strdup(text), *save = NULL;
    bool good = true;
    for (char *part = strtok_r(copy, ",", &save); good && part; part = strtok_r(NULL, ",", &save)) {
        char *end = part, *equal = strrchr(part, '=');
        double rate = equal ? strtod(equal + 1, &end) : -1;
        if (!equal || *end || end == equal + 1) {
            snprintf(err, err_n, "a fault rate is OUTCOME=RATE, not '%.80s'", part);
            good = false;
            break;
        }
        *equal = 0;
        good = add_rate(p, part, rate, err, err_n);
    }
    free(copy);
    return good;
}
