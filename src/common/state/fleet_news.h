/* fleet_news.h - what a gate, latch or breaker has to tell other hosts of. Private to state/. */
#ifndef SC_STATE_FLEET_NEWS_H
#define SC_STATE_FLEET_NEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/layout.h"

/* The events that slot has to tell of: how long from now, what else; false: none. known: to be
 * stored when it was told. */
bool sc_fleet_news(struct sc_region *r, size_t i, int64_t now_ns, int64_t *ms, int64_t *more,
                   uint64_t *known);

#endif
