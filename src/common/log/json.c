/*
 * json.c - an event as one JSON object.
 *
 * Strings are escaped as RFC 8259 asks; bytes that are not UTF-8 become U+FFFD, since model names
 * and error texts come from outside. A field that does not fit is left out, a text is cut at a
 * character: the object is complete whatever its size.
 */
#include "log/out.h"

#include <errno.h>
#include <unistd.h>

#include "log/event.h"
#include "log/fixed.h"
#include "log/plain.h"
#include "log/program.h"
#include "log/redact.h"

#define FIELD_MAX 512   /* bytes of a name-like string, escaped */
#define TEXT_LIMIT 2048 /* bytes of the free text, escaped */

static bool put_escaped(struct sc_out *o, unsigned c)
{
    static const char hex[] = "0123456789abcdef";
    char b[6] = {'\\', 'u', hex[c >> 12 & 15], hex[c >> 8 & 15], hex[c >> 4 & 15], hex[c & 15]};
    return sc_out_bytes(o, b, sizeof b);
}

/* Of a character that a terminal would obey (log/plain.h), its number. */
static unsigned number_of(const unsigned char *s, size_t length)
{
    if (length == 2)
        return (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
    return (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
}

/* Writes one character escaped; returns how many bytes of s it took, 0 if it does not fit. */
static size_t put_char(struct sc_out *o, const unsigned char *s)
{
    bool plain, fits;
    size_t n = sc_plain_char((const char *)s, strnlen((const char *)s, 4), &plain);
    if (*s == '"' || *s == '\\') {
        char b[2] = {'\\', (char)*s};
        fits = sc_out_bytes(o, b, 2);
    } else if (plain) {
        fits = sc_out_bytes(o, (const char *)s, n);
    } else if (*s < 0x80) {
        fits = put_escaped(o, *s);
    } else if (n == 1 || n == 4) { /* no UTF-8, or a tag that nobody sees */
        fits = SC_OUT_LITERAL(o, "\xef\xbf\xbd");
    } else {
        fits = put_escaped(o, number_of(s, n));
    }
    return fits ? n : 0;
}

/* Nearly every byte of a line goes through this: a look-up, not four comparisons. */
static const bool plain[256] = {
    [' '] = true,
    ['!'] = true,
    ['#' ... '['] = true,
    [']' ... '~'] = true,
};

/* A quoted string of at most `max` escaped bytes. */
static void put_string(struct sc_out *o, const char *text, size_t max)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t cap = o->cap;
    SC_OUT_LITERAL(o, "\"");
    o->cap = cap - 1; /* for the closing quote */
    if (o->cap - o->n > max)
        o->cap = o->n + max;
    while (*s) {
        size_t run = 0;
        while (plain[s[run]])
            run++;
        if (run) {
            size_t room = o->cap - o->n;
            size_t take = run < room ? run : room;
            sc_out_bytes(o, (const char *)s, take);
            if (take < run)
                break;
            s += run;
            continue;
        }
        size_t took = put_char(o, s);
        if (!took)
            break;
        s += took;
    }
    o->cap = cap;
    SC_OUT_LITERAL(o, "\"");
}

/* `,"name":` if it and a value of `value` bytes fit. `key` comes with its punctuation. */
static bool put_key(struct sc_out *o, const char *key, size_t n, size_t value)
{
    return o->cap - o->n >= n + value && sc_out_bytes(o, key, n);
}

#define KEY(name) ",\"" name "\":", sizeof(",\"" name "\":") - 1

static void number(struct sc_out *o, const char *key, size_t n, int64_t v)
{
    if (put_key(o, key, n, 20))
        sc_out_int(o, v);
}

static void number_if(struct sc_out *o, const char *key, size_t n, int64_t v)
{
    if (v > 0)
        number(o, key, n, v);
}

/* A JSON number with all nine places of a nano-dollar: sums of it can be exact. */
static void dollars(struct sc_out *o, const char *key, size_t n, int64_t nano)
{
    if (put_key(o, key, n, 24))
        sc_out_dollars(o, nano);
}

static void string(struct sc_out *o, const char *key, size_t n, const char *v)
{
    if (v && put_key(o, key, n, 2))
        put_string(o, v, FIELD_MAX);
}

/* For fields that an event always has. */
static void string_or_null(struct sc_out *o, const char *key, size_t n, const char *v)
{
    if (v)
        string(o, key, n, v);
    else if (put_key(o, key, n, 4))
        SC_OUT_LITERAL(o, "null");
}

static const char *event_name(enum sc_event_kind kind)
{
    static const char *const names[] = {
        [SC_EVENT_ATTEMPT] = "attempt",   [SC_EVENT_WAIT] = "wait",
        [SC_EVENT_CALL] = "call",         [SC_EVENT_WAITED] = "waited",
        [SC_EVENT_BREAKER] = "breaker",   [SC_EVENT_LATCH] = "latch",
        [SC_EVENT_GATE] = "gate",         [SC_EVENT_STREAM] = "stream",
        [SC_EVENT_REQUEST] = "request",   [SC_EVENT_BUDGET] = "budget",
        [SC_EVENT_FALLBACK] = "fallback", [SC_EVENT_POLICY] = "policy",
        [SC_EVENT_NOTE] = "note",         [SC_EVENT_FAULT] = "fault",
        [SC_EVENT_HEDGE] = "hedge",       [SC_EVENT_SHADOW] = "shadow",
    };
    return names[kind];
}

static void put_common(struct sc_out *o, const struct sc_event *e, int64_t wall_ns)
{
    SC_OUT_LITERAL(o, "{\"time\":\"");
    sc_out_utc_time(o, wall_ns);
    SC_OUT_LITERAL(o, "\",\"event\":\"");
    sc_out_string(o, event_name(e->kind));
    SC_OUT_LITERAL(o, "\"");
    number(o, KEY("pid"), getpid());
    string(o, KEY("program"), sc_log_program());
    if (e->call == 0) {
        SC_OUT_LITERAL(o, ",\"call\":null");
        return;
    }
    SC_OUT_LITERAL(o, ",\"call\":\"");
    sc_out_hex(o, e->call);
    SC_OUT_LITERAL(o, "\"");
}

static void put_place(struct sc_out *o, const struct sc_event *e)
{
    size_t start = o->n;

    if (sc_log_fixed_put(e, SC_LOG_JSON, o))
        return;
    string_or_null(o, KEY("rule"), e->rule);
    string_or_null(o, KEY("provider"), e->provider);
    string_or_null(o, KEY("host"), e->host);
    string_or_null(o, KEY("model"), e->model);
    sc_log_fixed_keep(e, SC_LOG_JSON, o, start);
}

static void put_outcome(struct sc_out *o, const struct sc_event *e)
{
    number(o, KEY("status"), e->status);
    number(o, KEY("curl_code"), e->curl_code);
    string_or_null(o, KEY("class"), e->class);
    string(o, KEY("row"), e->row);
}

static void put_attempt(struct sc_out *o, const struct sc_event *e)
{
    number(o, KEY("attempt"), e->attempt);
    if (e->max_attempts > 0)
        number(o, KEY("max_attempts"), e->max_attempts);
    put_place(o, e);
    put_outcome(o, e);
    number(o, KEY("ms"), e->ms < 0 ? 0 : e->ms);
    if (e->retry_after_ms >= 0)
        number(o, KEY("retry_after_ms"), e->retry_after_ms);
    if (e->will_retry && e->wait_ms >= 0)
        number(o, KEY("wait_ms"), e->wait_ms);
    string(o, KEY("said"), e->said);
    if (put_key(o, KEY("will_retry"), 5))
        sc_out_string(o, e->will_retry ? "true" : "false");
}

static void put_wait(struct sc_out *o, const struct sc_event *e)
{
    string_or_null(o, KEY("reason"), e->reason);
    string(o, KEY("priority"), e->priority);
    number(o, KEY("ms"), e->ms < 0 ? 0 : e->ms);
    if (e->attempt > 0)
        number(o, KEY("attempt"), e->attempt);
    put_place(o, e);
}

static void put_call(struct sc_out *o, const struct sc_event *e)
{
    string_or_null(o, KEY("outcome"), e->outcome);
    put_outcome(o, e);
    number(o, KEY("attempts"), e->attempts);
    number(o, KEY("ms"), e->ms < 0 ? 0 : e->ms);
    put_place(o, e);
    string(o, KEY("reason"), e->reason);
    if (e->input_tokens >= 0)
        number(o, KEY("input_tokens"), e->input_tokens);
    if (e->output_tokens >= 0)
        number(o, KEY("output_tokens"), e->output_tokens);
    number_if(o, KEY("cached_tokens"), e->cached_tokens);
    number_if(o, KEY("cache_write_tokens"), e->cache_write_tokens);
    number_if(o, KEY("reasoning_tokens"), e->reasoning_tokens);
    if (e->has_cost)
        dollars(o, KEY("cost_usd"), e->cost_nano);
    if (e->lost_nano > 0)
        dollars(o, KEY("lost_usd"), e->lost_nano);
    number_if(o, KEY("first_token_ms"), e->first_token_ms);
    if (e->cached && put_key(o, KEY("cached"), 4))
        SC_OUT_LITERAL(o, "true");
    if (e->estimated && put_key(o, KEY("estimated"), 4))
        SC_OUT_LITERAL(o, "true");
    number_if(o, KEY("trimmed"), e->trimmed);
    string(o, KEY("task"), e->task);
    string(o, KEY("dag"), e->dag);
    string(o, KEY("target"), e->target);
    string(o, KEY("mode"), e->shadow ? "shadow" : NULL);
    number_if(o, KEY("hedges"), e->hedges);
    string(o, KEY("hedge"), e->hedge);
    string(o, KEY("budget"), e->budget);
}

/* 0.8, 1, 1.25: without the zeros that four places would have. */
static void fraction(struct sc_out *o, const char *key, size_t n, int v)
{
    int width = 4;
    int64_t part = v % 10000;

    if (!put_key(o, key, n, 16))
        return;
    sc_out_int(o, v / 10000);
    if (part == 0)
        return;
    for (; part % 10 == 0; part /= 10)
        width--;
    SC_OUT_LITERAL(o, ".");
    sc_out_digits(o, (unsigned)part, width);
}

static void put_budget(struct sc_out *o, const struct sc_event *e)
{
    string(o, KEY("name"), e->budget);
    string(o, KEY("scope"), e->scope);
    fraction(o, KEY("fraction"), e->fraction);
    dollars(o, KEY("spent_usd"), e->spent_nano);
    dollars(o, KEY("limit_usd"), e->limit_nano);
}

static void put_other(struct sc_out *o, const struct sc_event *e)
{
    string(o, KEY("from"), e->from);
    string(o, KEY("to"), e->to);
    string(o, KEY("rule"), e->rule);
    string(o, KEY("provider"), e->provider);
    string(o, KEY("host"), e->host);
    string(o, KEY("model"), e->model);
    string(o, KEY("class"), e->class);
    string(o, KEY("row"), e->row);
    string(o, KEY("said"), e->said);
    string(o, KEY("outcome"), e->outcome);
    string(o, KEY("reason"), e->reason);
    number_if(o, KEY("trimmed"), e->trimmed);
}

bool sc_log_json(const struct sc_event *e, int64_t wall_ns, struct sc_out *o)
{
    put_common(o, e, wall_ns);
    if (e->kind == SC_EVENT_ATTEMPT)
        put_attempt(o, e);
    else if (e->kind == SC_EVENT_WAIT || e->kind == SC_EVENT_WAITED)
        put_wait(o, e);
    else if (e->kind == SC_EVENT_CALL)
        put_call(o, e);
    else {
        if (e->kind == SC_EVENT_BUDGET)
            put_budget(o, e);
        if (e->kind == SC_EVENT_SHADOW && e->ms >= 0)
            number(o, KEY("ms"), e->ms);
        put_other(o, e);
    }
    if (e->text && put_key(o, KEY("text"), 2)) {
        char clean[TEXT_LIMIT];
        sc_redact(e->text, strlen(e->text), clean, sizeof clean);
        put_string(o, clean, TEXT_LIMIT);
    }
    return true;
}
