/* ways.h - how programs make calls without steadycurl: retries of their own, by name. */
#ifndef SC_SIMULATE_WAYS_H
#define SC_SIMULATE_WAYS_H

#include <stddef.h>

#include "simulate/scenario.h"

struct sc_sim_known_way {
    const char *name, *doc;
};

/* NULL: there is none of that name. */
const struct sc_sim_programs *sc_sim_way_find(const char *name);

/* One after the other, NULL at the end. */
const struct sc_sim_known_way *sc_sim_way_at(size_t i);

#endif
