/*
 * limiter.h - a rate limit in one word: the generic cell rate algorithm (GCRA).
 *
 * The word is the *theoretical arrival time* (TAT), nanoseconds of the shared clock: the moment at
 * which everything reserved so far would have been served at exactly the allowed rate. A
 * reservation of n units (requests, or tokens) at `limit` a minute costs n * 60e9 / limit ns and
 * moves the TAT forward by that. Its start is the moment from which the bucket's burst covers it:
 * the caller sleeps until then, so who came first goes first and nobody wakes for nothing.
 * Worked example, 600 a minute, burst 0 (one every 100 ms), at now = 0:
 *
 *     tat = 0;  reserve -> start   0 ms, tat 100 ms
 *               reserve -> start 100 ms, tat 200 ms
 *               reserve -> start 200 ms, tat 300 ms
 *
 * In any window of w ns no more than w + max(burst, largest cost) ns worth of units start.
 *
 * When a reservation turns out too large (tokens) or is given back (the program aborted), the TAT
 * moves back, and so must the start of everyone who waits behind it, or their slots would stand
 * empty. The bucket's second word, `shift`, adds up all such moves; a waiter remembers its value
 * at reservation and starts at `start + (shift_now - shift_then)`. A closed gate uses the same to
 * stop the clock of a whole queue. See docs/state.md.
 *
 * Any value of the word is valid: a TAT further ahead than SC_LIMITER_HORIZON_NS is damage and
 * reads as "idle". Pure functions; no locks, no clock.
 */
#ifndef SC_CORE_LIMITER_H
#define SC_CORE_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#define SC_MINUTE_NS INT64_C(60000000000)

/* No slot is handed out further ahead than half of this: 73 minutes. */
#define SC_LIMITER_HORIZON_NS (INT64_C(1) << 42)

/* What n units cost at `limit` units a minute, rounded up; saturates at the horizon. */
int64_t sc_limiter_cost(int64_t n, int64_t limit);

/* Whether n units can ever be served: a minute's allowance is the most a provider takes at once. */
bool sc_limiter_fits(int64_t n, int64_t limit);

/* The burst of a bucket in ns: that fraction (0..1) of a minute. */
int64_t sc_limiter_burst(double fraction);

struct sc_limiter_ask {
    int64_t cost_ns;
    int64_t burst_ns;
    int64_t now_ns;
    int64_t latest_ns; /* a slot that starts later is not taken */
    /* Answer: */
    bool taken;
    int64_t start_ns; /* when it may start (or could have, if not taken); never before now */
    uint64_t before, after;
};

/* Reserves. Not taken: the word stays as it is. `arg`: struct sc_limiter_ask. */
uint64_t sc_limiter_reserve(uint64_t tat, void *arg);

/* Gives a reservation back, but only if nothing was reserved since (else it is forfeit, which is
 * the safe side). `arg`: the ask of the reservation. */
uint64_t sc_limiter_undo(uint64_t tat, void *arg);

struct sc_limiter_move {
    int64_t by_ns; /* < 0: give back, > 0: charge more */
    int64_t now_ns;
    int64_t moved_ns; /* answer: what was really moved; never back beyond now */
};

/* Moves the TAT. `arg`: struct sc_limiter_move. */
uint64_t sc_limiter_shift(uint64_t tat, void *arg);

/* How far ahead of now the bucket is reserved; 0 when idle. */
int64_t sc_limiter_backlog(uint64_t tat, int64_t now_ns);

#endif
