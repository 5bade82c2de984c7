/*
 * under_way.h - the lines of a log put together to calls, each with what happened within it.
 *
 *     sc_under_way_take(u, &line, &call)           every line of the log, in its order
 *     true: the call has ended, and `call` is all of it
 *
 * What happens in a call is told before its end, by lines that bear its id: kept aside until then,
 * of at most SC_CALLS_OPEN calls, the oldest of which is then forgotten (its program was killed).
 */
#ifndef SC_LEDGER_UNDER_WAY_H
#define SC_LEDGER_UNDER_WAY_H

#include <stdint.h>

#include "ledger/log_line.h"

enum { SC_CALLS_OPEN = 4096, SC_SPANS_MAX = 64 };

enum sc_span_kind { SC_SPAN_ATTEMPT, SC_SPAN_WAIT, SC_SPAN_EVENT };

struct sc_span {
    enum sc_span_kind kind;
    int64_t begin_ms; /* since 1970 */
    int64_t ms;       /* 0: a moment */
    int64_t status;   /* of an attempt; -1 unknown */
    char what[64];    /* its class; why it waits; the event's name */
    char text[160];   /* of an event */
};

struct sc_call_seen {
    struct sc_log_line end; /* the line that ended it */
    int64_t waited_ms;
    char asked_model[128], asked_provider[32]; /* before any fallback; "": the end's own */
    struct sc_span *spans;                     /* free() them */
    size_t n_spans;
};

struct sc_under_way;

/* NULL: no memory. */
struct sc_under_way *sc_under_way_new(void);
void sc_under_way_free(struct sc_under_way *u);

/* True: the line has ended a call, which is the caller's now. */
bool sc_under_way_take(struct sc_under_way *u, const struct sc_log_line *l,
                       struct sc_call_seen *ended);

/* When it began: a text log's times are to the second, and what came first has the earliest. */
int64_t sc_call_begin_ms(const struct sc_call_seen *s);

/* What a span was, in words: "attempt: HTTP 503, overloaded, 61 ms". Returns buf. */
const char *sc_span_words(const struct sc_span *s, char *buf, size_t n);

#endif
