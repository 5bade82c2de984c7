/*
 * metrics.h - the counters of one (provider, host, model), in shared memory.
 *
 * Words of a series, in order; each is added to and nothing else. Histograms keep plain (not
 * cumulative) buckets and the sum in milliseconds.
 */
#ifndef SC_STATE_METRICS_H
#define SC_STATE_METRICS_H

#include "provider/class.h"
#include "state/layout.h"

#define SC_HISTOGRAM_BUCKETS 13

enum sc_metric {
    SC_M_CALLS_OK,
    SC_M_CALLS_FAILED,
    SC_M_CALLS_SYNTHESIZED,
    SC_M_ATTEMPTS,                                 /* one word per class */
    SC_M_RETRIES = SC_M_ATTEMPTS + SC_CLASS_COUNT, /* one word per class */
    SC_M_WAITS = SC_M_RETRIES + SC_CLASS_COUNT,    /* one word per wait reason */
    SC_M_OPENINGS = SC_M_WAITS + 4,
    SC_M_INPUT_TOKENS,
    SC_M_OUTPUT_TOKENS,
    SC_M_REFUSALS,                                            /* one word per sc_refusal, from 1 */
    SC_M_LATENCY = SC_M_REFUSALS + 8,                         /* buckets, then the sum */
    SC_M_WAIT_TIME = SC_M_LATENCY + SC_HISTOGRAM_BUCKETS + 1, /* buckets, then the sum */
    SC_M_BUDGET_REFUSALS = SC_M_WAIT_TIME + SC_HISTOGRAM_BUCKETS + 1, /* retries not made */
    SC_M_COUNT
};
_Static_assert(SC_M_COUNT <= SC_SERIES_WORDS, "a series has room for its counters");

/* Upper bounds in ms; the last bucket has none. */
extern const int64_t sc_latency_bounds[SC_HISTOGRAM_BUCKETS - 1];
extern const int64_t sc_wait_bounds[SC_HISTOGRAM_BUCKETS - 1];

/* `words` may be NULL: then nothing is counted. */
void sc_metric_add(sc_word *words, unsigned metric, int64_t n);
void sc_metric_observe(sc_word *words, enum sc_metric histogram, int64_t ms);

#endif
