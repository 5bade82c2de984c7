/* table.c - the stages there are, in their order. See stage.h. */
#include "stage/stage.h"

extern const struct sc_stage sc_stage_cache, sc_stage_budget, sc_stage_fit, sc_stage_ask,
    sc_stage_split, sc_stage_fallback, sc_stage_hedge, sc_stage_fleet, sc_stage_admit,
    sc_stage_consent, sc_stage_watchdog, sc_stage_redirect, sc_stage_chaos, sc_stage_cassette,
    sc_stage_meter, sc_stage_shadow;

const struct sc_stage *const sc_stage_table[SC_STAGE_COUNT] = {
    [SC_STAGE_CACHE] = &sc_stage_cache,       /* what is there need not be asked for */
    [SC_STAGE_BUDGET] = &sc_stage_budget,     /* what it may cost: before anything is reserved */
    [SC_STAGE_FIT] = &sc_stage_fit,           /* what is too long need not wait for its turn */
    [SC_STAGE_ASK] = &sc_stage_ask,           /* the request asks for its usage */
    [SC_STAGE_SPLIT] = &sc_stage_split,       /* and goes in parts, each with a turn of its own */
    [SC_STAGE_FALLBACK] = &sc_stage_fallback, /* which target is asked */
    [SC_STAGE_HEDGE] = &sc_stage_hedge,       /* and whether twice */
    [SC_STAGE_FLEET] = &sc_stage_fleet,       /* what other hosts know, before it is asked */
    [SC_STAGE_ADMIT] = &sc_stage_admit,       /* limits, gate, latches, breaker, retry budget */
    [SC_STAGE_CONSENT] = &sc_stage_consent,   /* whether the program itself forbids it */
    [SC_STAGE_WATCHDOG] = &sc_stage_watchdog, /* the server's own time */
    [SC_STAGE_SHADOW] = &sc_stage_shadow,     /* what would have been done */
    [SC_STAGE_REDIRECT] = &sc_stage_redirect, /* to a mock of its own */
    [SC_STAGE_CHAOS] = &sc_stage_chaos,       /* faults on purpose, instead of the wire's own */
    [SC_STAGE_CASSETTE] = &sc_stage_cassette, /* the wire's own, written down or given again */
    [SC_STAGE_METER] = &sc_stage_meter,       /* what the answer took: first on the way up */
};
