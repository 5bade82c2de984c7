/*
 * fitness.h - whether a call can go to a target: there is a key, the request can be said there, and
 * there is room for it.
 *
 * Nothing is changed or sent; the words hold nothing of the request but names of its members.
 */
#ifndef SC_CALL_FITNESS_H
#define SC_CALL_FITNESS_H

#include "call/transfer.h"

enum { SC_WHY_MAX = 256 };

/* `why` becomes the reason why the call cannot go there; "": it can. */
void sc_fitness_look(const struct sc_transfer *t, const struct sc_link *link, char why[SC_WHY_MAX]);

/* The same after a failure of this class, which some targets cannot make good. */
bool sc_fitness_lacks(const struct sc_transfer *t, const struct sc_link *link, enum sc_class class,
                      char why[SC_WHY_MAX]);

/* Whether the failure of the attempt is one after which another target may be asked. */
bool sc_fitness_leads_on(const struct sc_transfer *t);

#endif
