/*
 * money.h - what was spent in a period, what is set aside for calls under way, and who was told.
 *
 * Amounts are whole nano-dollars (1e-9 USD). Periods are those of UTC: an hour, a day, a month, or
 * ever; each has a number, of which a word keeps the lowest 12 bits. So a sum begins anew with its
 * period in the same swap that adds to it, and nobody has to clear anything. Words:
 *
 *     spent   period 12 | nano 52
 *     told    period 12 | refused 1 | nano 51    how far alerts have been given
 *     held    check 12 | nano 52                 beside a lease (core/lease.h), which it belongs to
 *
 * How calls at the same time stay within a limit (state/money.c): each first announces what it may
 * cost at most, in a lease of its own, and then sums up: all that is announced, and after that what
 * is spent. Too much: it withdraws. Of any two, the one that announced last has seen the other. At
 * its end a call adds to what is spent first and frees its lease second. A process killed at any
 * instruction leaves at most a lease too many, which ends with its holder. Pure.
 */
#ifndef SC_CORE_MONEY_H
#define SC_CORE_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/settings.h"

/* More cannot be counted in a word, nor asked for as a limit. */
#define SC_MONEY_MAX_NANO INT64_C(1000000000000000)

/* Number of the period that a time (seconds of 1970, UTC) falls into; 0 for "ever". */
int64_t sc_period_number(enum sc_period per, int64_t wall_s);

/* When it ends, in the same seconds; INT64_MAX for "ever". */
int64_t sc_period_end(enum sc_period per, int64_t number);

/* "hour", "day", "month", "ever". */
const char *sc_period_name(enum sc_period per);

/* "0.50", "12.345": at least two places, as many as it takes, whatever the locale. */
void sc_money_text(int64_t nano, char *buf, size_t n);

/* What a word says was spent in this period. A word of the period after counts (somebody was
 * faster over the boundary); so does one of a later time, since the clock was set back. */
int64_t sc_money_spent(uint64_t word, int64_t period);

struct sc_money_add {
    int64_t period, nano;
    int64_t before, after; /* answer: spent in the period */
};

/* `arg`: struct sc_money_add. */
uint64_t sc_money_add(uint64_t word, void *arg);

/* At least so much was spent: what a record of earlier days says. `arg`: struct sc_money_add. */
uint64_t sc_money_restore(uint64_t word, void *arg);

/* ---- what is set aside ---- */

/* The amount that belongs to a lease; 0 if the word is of another lease. */
uint64_t sc_money_held_write(uint64_t lease, int64_t nano);
int64_t sc_money_held_read(uint64_t word, uint64_t lease);

enum sc_money_answer {
    SC_MONEY_FITS,
    SC_MONEY_BUSY, /* it would fit when calls under way turn out cheaper than they may */
    SC_MONEY_SPENT /* it does not, whatever becomes of the others */
};

/* mine: what the call may cost; 0: nothing; -1: not known, it goes until all is spent. */
enum sc_money_answer sc_money_decide(int64_t limit, int64_t spent, int64_t others, int64_t mine);

/* ---- alerts ---- */

struct sc_money_tell {
    int64_t period;
    int64_t nano; /* spent by now */
    bool refused; /* a call was refused for it */
    /* answer */
    int64_t from, to; /* alerts of amounts above `from`, up to `to`, are this caller's to give */
    bool was_refused;
};

/* Whoever swaps the word tells. `arg`: struct sc_money_tell. */
uint64_t sc_money_tell(uint64_t word, void *arg);

/* Whether the alert at a fraction (1/10000) of the limit is to be given. The one at the limit is
 * given when the first call is refused, too, and not again. */
bool sc_money_alerts(const struct sc_money_tell *t, int64_t limit, int fraction);

/* The amount that is a fraction of the limit. */
int64_t sc_money_part(int64_t limit, int fraction);

/* What a `told` word says. */
struct sc_money_told {
    int64_t nano;
    bool refused;
};
struct sc_money_told sc_money_told(uint64_t word, int64_t period);

#endif
