/*
 * world.h - another world than this machine: memory and a calendar that the caller brings along.
 *
 * Calls that are made up (the simulator's) go through the very code that real ones do, but at times
 * of their own, and must leave no trace in the memory and the books of the machine. The memory is
 * zeroed but for its header's `hash_key`, and outlives every ticket in it; with pid_ns 0 no holder
 * of a lease is ever looked up among the living.
 */
#ifndef SC_STATE_WORLD_H
#define SC_STATE_WORLD_H

#include <stdint.h>

#include "state/layout.h"

struct sc_world {
    struct sc_region *region;
    int64_t wall_ns; /* its CLOCK_REALTIME minus its clock: when the periods of budgets end */
};

#endif
