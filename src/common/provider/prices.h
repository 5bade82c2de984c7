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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "provider/provider.h"

struct sc_rates {
    int64_t input, output;
    int64_t cached_read;    /* 0: as input; likewise the next two */
    int64_t cache_write_5m; /* also where there is one kind of write only */
    int64_t cache_write_1h; /* 0: as cache_write_5m */
    int64_t reasoning;      /* 0: as output */
};

/* A built-in row holds its name itself: a pointer would be one more that the dynamic linker has to
 * fix in each process, which then has a copy of its own of the whole table. */
struct sc_price {
    enum sc_provider provider; /* SC_PROVIDER_COUNT: of any */
    uint8_t origin;            /* where it is from, see sc_price_source; 0: the policy */
    uint8_t name_len;
    char name[50];          /* of a built-in row */
    const char *model;      /* of a policy's row, * stands for any run of characters; else NULL */
    int32_t context_window; /* input tokens that fit, 0: not known */
    int32_t max_output;     /* 0: not known */
    struct sc_rates rates;
    int32_t above;         /* a request with more input than this pays `large` for all of it */
    struct sc_rates large; /* 0: none */
};

/* The row for a model: of `own` (n rows), else built in; the one whose pattern says most, of equal
 * ones the first. The name may carry what providers add to it: a date, "-latest", "-preview", a
 * region or vendor before it. NULL: the model's price is not known. */
const struct sc_price *sc_price_find(const struct sc_price *own, size_t n, enum sc_provider p,
                                     const char *model);

/* When the facts were taken ("2026-07-24", "" for a policy's), and from where. */
const char *sc_price_as_of(const struct sc_price *p);
const char *sc_price_source(const struct sc_price *p);

/* The built-in rows. */
const struct sc_price *sc_price_table(size_t *n);

#endif
