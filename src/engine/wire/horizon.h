/*
 * horizon.h - how much of libcurl's list of headers the program may see while a held block is
 * handed over.
 *
 * libcurl stores each header line just before its callback. When held lines are handed over, its
 * list already has the lines that the program has not been given: a call from inside the program's
 * callback sees the list only up to the line that is being handed over. Entries are counted in the
 * order they came, through libcurl's own functions.
 */
#ifndef SC_WIRE_HORIZON_H
#define SC_WIRE_HORIZON_H

#include "wire/exchange.h"

/* A walk through libcurl's list, over all requests. */
struct sc_header_walk {
    const struct sc_shadow *s;
    struct curl_header *at;
    int request, last_request;
    size_t n; /* entries passed, the current one included */
};

struct sc_header_walk sc_header_walk_begin(const struct sc_shadow *s, const struct sc_horizon *h);
bool sc_header_walk_step(struct sc_header_walk *w);

/* While an item is handed over. */
struct sc_horizon sc_horizon(const struct sc_exchange *x);

#endif
