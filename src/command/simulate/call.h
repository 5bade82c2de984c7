/*
 * call.h - one call of a simulated client, as the engine would make it; see call.c.
 */
#ifndef SC_SIMULATE_CALL_H
#define SC_SIMULATE_CALL_H

#include "simulate/client.h"

/* A call of the program begins, or another try of it. */
void sc_sim_call_begin(struct sc_sim_world *w, struct sc_sim_client *c);
void sc_sim_call_go_on(struct sc_sim_world *w, struct sc_sim_client *c);

/* The attempt under way has an answer; comes to its end; is given up by the client while it waits
 * for a place. */
void sc_sim_attempt_head(struct sc_sim_world *w, struct sc_sim_client *c);
void sc_sim_attempt_ended(struct sc_sim_world *w, struct sc_sim_client *c);
void sc_sim_attempt_bound(struct sc_sim_world *w, struct sc_sim_client *c);

/* Gives free places to those who wait. */
void sc_sim_serve_queue(struct sc_sim_world *w);

/* CLOCK_REALTIME minus the state's clock, in this world. */
int64_t sc_sim_wall_ns(void);

#endif
