/*
 * hedge.h - what all processes know of second attempts: how many there may be, and when
 * (core/hedge.h). One slot for each host, model and kind of answer: a stream begins when its model
 * does, a whole answer when it is done.
 */
#ifndef SC_STATE_HEDGE_H
#define SC_STATE_HEDGE_H

#include "core/hedge.h"
#include "state/state.h"

/* Words of the slot: the credit, and how long answers took to begin. */
enum { SC_W_HEDGE_CREDIT, SC_W_HEDGE_BEGINS };

/* NULL: there is no shared state, and no hedge. */
sc_word *sc_state_hedge_words(const struct sc_ticket *t, const struct sc_scope_key *k,
                              bool streams);

/* Whether the retry budget of the ticket's scope would give one more attempt. */
bool sc_state_can_spare(const struct sc_ticket *t, int64_t now_ns);

#endif
