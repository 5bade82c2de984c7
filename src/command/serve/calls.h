/*
 * calls.h - the last calls that a log tells of, each with what happened within it.
 *
 *     sc_calls_take(c, &line);                     every line of the log, in its order
 *     for (n = sc_calls_last(c); n > sc_calls_first(c); n--)
 *         call = sc_calls_at(c, n - 1);            the newest first
 */
#ifndef SC_SERVE_CALLS_H
#define SC_SERVE_CALLS_H

#include <stdint.h>
#include <stdio.h>

#include "ledger/under_way.h"

enum { SC_CALLS_KEPT = 1000 };

struct sc_calls;

/* NULL: no memory. */
struct sc_calls *sc_calls_new(void);
void sc_calls_free(struct sc_calls *c);
void sc_calls_take(struct sc_calls *c, const struct sc_log_line *l);

/* Calls are numbered from 0 in the order of their ends; those from first to below last are there.
 */
uint64_t sc_calls_first(const struct sc_calls *c);
uint64_t sc_calls_last(const struct sc_calls *c);
const struct sc_call_seen *sc_calls_at(const struct sc_calls *c, uint64_t number);

/* A call as one JSON object. */
void sc_calls_put_json(FILE *f, const struct sc_call_seen *s, uint64_t number);

/* How the calls that ended since then went. */
struct sc_calls_rate {
    int64_t calls, failed, attempts;
    int64_t p50_ms, p95_ms; /* of how long they took; -1: there are none */
    int64_t since_ms;       /* later than was asked for if more ended than are kept */
};

/* What time that is of, never nothing. */
static inline int64_t sc_calls_rate_over_ms(const struct sc_calls_rate *r, int64_t now_ms)
{
    return now_ms - r->since_ms > 100 ? now_ms - r->since_ms : 100;
}

void sc_calls_rate(const struct sc_calls *c, int64_t since_ms, struct sc_calls_rate *out);

#endif
