/* fleet_trip.h - one round trip to the Redis of a fleet (fleet.lua). */
#ifndef SC_STATE_FLEET_TRIP_H
#define SC_STATE_FLEET_TRIP_H

#include "redis/redis.h"
#include "state/layout.h"

struct sc_fleet_place {
    const struct sc_redis_api *redis; /* NULL: cannot be loaded; the host is alone */
    struct sc_redis_place at;
    const char *prefix;
    int64_t hosts; /* how many there may be; 0: not stated */
};

/* What this host could use now of the limit at that place, and would ask for. */
int64_t sc_fleet_want_now(struct sc_region *r, size_t i, int64_t share, int64_t now_ns);

/* One round trip. SC_REDIS_AWAY: `why` says what for. */
enum sc_redis_result sc_fleet_trip(const struct sc_fleet_place *p, struct sc_region *r,
                                   int64_t now_ns, int64_t wall_ns, char why[SC_REDIS_NOTE]);

#endif
