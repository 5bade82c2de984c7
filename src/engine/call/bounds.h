/*
 * bounds.h - how long a target may take: its own `timeouts`, else the rule's, and what the targets
 * behind it need.
 */
#ifndef SC_CALL_BOUNDS_H
#define SC_CALL_BOUNDS_H

#include "call/transfer.h"

/* Whether any target of the call's chain is bounded until its first output, or between two: the
 * clock has to run from the beginning. */
bool sc_bounds_may_come(const struct sc_transfer *t);

/* Milliseconds until its first output, 0: no bound. shares: another target is behind it, which is
 * to have a third of what the call has left. */
int64_t sc_bounds_first_ms(const struct sc_transfer *t, bool shares, int64_t now_ns);

/* Between two of its outputs, likewise. */
int64_t sc_bounds_gap_ms(const struct sc_transfer *t);

/* When it has to have answered, all its attempts and waits included; SC_NEVER: no bound. */
int64_t sc_bounds_until(const struct sc_target *to, int64_t now_ns);

/* It cannot be asked again: its time is up, or will be when the wait that was decided is over. */
bool sc_bounds_are_over(const struct sc_transfer *t);

#endif
