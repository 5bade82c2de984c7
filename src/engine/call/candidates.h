/*
 * candidates.h - whom a call may be moved to: who answers the questions of core/order.h.
 *
 * Link 0 is the first target, the others are the rule's chain. What a target lacks, and whether its
 * keys are there, is found out as it is asked for.
 */
#ifndef SC_CALL_CANDIDATES_H
#define SC_CALL_CANDIDATES_H

#include "call/transfer.h"
#include "core/order.h"

struct sc_candidates {
    const struct sc_transfer *t;
    const struct sc_target *first; /* NULL: the program's own host */
};

/* NULL: the program's own host, or a link that is no target. */
const struct sc_target *sc_candidates_target(const struct sc_candidates *c, unsigned link);

/* The question, but for its hash; it borrows `c`. */
struct sc_order_question sc_candidates_question(struct sc_candidates *c);

#endif
