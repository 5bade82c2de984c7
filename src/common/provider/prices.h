/*
 * prices.h - what a million tokens of a model costs, and how many of them it takes.
 *
 * Rates are whole numbers of 1e-12 USD for one token, which is the same as 1e-6 USD for a million
 * of them: 2.50 USD per million is 2500000. All list prices are exact in it.
 *
 *     const struct sc_price *p = sc_price_find(own, n, SC_PROVIDER_OPENAI, "gpt-4o-2024-08-06");
 *     p->rates.input == 2500000
 *
 * A policy's own rows come before the built-in ones. Those are facts that age: each says when it
 * was taken, and from where. Constant data; thread-safe.
 */
#ifndef SC_PROVIDER_PRICES_H
#define SC_PROVIDER_PRICES_H

#include <stddef.h>

#include "provider/price_table.h"

/* The row for a model: of `own` (n rows), else built in; the one whose pattern says most, of equal
 * ones the first. The name may carry what providers add to it: a date, "-latest", "-preview", a
 * region or vendor before it. NULL: the model's price is not known. */
const struct sc_price *sc_price_find(const struct sc_price *own, size_t n, enum sc_provider p,
                                     const char *model);

#endif
