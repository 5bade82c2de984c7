/*
 * metrics.h - the counters of one (provider, host, model), in shared memory.
 *
 * Words of a series, in order; each is added to and nothing else. A histogram has plain (not
 * cumulative) buckets and then the sum of what was observed, in milliseconds or tokens; how often
 * is the sum of its buckets, so it is not counted once more.
 */
#ifndef SC_STATE_METRICS_H
#define SC_STATE_METRICS_H

#include "provider/class.h"
#include "state/layout.h"

#define SC_HISTOGRAM_BOUNDS 14
#define SC_HISTOGRAM_BUCKETS (SC_HISTOGRAM_BOUNDS + 1) /* the last has no bound */
#define SC_HISTOGRAM_WORDS (SC_HISTOGRAM_BUCKETS + 1)  /* and the sum */

enum sc_metric {
    SC_M_ATTEMPTS,                                 /* one word per class */
    SC_M_RETRIES = SC_M_ATTEMPTS + SC_CLASS_COUNT, /* one word per class */
    SC_M_WAITS = SC_M_RETRIES + SC_CLASS_COUNT,    /* one word per wait reason */
    SC_M_OPENINGS = SC_M_WAITS + 4,
    SC_M_COST,                          /* 1e-9 USD */
    SC_M_BUDGET_REFUSALS,               /* retries not made */
    SC_M_REFUSALS,                      /* one word per sc_refusal, from 1 */
    SC_M_CALL_TIME = SC_M_REFUSALS + 8, /* histograms from here on; one per sc_end */
    SC_M_ATTEMPT_TIME = SC_M_CALL_TIME + 3 * SC_HISTOGRAM_WORDS,
    SC_M_WAIT_TIME = SC_M_ATTEMPT_TIME + SC_HISTOGRAM_WORDS,
    SC_M_FIRST_TOKEN = SC_M_WAIT_TIME + SC_HISTOGRAM_WORDS, /* of streams */
    SC_M_INPUT_TOKENS = SC_M_FIRST_TOKEN + SC_HISTOGRAM_WORDS,
    SC_M_OUTPUT_TOKENS = SC_M_INPUT_TOKENS + SC_HISTOGRAM_WORDS,
    SC_M_COUNT = SC_M_OUTPUT_TOKENS + SC_HISTOGRAM_WORDS
};
_Static_assert(SC_M_COUNT <= SC_SERIES_WORDS, "a series has room for its counters");

/* Upper bounds of a histogram's buckets, in ms or tokens. */
const int64_t *sc_metric_bounds(unsigned histogram);

/* `words` may be NULL: then nothing is counted. n, value: less than 0 is unknown. */
void sc_metric_add(sc_word *words, unsigned metric, int64_t n);
void sc_metric_observe(sc_word *words, unsigned histogram, int64_t value);

#endif
