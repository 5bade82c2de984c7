/*
 * hedge.h - a second attempt before the first has begun to answer: when, whether, and who wins.
 *
 * Where most answers begin at once and a few take very long, asking a second time after the time
 * that most take cuts the long ones off ("The Tail at Scale", Dean and Barroso, 2013). The rules of
 * what stops it are those of gRPC's hedging (proposal A6). Worked example, a service that begins to
 * answer after 1 s, and once in twenty after 20 s:
 *
 *     learned: 95 of 100 begin within 1024 ms     so the second attempt is due then
 *     the first begins after 1 s                  none is made
 *     the first is still silent at 1.02 s         a second is asked; it begins at 2.02 s, and wins
 *     50 of 1,000 calls are asked twice           max_extra 0.05 gives exactly so many
 *
 * Three words of state and one of a call:
 *
 *     credit     a word: each call earns max_extra of a hedge, a hedge takes a whole one; the first
 *                is given, and no more than SC_HEDGE_SAVED are saved up for a bad hour
 *     begins     five words: how long answers took to begin, 40 counts of a byte, two for each
 *                doubling from 1 ms on. A count that is full halves all, so what lies back fades
 *     sc_hedge   the race of one call
 *
 * Pure: time is passed in. Words are good at any value.
 */
#ifndef SC_CORE_HEDGE_H
#define SC_CORE_HEDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/settings.h"
#include "core/word.h"

/* ---- how many ---- */

#define SC_HEDGE_SAVED 10

/* max_extra as it is reckoned with: 1/10000 of a hedge. */
#define SC_HEDGE_WHOLE 10000

/* A call begins. `arg`: int64_t, what it earns. */
uint64_t sc_hedge_earn(uint64_t word, void *arg);

/* A hedge is about to be made. `arg`: bool, whether there was one. */
uint64_t sc_hedge_take(uint64_t word, void *arg);

/* Hedges that may be made now, in 1/10000. */
int64_t sc_hedge_credit(uint64_t word);

/* ---- when ---- */

#define SC_HEDGE_BEGINS 5 /* words */

/* An answer began ms after its attempt; of one that was given up before, how long it was waited
 * for, which counts as longer. */
void sc_hedge_learn(sc_word begins[SC_HEDGE_BEGINS], int64_t ms, bool given_up);

/* Within how many ms so many percent of answers begin, rounded up to the end of its count's range;
 * where chance may have made it too long by twice its standard error, the shorter time: what that
 * costs is bounded by max_extra, and an estimate between the many and the few would never find the
 * many again. -1: too little is known. */
int64_t sc_hedge_learned(const sc_word begins[SC_HEDGE_BEGINS], int percent);

/* How many answers that is known of. */
int64_t sc_hedge_seen(const sc_word begins[SC_HEDGE_BEGINS]);

/* When it is due, in ms from the attempt's start; -1: not. */
int64_t sc_hedge_delay_ms(const struct sc_hedge_settings *s, const sc_word *begins);

/* ---- the race ---- */

enum { SC_HEDGE_FIRST, SC_HEDGE_SECOND, SC_HEDGE_LANES };

/* How an attempt of a race has ended. */
enum sc_hedge_end {
    SC_HEDGE_ANSWERED,
    SC_HEDGE_FATAL, /* no other attempt would fare better: it is the call's */
    SC_HEDGE_FAILED /* another one may */
};

struct sc_hedge {
    int64_t due_ns; /* when the second is to go; SC_HEDGE_NEVER: not */
    bool sent;      /* it has gone */
    bool over[SC_HEDGE_LANES];
    int winner; /* -1: nobody yet */
};

#define SC_HEDGE_NEVER INT64_MAX

/* An attempt begins, at start_ns; delay_ms < 0: it has no second. */
void sc_hedge_begin(struct sc_hedge *h, int64_t start_ns, int64_t delay_ms);

/* Whether the second is to be sent now. begun: the first has begun to answer, or can no longer be
 * doubled; then it never is. */
bool sc_hedge_is_due(struct sc_hedge *h, int64_t now_ns, bool begun);

/* It has gone; or something forbids it, and nobody asks again. */
void sc_hedge_sent(struct sc_hedge *h);
void sc_hedge_forbid(struct sc_hedge *h);

/* A lane has given output: the program has seen it. */
void sc_hedge_output(struct sc_hedge *h, int lane);

/* A lane has ended. Returns the lane whose end is the call's; -1: the other goes on. */
int sc_hedge_ended(struct sc_hedge *h, int lane, enum sc_hedge_end end);

#endif
