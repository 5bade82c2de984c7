/* ledger_line.c - see ledger_line.h. */
#include "ledger/ledger_line.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "http/decimal.h"
#include "http/json.h"

static bool digits(const char *s, int n, int *v)
{
    *v = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        *v = *v * 10 + (s[i] - '0');
    }
    return true;
}

/* ".123Z", "Z", "": a time without zone is UTC as well, as all of ours are. */
static bool read_fraction(const char *s, int64_t *ms)
{
    int64_t part = 100;
    if (*s == '.') {
        for (s++; *s >= '0' && *s <= '9'; s++, part /= 10)
            *ms += (*s - '0') * part;
    }
    return *s == '\0' || strcmp(s, "Z") == 0 || strcmp(s, "+00:00") == 0;
}

bool sc_time_read(const char *s, int64_t *ms, bool *only_date)
{
    struct tm t = {0};
    size_t n = strlen(s);
    bool date = n == 10, good = n >= 10 && s[4] == '-' && s[7] == '-' && digits(s, 4, &t.tm_year) &&
                                digits(s + 5, 2, &t.tm_mon) && digits(s + 8, 2, &t.tm_mday);
    if (good && !date)
        good = n >= 19 && (s[10] == 'T' || s[10] == ' ') && s[13] == ':' && s[16] == ':' &&
               digits(s + 11, 2, &t.tm_hour) && digits(s + 14, 2, &t.tm_min) &&
               digits(s + 17, 2, &t.tm_sec) && t.tm_hour < 24 && t.tm_min < 60 && t.tm_sec < 61;
    if (!good || t.tm_mon < 1 || t.tm_mon > 12 || t.tm_mday < 1 || t.tm_mday > 31)
        return false;
    t.tm_year -= 1900;
    t.tm_mon--;
    int day = t.tm_mday;
    *ms = (int64_t)timegm(&t) * 1000;
    if (only_date)
        *only_date = date;
    return t.tm_mday == day && (date || read_fraction(s + 19, ms));
}

/* A member and where it goes; texts have a size. */
static const struct {
    const char *name;
    size_t at, size;
    int scale;
} wanted[] = {
#define TEXT(name, field)                                     \
    {                                                         \
        name, offsetof(struct sc_ledger_line, field),         \
            sizeof(((struct sc_ledger_line *)NULL)->field), 0 \
    }
#define NUMBER(name, field, scale)                             \
    {                                                          \
        name, offsetof(struct sc_ledger_line, field), 0, scale \
    }
    TEXT("call", id),
    TEXT("program", program),
    TEXT("rule", rule),
    TEXT("provider", provider),
    TEXT("host", host),
    TEXT("model", model),
    TEXT("task", task),
    TEXT("dag", dag),
    TEXT("outcome", outcome),
    NUMBER("pid", pid, 0),
    NUMBER("ms", ms, 0),
    NUMBER("status", status, 0),
    NUMBER("input_tokens", input, 0),
    NUMBER("output_tokens", output, 0),
    NUMBER("cached_tokens", cached, 0),
    NUMBER("cache_write_tokens", written, 0),
    NUMBER("reasoning_tokens", reasoning, 0),
    NUMBER("cost_usd", cost_nano, 9),
};

static void take(struct sc_ledger_line *c, struct sc_str key, struct sc_str value)
{
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        char *at = (char *)c + wanted[i].at;
        if (!sc_json_key_is(key, wanted[i].name))
            continue;
        if (wanted[i].size > 0) {
            sc_json_string(value, at, wanted[i].size);
        } else {
            int64_t v = sc_decimal(value.p, value.n, wanted[i].scale);
            memcpy(at, &v, sizeof v);
        }
        return;
    }
}

static bool is_call(const char *line, size_t n)
{
    char event[8];
    return memmem(line, n, "\"call\"", 6) &&
           sc_json_find_string(line, n, "event", event, sizeof event) && strcmp(event, "call") == 0;
}

enum sc_line_kind sc_ledger_line_read(struct sc_ledger_line *c, const char *line, size_t n)
{
    struct sc_json_iter it;
    struct sc_str key, value;
    char when[40] = "";
    if (line[0] != '{' || !is_call(line, n) || !sc_json_enter((struct sc_str){line, n}, &it))
        return SC_LINE_OTHER;
    memset(c, 0, sizeof *c);
    c->pid = c->ms = c->input = c->output = c->cached = c->written = c->reasoning = c->cost_nano =
        -1;
    while (sc_json_next(&it, &key, &value)) {
        if (sc_json_key_is(key, "time"))
            sc_json_string(value, when, sizeof when);
        else if (sc_json_key_is(key, "cached"))
            c->kept = value.p[0] == 't';
        else if (sc_json_key_is(key, "estimated"))
            c->estimated = value.p[0] == 't';
        else
            take(c, key, value);
    }
    if (!c->id[0] || !sc_time_read(when, &c->time_ms, NULL))
        return SC_LINE_BROKEN;
    memcpy(c->day, when, 10);
    return SC_LINE_CALL;
}
