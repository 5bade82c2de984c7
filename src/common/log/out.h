/*
 * out.h - appends to a bounded buffer; what does not fit is left out whole.
 *
 * Numbers are formatted here and not by snprintf: a line costs less, and a comma as the decimal
 * point or grouped digits of the program's locale cannot get in.
 */
#ifndef SC_LOG_OUT_H
#define SC_LOG_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sc_out {
    char *p;
    size_t n;
    size_t cap; /* bytes that may be used now; the closing of a line is kept in reserve */
};

static inline bool sc_out_bytes(struct sc_out *o, const char *s, size_t n)
{
    if (n > o->cap - o->n)
        return false;
    memcpy(o->p + o->n, s, n);
    o->n += n;
    return true;
}

#define SC_OUT_LITERAL(o, s) sc_out_bytes(o, "" s, sizeof(s) - 1)

static inline bool sc_out_string(struct sc_out *o, const char *s)
{
    return sc_out_bytes(o, s, strlen(s));
}

bool sc_out_int(struct sc_out *o, int64_t v);
bool sc_out_digits(struct sc_out *o, unsigned v, int width); /* zero-filled */
bool sc_out_dollars(struct sc_out *o, int64_t nano);         /* 0.000012500 */
bool sc_out_hex(struct sc_out *o, uint64_t v);               /* 16 digits */

/* "2025-08-08 09:32:01", local time, and "2025-08-08T07:32:01.123Z". */
bool sc_out_local_time(struct sc_out *o, int64_t wall_ns);
bool sc_out_utc_time(struct sc_out *o, int64_t wall_ns);

/* One line's content without its newline; false if the format has no line for the event. */
struct sc_event;
struct sc_log;
bool sc_log_text(const struct sc_log *log, const struct sc_event *e, int64_t wall_ns,
                 struct sc_out *o);
bool sc_log_json(const struct sc_event *e, int64_t wall_ns, struct sc_out *o);

/* What went wrong with an attempt: libcurl's words for the commonest transport errors. */
const char *sc_log_curl_words(int curl_code);

#endif
