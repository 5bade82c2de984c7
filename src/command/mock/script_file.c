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
        struct sc_script *s = script_of(c, err, err_n);
        if (!s)
            return false;
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
        if (!add_rate(p, c->string, cJSON_IsNumber(c) ? c->valuedouble : -1, err, err_n))
            return false;
    return true;
}

static bool load_member(struct sc_mock_plan *p, const cJSON *v, char *err, size_t err_n)
{
    if (strcmp(v->string, "script") == 0) {
        struct sc_script *s = script_of(v, err, err_n);
        if (s)
            sc_mock_plan_set_script(p, s);
        return s != NULL;
    }
    if (strcmp(v->string, "paths") == 0 && cJSON_IsObject(v))
        return load_paths(p, v, err, err_n);
    if (strcmp(v->string, "fault_rate") == 0 && cJSON_IsObject(v))
        return load_rates(p, v, err, err_n);
    if (strcmp(v->string, "seed") == 0 && cJSON_IsNumber(v) && v->valuedouble >= 0) {
        sc_mock_plan_set_seed(p, (uint64_t)v->valuedouble);
        return true;
    }
    snprintf(err, err_n, "members are script, paths, fault_rate and seed, not '%.80s'", v->string);
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
    fclose(f);
    return true;
}

bool sc_mock_plan_load(struct sc_mock_plan *p, const char *file, char *err, size_t err_n)
{
    struct sc_mock_buf b = {0};
    if (!read_file(file, &b, err, err_n))
        return false;
    cJSON *json = b.n ? cJSON_ParseWithLength(b.p, b.n) : NULL;
    bool good = json && cJSON_IsObject(json);
    if (!good)
        snprintf(err, err_n, "%.80s: not a JSON object", file);
    for (const cJSON *c = good ? json->child : NULL; good && c; c = c->next)
        good = load_member(p, c, err, err_n);
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
