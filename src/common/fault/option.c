/* option.c - see option.h. */
#include "fault/option.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/nearest.h"

enum { BODY_FILE_MAX = 64 << 20 };

static const char *const options[] = {"latency",
                                      "ms",
                                      "at",
                                      "after",
                                      "bytes",
                                      "retry-after-date",
                                      "status",
                                      "type",
                                      "code",
                                      "message",
                                      "retry-in",
                                      "content-type",
                                      "body-text",
                                      "body",
                                      "header",
                                      "close",
                                      "early",
                                      "bare",
                                      "retry-after",
                                      "retry-after-ms",
                                      "x-ms-retry-after-ms",
                                      "x-should-retry",
                                      "for",
                                      "program",
                                      NULL};

__attribute__((format(printf, 2, 3))) static bool fail(const struct sc_script_reading *ps,
                                                       const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(ps->err->text, sizeof ps->err->text, format, args);
    va_end(args);
    ps->err->at = ps->at;
    return false;
}

bool sc_script_fail(const struct sc_script_reading *ps, const char *what, const char *text,
                    const char *near)
{
    if (!*text)
        return fail(ps, "%s", what);
    if (near)
        return fail(ps, "%s: '%.60s'; did you mean '%s'?", what, text, near);
    return fail(ps, "%s: '%.60s'", what, text);
}

bool sc_script_number(const char *p, size_t n, int64_t max, int64_t *out)
{
    int64_t v = 0;

    if (n == 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return false;
        v = v * 10 + (p[i] - '0');
        if (v > max)
            return false;
    }
    *out = v;
    return true;
}

static void add_header(struct sc_script_reading *ps, struct sc_outcome *o, const char *name,
                       const char *value)
{
    if (!o->headers)
        o->headers = ps->headers;
    *ps->headers++ = (struct sc_outcome_header){name, value};
    o->n_headers++;
}

static bool read_file(FILE *f, struct sc_outcome *o)
{
    struct sc_buf b = {.max = BODY_FILE_MAX};
    char chunk[8192];
    size_t n;

    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        sc_buf_add(&b, chunk, n);
    sc_buf_char(&b, '\0');
    if (ferror(f) || b.failed) {
        sc_buf_free(&b);
        return false;
    }
    free(o->file);
    o->body = o->file = b.p;
    o->body_len = b.n - 1;
    return true;
}

static bool set_body_file(const struct sc_script_reading *ps, struct sc_outcome *o,
                          const char *path)
{
    FILE *f;
    bool good;

    if (!(ps->flags & SC_SCRIPT_FILES))
        return sc_script_fail(ps, "body=FILE is not allowed here", path, NULL);
    f = fopen(path, "rb");
    if (!f)
        return sc_script_fail(ps, strerror(errno), path, NULL);
    good = read_file(f, o);
    fclose(f);
    return good || sc_script_fail(ps, "cannot read", path, NULL);
}

static bool set_header(struct sc_script_reading *ps, struct sc_outcome *o, char *value)
{
    char *colon = strchr(value, ':');

    if (!colon || colon == value || strpbrk(value, "\r\n"))
        return sc_script_fail(ps, "header wants Name:Value", value, NULL);
    *colon = '\0';
    add_header(ps, o, value, colon + 1 + strspn(colon + 1, " "));
    return true;
}

static bool set_status(const struct sc_script_reading *ps, struct sc_outcome *o, const char *value)
{
    int64_t status;

    if (!sc_script_number(value, strlen(value), 999, &status))
        return sc_script_fail(ps, "not a number that fits", value, NULL);
    if (status < 200)
        return sc_script_fail(ps, "a status is 200 to 999", value, NULL);
    o->status = (int)status;
    return true;
}

/* A byte, or a percentage of all of them. */
static bool set_place(const struct sc_script_reading *ps, struct sc_outcome *o, const char *value)
{
    size_t n = strlen(value);
    bool percent = n > 0 && value[n - 1] == '%';

    if (sc_script_number(value, n - percent, percent ? 100 : INT64_C(1) << 40,
                         percent ? &o->percent : &o->at))
        return true;
    return sc_script_fail(ps, "neither a number of bytes nor a percentage", value, NULL);
}

