/* fleet_news.h - what a gate, latch or breaker has to tell other hosts of. Private to state/. */
#ifndef SC_STATE_FLEET_NEWS_H
#define SC_STATE_FLEET_NEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/layout.h"

struct sc_news {
    int64_t ms, more;     /* how long from now, what else */
    uint64_t before, now; /* of what others know: stored when it is told */
    bool urgent;          /* worth a round trip of its own */
};

/* What that slot has to tell of; false: nothing. */
bool sc_fleet_news(struct sc_region *r, size_t i, int64_t now_ns, struct sc_news *n);

/* The same, if it is urgent and nobody else is about to tell it: now it is this caller's. */
bool sc_fleet_claim_news(struct sc_region *r, size_t i, int64_t now_ns);

#endif
