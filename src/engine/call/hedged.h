/*
 * hedged.h - the second attempt of a call that is slow to begin its answer (core/hedge.h): whether
 * it may be made, and what it has cost.
 */
#ifndef SC_CALL_HEDGED_H
#define SC_CALL_HEDGED_H

#include "call/side.h"
#include "core/hedge.h"

/* Of a call whose rule asks for it; lives in the stage's state. */
struct sc_hedging {
    struct sc_hedge race; /* of the attempt */
    sc_word *words;       /* state/hedge.h; NULL: no shared state, and so none */
    bool fit;             /* the request may be sent twice at a time */
    int made;             /* second attempts of the call */
    const char *outcome;  /* of the last of them: "won", "lost", "failed"; NULL: none was made */
    /* What those took whose answer nobody saw. */
    int64_t lost_input, lost_nano;
    bool lost_has_cost;
};

/* Before the second is sent: everything that could refuse a call is asked, and the place is taken;
 * `side` gets its ticket. NULL: it goes; else what forbids it, and nothing is taken. */
const char *sc_hedged_admit(struct sc_transfer *t, struct sc_side *side);

/* The attempt in `side` is over, and not the call's. class: SC_CLASS_ABORTED of one that was
 * closed. sent: its request was. */
void sc_hedged_settle(struct sc_transfer *t, struct sc_side *side, bool sent);

/* A second attempt has gone, or could not. */
void sc_hedged_report(struct sc_transfer *t, const char *forbidden);

#endif
