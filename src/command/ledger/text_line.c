/* text_line.c - see text_line.h. The writing side: common/log/text.c. */
#include "ledger/text_line.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/time.h"
#include "http/str.h"
#include "log/out.h"

/* Beyond it nanoseconds do not fit; before 1970 there was no log. */
#define YEAR_2242 (INT64_C(1) << 33)

enum { STAMP = sizeof "[2025-08-08 09:32:01] " - 1 };

/* How sentences begin, and whose they are. */
static const struct sentence {
    const char *begin, *event, *outcome;
} sentences[] = {
    {"Retry ", "attempt", NULL},
    {"Attempt ", "attempt", NULL},
    {"Waiting ", "wait", NULL},
    {"Waited ", "waited", NULL},
    {"Success: ", "call", "ok"},
    {"Answered by steadycurl: ", "call", "synthesized"},
    {"Max retries reached. Request failed.", "call", "failed"},
    {"Non-retryable error: ", "call", "failed"},
    {"Request failed: ", "call", "failed"},
    {"Stopped by the program: ", "call", "failed"},
    {"Error after output began: ", "stream", NULL},
    {"Policy: ", "policy", NULL},
    {"Request: ", "request", NULL},
    {"Fallback: ", "fallback", NULL},
    {"Hedge: ", "hedge", NULL},
    {"Shadow: ", "shadow", NULL},
    {"Fault on purpose: ", "fault", NULL},
    {"Breaker ", "breaker", NULL},
    {"Budget ", "budget", NULL},
    {"Gate closed ", "gate", NULL},
    {"Credentials are refused", "latch", NULL},
    {"Quota is used up", "latch", NULL},
    {"A probe went well", "latch", NULL},
    {"", "note", NULL},
};

static bool starts(struct sc_str s, const char *with)
{
    size_t n = strlen(with);

    return s.n >= n && memcmp(s.p, with, n) == 0;
}

static const struct sentence *sentence_of(struct sc_str text)
{
    const struct sentence *s = sentences;

    while (!starts(text, s->begin))
        s++;
    return s;
}

/* ---- reading ---- */

static struct sc_str behind(struct sc_str s, size_t n)
{
    return (struct sc_str){s.p + n, s.n - n};
}

static size_t name_length(struct sc_str s)
{
    size_t n = 0;

    while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || s.p[n] == '_'))
        n++;
    return n > 0 && n < s.n && s.p[n] == '=' ? n : 0;
}

/* Takes "name=value" or "name=\"value\"" off the text. A value may hold quotes of its own: its end
 * is the one that another field or nothing follows. */
static bool take_field(struct sc_str *rest, struct sc_str *name, struct sc_str *value)
{
    size_t n = name_length(*rest), i;

    if (n == 0)
        return false;
    *name = (struct sc_str){rest->p, n};
    *rest = behind(*rest, n + 1);
    if (!starts(*rest, "\"")) {
        for (i = 0; i < rest->n && rest->p[i] != ' '; i++)
            ;
        *value = (struct sc_str){rest->p, i};
        *rest = behind(*rest, i);
    } else {
        for (i = 1; i < rest->n; i++)
            if (rest->p[i] == '"' &&
                (i + 1 == rest->n || (rest->p[i + 1] == ' ' && name_length(behind(*rest, i + 2)))))
                break;
        if (i >= rest->n)
            return false;
        *value = (struct sc_str){rest->p + 1, i - 1};
        *rest = behind(*rest, i + 1);
    }
    if (rest->n > 0)
        *rest = behind(*rest, 1);
    return true;
}

static bool are_fields(struct sc_str s)
{
    struct sc_str name, value;

    while (s.n > 0)
        if (!take_field(&s, &name, &value))
            return false;
    return true;
}

/* "SENTENCE (FIELDS)": a sentence may have parentheses of its own. */
static void split(struct sc_str text, struct sc_str *sentence, struct sc_str *fields)
{
    *sentence = text;
    *fields = (struct sc_str){"", 0};
    if (text.n == 0 || text.p[text.n - 1] != ')')
        return;
    for (size_t i = 0; i + 2 < text.n; i++) {
        struct sc_str inside = {text.p + i + 2, text.n - i - 3};

        if (text.p[i] != ' ' || text.p[i + 1] != '(' || !name_length(inside) || !are_fields(inside))
            continue;
        *sentence = (struct sc_str){text.p, i};
        *fields = inside;
        return;
    }
}

static bool read_stamp(const char *line, size_t n, int64_t *wall_ns)
{
    char stamp[STAMP + 1];
    struct tm t = {.tm_isdst = -1};
    const char *end;
    int64_t seconds;

    if (n < STAMP)
        return false;
    memcpy(stamp, line, STAMP);
    stamp[STAMP] = '\0';
    end = strptime(stamp, "[%Y-%m-%d %H:%M:%S] ", &t);
    if (!end || *end)
        return false;
    seconds = mktime(&t);
    if (seconds < 0 || seconds >= YEAR_2242)
        return false;
    *wall_ns = seconds * SC_NS_PER_S;
    return true;
}

