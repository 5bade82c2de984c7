/*
 * world.h - a simulated world: clients in processes on hosts, a service, and virtual time.
 *
 * What a client does about a call is decided by the very code that does so in programs: core/call.c
 * says what is next, the state (state/state.h) admits attempts, learns how they went, and keeps the
 * budgets, and what came is classified by the tables of the providers. Only what those are called
 * by is another: events in the order of their times, instead of sleeping threads; see call.c.
 *
 *     struct sc_sim_world w;
 *     if (sc_sim_open(&w, &scenario, &way, seed)) {
 *         while (sc_sim_step(&w))
 *             ;
 *         w.tally ...
 *     }
 *     sc_sim_close(&w);
 *
 * Same scenario, way and seed: the same result, to the last digit.
 */
#ifndef SC_SIMULATE_WORLD_H
#define SC_SIMULATE_WORLD_H

#include "simulate/client.h"

bool sc_sim_open(struct sc_sim_world *w, const struct sc_scenario *s, const struct sc_sim_way *way,
                 const struct sc_sim_log *log, uint64_t seed);

/* The next thing that happens. False: nothing more does (or there is no memory, w->no_memory). */
bool sc_sim_step(struct sc_sim_world *w);

void sc_sim_close(struct sc_sim_world *w);

#endif
