/*
 * tier.h - what the service tier that an answer names costs, beside the list prices.
 *
 * Prices (prices.h) are those of the standard tier. What was asked for does not matter: a request
 * for priority may be answered at standard, and says so.
 */
#ifndef SC_PROVIDER_TIER_H
#define SC_PROVIDER_TIER_H

#include <stdbool.h>
#include <stddef.h>

#include "provider/provider.h"

struct sc_tier {
    int percent; /* of the list price */
    bool exact;  /* false: a guess, the provider has a price of its own for each
                    model, or none */
};

/* name: as the answer has it; "" is the standard tier. */
struct sc_tier sc_tier_of(enum sc_provider p, const char *name);

/* A header line of the answer may name it (Google's does): then `to` is that name. */
void sc_tier_header(enum sc_provider p, const char *line, size_t n, char *to, size_t size);

#endif
