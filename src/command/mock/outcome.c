#include "mock/outcome.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mock/buf.h"

/* Words that may stand where a status may stand. */
static const struct {
    const char *word;
    enum sc_mock_fault fault;
    enum sc_mock_flavor flavor;
    int status;
} words[] = {
    {"ok", SC_MOCK_ANSWER, SC_MOCK_PLAIN, 200},
    {"quota", SC_MOCK_ANSWER, SC_MOCK_QUOTA, 429},
    {"context", SC_MOCK_ANSWER, SC_MOCK_CONTEXT, 400},
    {"reset", SC_MOCK_RESET, SC_MOCK_PLAIN, 200},
    {"reset-body", SC_MOCK_RESET_BODY, SC_MOCK_PLAIN, 200},
    {"truncate", SC_MOCK_TRUNCATE, SC_MOCK_PLAIN, 200},
    {"truncate-chunked", SC_MOCK_TRUNCATE_CHUNKED, SC_MOCK_PLAIN, 200},
    {"cut", SC_MOCK_CUT, SC_MOCK_PLAIN, 200},
    {"stall", SC_MOCK_STALL, SC_MOCK_PLAIN, 200},
    {"hang", SC_MOCK_HANG, SC_MOCK_PLAIN, 200},
    {"drip", SC_MOCK_DRIP, SC_MOCK_PLAIN, 200},
    {"sse-error", SC_MOCK_STREAM_ERROR, SC_MOCK_PLAIN, 200},
    {"sse-error-late", SC_MOCK_STREAM_ERROR_LATE, SC_MOCK_PLAIN, 200},
};

struct parse {
    bool files;
    char *err;
    size_t err_n;
};

static bool fail(const struct parse *ps, const char *what, const char *text)
{
    snprintf(ps->err, ps->err_n, "%s: '%.80s'", what, text);
    return false;
}

static void add_header(struct sc_mock_outcome *o, const char *name, size_t n, const char *value)
{
    o->headers = sc_mock_realloc(o->headers, (o->n_headers + 1) * sizeof *o->headers);
    o->headers[o->n_headers].name = sc_mock_strndup(name, n);
    o->headers[o->n_headers++].value = sc_mock_strdup(value);
}

static bool read_body_file(const struct parse *ps, struct sc_mock_outcome *o, const char *path)
{
    struct sc_mock_buf b = {0};
    char chunk[8192];
    size_t n;
    if (!ps->files)
        return fail(ps, "body=FILE is not allowed here", path);
    FILE *f = fopen(path, "rb");
    if (!f)
        return fail(ps, strerror(errno), path);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        sc_mock_buf_add(&b, chunk, n);
    bool bad = ferror(f);
    fclose(f);
    if (bad) {
        sc_mock_buf_free(&b);
        return fail(ps, "cannot read", path);
    }
    sc_mock_buf_str(&b, "");
    free(o->body);
    o->body = b.p;
    o->body_len = b.n;
    return true;
}

static bool set_header_option(const struct parse *ps, struct sc_mock_outcome *o, const char *value)
{
    const char *colon = strchr(value, ':');
    if (!colon || colon == value || strpbrk(value, "\r\n"))
        return fail(ps, "header wants Name:Value", value);
    add_header(o, value, (size_t)(colon - value), colon + 1 + strspn(colon + 1, " "));
    return true;
}

/* Options whose value is a number go into a field; those that are a text into another. */
static bool set_number(const struct parse *ps, struct sc_mock_outcome *o, const char *name,
                       const char *value, bool *known)
{
    const int64_t year_ms = INT64_C(366) * 24 * 3600 * 1000;
    int64_t status = 0;
    const struct {
        const char *name;
        int64_t *field;
        int64_t max;
    } numbers[] = {
        {"latency", &o->latency_ms, year_ms},
        {"ms", &o->ms, year_ms},
        {"at", &o->at, INT64_C(1) << 40},
        {"after", &o->after, 1000000},
        {"bytes", &o->bytes, INT64_C(1) << 40},
        {"retry-after-date", &o->retry_after_date, year_ms},
        {"status", &status, 999},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(name, numbers[i].name) != 0)
            continue;
        *known = true;
        if (!sc_mock_parse_number(value, numbers[i].max, numbers[i].field))
            return fail(ps, "not a number that fits", value);
        if (status && status < 200)
            return fail(ps, "a status is 200 to 999", value);
        if (status)
            o->status = (int)status;
    }
    return true;
}

static bool set_text(struct sc_mock_outcome *o, const char *name, const char *value)
{
    const struct {
        const char *name;
        char **field;
    } texts[] = {
        {"type", &o->error_type},           {"code", &o->error_code},
        {"message", &o->error_message},     {"retry-in", &o->retry_in},
        {"content-type", &o->content_type}, {"body-text", &o->body},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(name, texts[i].name) != 0)
            continue;
        free(*texts[i].field);
        *texts[i].field = sc_mock_strdup(value);
        if (texts[i].field == &o->body)
            o->body_len = strlen(value);
        return true;
    }
    return false;
}

