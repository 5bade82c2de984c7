/*
 * side.h - what of a call is one attempt's, where two are under way at once.
 *
 * A call has one attempt in its transfer, for everybody to find; what belongs to the other lies
 * aside, and changes places with it while that one is heard (drive/race.h).
 */
#ifndef SC_CALL_SIDE_H
#define SC_CALL_SIDE_H

#include "call/transfer.h"

struct sc_side {
    struct sc_exchange x;
    struct sc_attempt attempt;
    struct sc_verdict verdict;
    struct sc_ticket ticket;
    struct sc_money_ticket *money;
};

/* A second attempt of the same request, of which nothing has come. */
void sc_side_begin(struct sc_side *side, const struct sc_transfer *t, int64_t now_ns);

/* The two change places. */
void sc_side_swap(struct sc_side *side, struct sc_transfer *t);

/* What hangs on it; its ticket has ended. */
void sc_side_free(struct sc_side *side);

#endif
