/*
 * cost.h - what a call costs, in whole nano-dollars (1e-9 USD).
 *
 * Sums are made in 1e-12 USD with 128 bits and rounded once, half up: a call's cost is exact to
 * the nano-dollar, and totals are sums of these. Pure.
 */
#ifndef SC_CORE_COST_H
#define SC_CORE_COST_H

#include <stdint.h>

#include "provider/prices.h"
#include "provider/usage.h"

/* What a usage costs; what the provider says it charged goes before any price. -1: neither is
 * known. `price` may be NULL. */
int64_t sc_cost_nano(const struct sc_price *price, const struct sc_usage *u);

/* A part of a cost, or a multiple of it; rounded half up. */
int64_t sc_cost_percent(int64_t nano, int percent);

/* What a call may cost at most, to be set aside before it is sent: all of its input uncached, all
 * of the output that it asks for (< 0: it does not say; then what the model may give). 0 if the
 * price is not known. */
int64_t sc_cost_reserve(const struct sc_price *price, int64_t input_tokens, int64_t output_limit);

/* What to add to the money spent when a call that had `reserved` set aside has ended. cost < 0: not
 * known, the reservation stands. */
int64_t sc_cost_settle(int64_t reserved, int64_t cost);

#endif