static bool set_option(const struct parse *ps, struct sc_mock_outcome *o, const char *name,
                       const char *value)
{
    static const char *const header_names[] = {"retry-after", "retry-after-ms",
                                               "x-ms-retry-after-ms", "x-should-retry"};
    bool known = false;
    if (!set_number(ps, o, name, value, &known))
        return false;
    if (known || set_text(o, name, value))
        return true;
    if (strcmp(name, "body") == 0)
        return read_body_file(ps, o, value);
    if (strcmp(name, "header") == 0)
        return set_header_option(ps, o, value);
    if (strcmp(name, "close") == 0) {
        add_header(o, "Connection", 10, "close");
        return true;
    }
    if (strcmp(name, "early") == 0)
        return o->early = true;
    if (strcmp(name, "bare") == 0)
        return o->bare = true;
    for (size_t i = 0; i < sizeof header_names / sizeof header_names[0]; i++)
        if (strcmp(name, header_names[i]) == 0) {
            add_header(o, name, strlen(name), value);
            return true;
        }
    return fail(ps, "no such option", name);
}

/* Cuts *rest at the next unescaped `stop`, and returns the part before it, unescaped if `final`. */
static char *next_part(const char **rest, char stop, bool final)
{
    struct sc_mock_buf b = {0};
    const char *p = *rest;
    sc_mock_buf_str(&b, "");
    for (; *p && *p != stop; p++) {
        if (*p == '\\' && p[1]) {
            if (!final)
                sc_mock_buf_add(&b, p, 2);
            else
                sc_mock_buf_add(&b, p[1] == 'n' ? "\n" : p + 1, 1);
            p++;
        } else {
            sc_mock_buf_add(&b, p, 1);
        }
    }
    *rest = *p ? p + 1 : NULL;
    return b.p;
}

static char *trim(char *s)
{
    s += strspn(s, " \t\r\n");
    size_t n = strlen(s);
    while (n && strchr(" \t\r\n", s[n - 1]))
        s[--n] = 0;
    return s;
}

/* The part before the first ';': a status or a word, with an optional *COUNT. */
static bool parse_word(const struct parse *ps, struct sc_mock_outcome *o, char *word,
                       int64_t *count)
{
    int64_t status;
    char *star = strchr(word, '*');
    *count = 1;
    if (star) {
        *star = 0;
        if (!sc_mock_parse_number(star + 1, 1000000000, count) || *count == 0)
            return fail(ps, "not a count", star + 1);
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(word, words[i].word) == 0) {
            o->fault = words[i].fault;
            o->flavor = words[i].flavor;
            o->status = words[i].status;
            return true;
        }
    if (!sc_mock_parse_number(word, 999, &status) || status < 200)
        return fail(ps, "neither a status nor a word of the script language", word);
    o->status = (int)status;
    return true;
}

static bool parse_outcome(const struct parse *ps, struct sc_mock_outcome *o, const char *text,
                          int64_t *count)
{
    const char *rest = text;
    char *part = next_part(&rest, ';', true);
    bool good = parse_word(ps, o, trim(part), count);
    free(part);
    while (good && rest) {
        part = next_part(&rest, ';', true);
        char *option = part + strspn(part, " ");
        char *equal = strchr(option, '=');
        if (equal)
            *equal = 0;
        good = set_option(ps, o, option, equal ? equal + 1 : "");
        free(part);
    }
    return good;
}

static void outcome_free(struct sc_mock_outcome *o)
{
    free(o->text);
    free(o->error_type);
    free(o->error_code);
    free(o->error_message);
    free(o->retry_in);
    free(o->content_type);
    free(o->body);
    for (size_t i = 0; i < o->n_headers; i++) {
        free(o->headers[i].name);
        free(o->headers[i].value);
    }
    free(o->headers);
}

static bool add_outcome(const struct parse *ps, struct sc_mock_script *s, const char *text)
{
    int64_t count;
    s->items = sc_mock_realloc(s->items, (s->n + 1) * sizeof *s->items);
    struct sc_mock_outcome *o = &s->items[s->n];
    *o = (struct sc_mock_outcome){.ms = -1,
                                  .at = -1,
                                  .after = -1,
                                  .bytes = -1,
                                  .retry_after_date = -1,
                                  .text = sc_mock_strdup(text)};
    s->n++;
    if (!parse_outcome(ps, o, text, &count))
        return false;
    o->upto = (s->n > 1 ? s->items[s->n - 2].upto : 0) + (uint64_t)count;
    return true;
}

struct sc_mock_script *sc_mock_script_parse(const char *text, bool files, char *err, size_t err_n)
{
    const struct parse ps = {files, err, err_n};
    struct sc_mock_script *s = sc_mock_alloc(sizeof *s);
    const char *rest = text;
    bool good = true;
    s->refs = 1;
    while (good && rest) {
        char *part = next_part(&rest, ',', false);
        good = add_outcome(&ps, s, trim(part));
        free(part);
    }
    if (good)
        return s;
    sc_mock_script_unref(s);
    return NULL;
}

struct sc_mock_script *sc_mock_script_ref(struct sc_mock_script *s)
{
    s->refs++;
    return s;
}

void sc_mock_script_unref(struct sc_mock_script *s)
{
    if (!s || --s->refs > 0)
        return;
    for (size_t i = 0; i < s->n; i++)
        outcome_free(&s->items[i]);
    free(s->items);
    free(s);
}

const struct sc_mock_outcome *sc_mock_script_at(const struct sc_mock_script *s, uint64_t turn)
{
    for (size_t i = 0; i + 1 < s->n; i++)
        if (turn < s->items[i].upto)
            return &s->items[i];
    return &s->items[s->n - 1];
}