/* ---- writing ---- */

static void put_string(struct sc_out *o, struct sc_str s)
{
    SC_OUT_LITERAL(o, "\"");
    for (size_t i = 0; i < s.n; i++) {
        char c = (unsigned char)s.p[i] < 0x20 ? ' ' : s.p[i];

        if (c == '"' || c == '\\')
            SC_OUT_LITERAL(o, "\\");
        sc_out_bytes(o, &c, 1);
    }
    SC_OUT_LITERAL(o, "\"");
}

static void put_member(struct sc_out *o, const char *name, struct sc_str value, bool bare)
{
    SC_OUT_LITERAL(o, ",");
    put_string(o, (struct sc_str){name, strlen(name)});
    SC_OUT_LITERAL(o, ":");
    if (bare)
        sc_out_bytes(o, value.p, value.n);
    else
        put_string(o, value);
}

static size_t number_length(struct sc_str s)
{
    size_t n = 0, dots = 0;

    for (; n < s.n && ((s.p[n] >= '0' && s.p[n] <= '9') || (s.p[n] == '.' && n > 0)); n++)
        dots += s.p[n] == '.';
    return dots > 1 || (n > 0 && s.p[n - 1] == '.') || (n > 1 && s.p[0] == '0' && s.p[1] != '.')
               ? 0
               : n;
}

static bool is_counted(struct sc_str name)
{
    static const char *const names[] = {
        "status",       "attempts",      "ms",       "wait_ms",  "retry_after_ms", "trimmed",
        "input_tokens", "output_tokens", "cost_usd", "lost_usd", "first_token_ms", "pid"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (name.n == strlen(names[i]) && memcmp(name.p, names[i], name.n) == 0)
            return true;
    return false;
}

/* What the sentence itself says: attempt and status, a wait's length, or its text. */
static void put_sentence(struct sc_out *o, const struct sentence *s, struct sc_str text)
{
    struct sc_str rest = behind(text, strlen(s->begin));
    size_t n = number_length(rest);

    if (s->outcome)
        put_member(o, "outcome", (struct sc_str){s->outcome, strlen(s->outcome)}, false);
    if (strcmp(s->event, "attempt") == 0 && n > 0 && starts(behind(rest, n), ": ")) {
        put_member(o, "attempt", (struct sc_str){rest.p, n}, true);
        rest = behind(rest, n + 2);
        put_member(o, "will_retry",
                   s->begin[0] == 'R' ? (struct sc_str){"true", 4} : (struct sc_str){"false", 5},
                   true);
    } else if (s->event[0] == 'w' && n > 0) {
        if (starts(behind(rest, n), " ms")) /* else it is in the fields */
            put_member(o, "ms", (struct sc_str){rest.p, n}, true);
        return;
    }
    n = starts(rest, "HTTP ") ? number_length(behind(rest, 5)) : 0;
    if (n > 0)
        put_member(o, "status", (struct sc_str){rest.p + 5, n}, true);
    else if (rest.n > 0)
        put_member(o, "text", s->outcome || s->event[0] == 'a' ? rest : text, false);
}

static void put_fields(struct sc_out *o, struct sc_str rest)
{
    struct sc_str name, value;
    char key[32];

    while (rest.n > 0 && take_field(&rest, &name, &value)) {
        bool yes = value.n == 3 && memcmp(value.p, "yes", 3) == 0;

        if (name.n >= sizeof key)
            continue;
        memcpy(key, name.p, name.n);
        key[name.n] = '\0';
        if (yes && (strcmp(key, "estimated") == 0 || strcmp(key, "cached") == 0))
            put_member(o, key, (struct sc_str){"true", 4}, true);
        else
            put_member(o, key, value, is_counted(name) && number_length(value) == value.n);
    }
}

size_t sc_text_line_json(const char *line, size_t n, char *out, size_t size)
{
    struct sc_out o = {out, 0, size - 2};
    struct sc_str sentence, fields;
    const struct sentence *s;
    int64_t wall_ns;

    while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
        n--;
    if (!read_stamp(line, n, &wall_ns))
        return 0;
    split((struct sc_str){line + STAMP, n - STAMP}, &sentence, &fields);
    s = sentence_of(sentence);
    SC_OUT_LITERAL(&o, "{\"time\":\"");
    sc_out_utc_time(&o, wall_ns);
    SC_OUT_LITERAL(&o, "\",\"event\":\"");
    sc_out_string(&o, s->event);
    SC_OUT_LITERAL(&o, "\"");
    put_sentence(&o, s, sentence);
    put_fields(&o, fields);
    o.cap = size - 1;
    SC_OUT_LITERAL(&o, "}");
    out[o.n] = '\0';
    return o.n;
}

int64_t sc_text_line_time(const char *line, size_t n)
{
    int64_t wall_ns;

    return read_stamp(line, n, &wall_ns) ? wall_ns / SC_NS_PER_MS : -1;
}
