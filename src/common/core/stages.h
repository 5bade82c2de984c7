/*
 * stages.h - the features that a rule can switch on or off, from the outermost to the innermost.
 *
 * A rule's settings say which are on (settings.h, `stages`): a section of the policy names its
 * stage, so one that is off costs nothing. The order is that of a request; an answer runs up it.
 */
#ifndef SC_CORE_STAGES_H
#define SC_CORE_STAGES_H

#include <stdint.h>

#define SC_STAGE_LIST(X)    \
    X(CACHE, "cache")       \
    X(BUDGET, "budget")     \
    X(FIT, "fit")           \
    X(ASK, "ask")           \
    X(SPLIT, "split")       \
    X(FALLBACK, "fallback") \
    X(HEDGE, "hedge")       \
    X(FLEET, "fleet")       \
    X(ADMIT, "admit")       \
    X(CONSENT, "consent")   \
    X(WATCHDOG, "watchdog") \
    X(SHADOW, "shadow")     \
    X(REDIRECT, "redirect") \
    X(CHAOS, "chaos")       \
    X(CASSETTE, "cassette") \
    X(METER, "meter")

enum sc_stage_id {
#define SC_STAGE_ENUM(id, name) SC_STAGE_##id,
    SC_STAGE_LIST(SC_STAGE_ENUM)
#undef SC_STAGE_ENUM
        SC_STAGE_COUNT
};

/* A set of them, as a call keeps it: one stage more than it has bits for widens it here. */
typedef uint16_t sc_stage_set;
#define SC_STAGE_BIT(id) (UINT32_C(1) << (id))
_Static_assert(SC_STAGE_COUNT <= 8 * sizeof(sc_stage_set), "sc_stage_set has a bit for each stage");

/* Those that look at the body of a call's first request; and with the one that does so once another
 * target is asked. */
#define SC_STAGES_EDITING_FIRST                                                               \
    (SC_STAGE_BIT(SC_STAGE_FIT) | SC_STAGE_BIT(SC_STAGE_ASK) | SC_STAGE_BIT(SC_STAGE_SPLIT) | \
     SC_STAGE_BIT(SC_STAGE_CACHE))
#define SC_STAGES_EDITING (SC_STAGES_EDITING_FIRST | SC_STAGE_BIT(SC_STAGE_FALLBACK))

#endif
