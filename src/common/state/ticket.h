/* ticket.h - what begin.c, admit.c, turn.c, settle.c, learn.c and reserve.c share. Private to
 * state/. */
#ifndef SC_STATE_TICKET_H
#define SC_STATE_TICKET_H

#include "core/budget.h"
#include "core/limiter.h"
#include "state/state.h"

static inline bool sc_ticket_reserved(const struct sc_reservation *r)
{
    return r->words && r->after != 0;
}

/* Gates of a call without a model have slots only once they were closed: looks for these. */
void sc_ticket_find_path_gates(struct sc_ticket *t);

/* Gives back the limiter slots of an attempt that will not be sent. */
void sc_ticket_unreserve(struct sc_ticket *t);

/* The same, and a probe's permit. `lease`: the concurrency lease too. */
void sc_ticket_release(struct sc_ticket *t, int64_t now_ns, bool lease);

/* What an attempt's end says of the service's own limits. */
void sc_ticket_learn(struct sc_ticket *t, const struct sc_attempt_facts *f, int64_t now_ns);

/* Reserves at what is known of the service's own limits: fills in the learned reservations. */
void sc_ticket_pace(struct sc_ticket *t, int64_t tokens, int64_t now_ns);

/* Whether the service's own bucket of tokens is less than three quarters full. */
bool sc_ticket_tokens_matter(const struct sc_ticket *t, int64_t now_ns);

/* What so many units cost in a bucket of the policy. */
int64_t sc_ticket_cost(const struct sc_reservation *r, int64_t units);

/* By when the call has to go. Who has waited until the end of its patience may still go now, if all
 * else allows. */
int64_t sc_ticket_latest(const struct sc_ticket *t, int64_t now_ns);

/* What is asked of a bucket for it. */
struct sc_limiter_ask sc_ticket_ask(const struct sc_ticket *t, const struct sc_reservation *r,
                                    int64_t now_ns);

/* Moves a bucket, and everybody who waits in it; > 0: later. */
void sc_ticket_move(const struct sc_reservation *r, int64_t by_ns, int64_t now_ns);

/* Tells the retry budget of an attempt's begin and end; each begin has one end at most. */
void sc_ticket_count(struct sc_ticket *t, enum sc_budget_event event, int64_t now_ns, uint64_t rnd);

#endif