/* "3", "3 events"; to the client's side also "3 calls", which is said of the whole script. */
static bool set_after(const struct sc_script_reading *ps, struct sc_outcome *o, const char *value)
{
    size_t digits = strspn(value, "0123456789");
    const char *unit = value + digits + strspn(value + digits, " ");
    bool calls = strcmp(unit, "calls") == 0 || strcmp(unit, "call") == 0;

    if (*unit && !calls && strcmp(unit, "events") != 0 && strcmp(unit, "event") != 0)
        return sc_script_fail(ps, "neither calls nor events", value, NULL);
    if (calls && !(ps->flags & SC_SCRIPT_CLIENT))
        return sc_script_fail(ps, "after=N calls is for steadycurl run --fault", value, NULL);
    if (!sc_script_number(value, digits, 1000000, calls ? &ps->script->skip : &o->after))
        return sc_script_fail(ps, "not a number that fits", value, NULL);
    return true;
}

static bool set_for(const struct sc_script_reading *ps, const char *value)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"", 1000}};
    size_t digits = strspn(value, "0123456789");
    int64_t n;

    if (!(ps->flags & SC_SCRIPT_CLIENT))
        return sc_script_fail(ps, "for= is for steadycurl run --fault", value, NULL);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(value + digits, units[i].unit) == 0 &&
            sc_script_number(value, digits, 1000000000, &n) && n > 0) {
            ps->script->for_ms = n * units[i].ms;
            return true;
        }
    return sc_script_fail(ps, "not a time like 500ms, 30s or 5m", value, NULL);
}

/* Options whose value is a number go into a field; those that are a text into another. */
static bool set_number(const struct sc_script_reading *ps, struct sc_outcome *o, const char *name,
                       const char *value, bool *known)
{
    const int64_t year_ms = INT64_C(366) * 24 * 3600 * 1000;
    const struct {
        const char *name;
        int64_t *field;
        int64_t max;
    } numbers[] = {
        {"latency", &o->latency_ms, year_ms},
        {"ms", &o->ms, year_ms},
        {"bytes", &o->bytes, INT64_C(1) << 40},
        {"retry-after-date", &o->retry_after_date, year_ms},
    };

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(name, numbers[i].name) != 0)
            continue;
        *known = true;
        if (!sc_script_number(value, strlen(value), numbers[i].max, numbers[i].field))
            return sc_script_fail(ps, "not a number that fits", value, NULL);
    }
    return true;
}

static bool set_text(struct sc_outcome *o, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **field;
    } texts[] = {
        {"type", &o->error_type},           {"code", &o->error_code},
        {"message", &o->error_message},     {"retry-in", &o->retry_in},
        {"content-type", &o->content_type}, {"body-text", &o->body},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(name, texts[i].name) != 0)
            continue;
        *texts[i].field = value;
        if (texts[i].field == &o->body)
            o->body_len = strlen(value);
        return true;
    }
    return false;
}

static bool set_flag(struct sc_script_reading *ps, struct sc_outcome *o, const char *name)
{
    if (strcmp(name, "close") == 0)
        add_header(ps, o, "Connection", "close");
    else if (strcmp(name, "early") == 0)
        o->early = true;
    else if (strcmp(name, "bare") == 0)
        o->bare = true;
    else
        return false;
    return true;
}

static bool set_program(const struct sc_script_reading *ps, const char *value)
{
    if (!(ps->flags & SC_SCRIPT_CLIENT))
        return sc_script_fail(ps, "program= is for steadycurl run --fault", value, NULL);
    ps->script->program = value;
    return true;
}

bool sc_outcome_option(struct sc_script_reading *ps, struct sc_outcome *o, const char *name,
                       char *value)
{
    static const char *const headers[] = {"retry-after", "retry-after-ms", "x-ms-retry-after-ms",
                                          "x-should-retry"};
    bool known = false;

    if (!set_number(ps, o, name, value, &known))
        return false;
    if (known || set_text(o, name, value) || set_flag(ps, o, name))
        return true;
    if (strcmp(name, "at") == 0)
        return set_place(ps, o, value);
    if (strcmp(name, "after") == 0)
        return set_after(ps, o, value);
    if (strcmp(name, "status") == 0)
        return set_status(ps, o, value);
    if (strcmp(name, "for") == 0)
        return set_for(ps, value);
    if (strcmp(name, "program") == 0)
        return set_program(ps, value);
    if (strcmp(name, "body") == 0)
        return set_body_file(ps, o, value);
    if (strcmp(name, "header") == 0)
        return set_header(ps, o, value);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        if (strcmp(name, headers[i]) == 0) {
            if (strpbrk(value, "\r\n"))
                return sc_script_fail(ps, "a header has one line", value, NULL);
            add_header(ps, o, name, value);
            return true;
        }
    return sc_script_fail(ps, "no such option", name, sc_word_nearest(options, name));
}
