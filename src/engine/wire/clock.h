/*
 * clock.h - the server's own time: how long it has been silent.
 *
 * libcurl's timeouts know of connections and whole transfers, not of tokens. Only the server's time
 * counts: not what the program takes in its callbacks, nor while it has paused the transfer. And
 * only output ends a wait: no comment, ping or blank that a server sends to keep a connection
 * alive. Nothing is measured unless `wants` names a bound.
 */
#ifndef SC_WIRE_CLOCK_H
#define SC_WIRE_CLOCK_H

#include "process/runtime.h"
#include "wire/exchange.h"

static inline bool sc_clock_wanted(const struct sc_exchange *x)
{
    return x->wants.first_ms > 0 || x->wants.gap_ms > 0 || x->wants.slow_chars_s > 0;
}

/* An attempt begins. */
void sc_clock_begin(struct sc_exchange *x, int64_t now_ns);

/* The program may have paused, or gone on. */
void sc_clock_paused(struct sc_exchange *x);

/* The time since from_ns was not the server's. */
void sc_clock_move(struct sc_exchange *x, int64_t from_ns);

/* The same, after a piece of the body. */
void sc_clock_move_fed(struct sc_exchange *x, int64_t from_ns, const char *p, size_t n);

/* What is asked around each piece: what the first returned goes into one of the others. */
static inline int64_t sc_clock_aside(const struct sc_exchange *x)
{
    return sc_clock_wanted(x) ? sc_now_ns() : 0;
}

static inline void sc_clock_back(struct sc_exchange *x, int64_t from_ns)
{
    if (from_ns != 0)
        sc_clock_move(x, from_ns);
}

static inline void sc_clock_fed(struct sc_exchange *x, int64_t from_ns, const char *p, size_t n)
{
    if (from_ns != 0)
        sc_clock_move_fed(x, from_ns, p, n);
}

/* Of a stream that trickles: its class is another's. */
extern const char sc_bound_slow[];

/* The bound that is broken, as the policy's key names it; NULL: all is well. */
const char *sc_clock_broken(struct sc_exchange *x);

#endif
