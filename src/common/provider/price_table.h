/*
 * price_table.h - a price, and those that are built in. What the numbers are: prices.h.
 */
#ifndef SC_PROVIDER_PRICE_TABLE_H
#define SC_PROVIDER_PRICE_TABLE_H

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

/* When the facts were taken ("2026-07-24", "" for a policy's), and from where. */
const char *sc_price_as_of(const struct sc_price *p);
const char *sc_price_source(const struct sc_price *p);

/* The built-in rows. */
const struct sc_price *sc_price_table(size_t *n);

#endif
