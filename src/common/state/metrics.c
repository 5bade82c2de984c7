#include "state/metrics.h"

const int64_t sc_latency_bounds[SC_HISTOGRAM_BUCKETS - 1] = {
    50, 100, 250, 500, 1000, 2500, 5000, 10000, 20000, 30000, 60000, 120000};
const int64_t sc_wait_bounds[SC_HISTOGRAM_BUCKETS - 1] = {10,   50,   100,   250,   500,   1000,
                                                          2500, 5000, 10000, 30000, 60000, 300000};

void sc_metric_add(sc_word *words, unsigned metric, int64_t n)
{
    if (words && n > 0)
        atomic_fetch_add_explicit(&words[metric], (uint64_t)n, memory_order_relaxed);
}

void sc_metric_observe(sc_word *words, enum sc_metric histogram, int64_t ms)
{
    const int64_t *bounds = histogram == SC_M_LATENCY ? sc_latency_bounds : sc_wait_bounds;
    unsigned i = 0;

    while (i < SC_HISTOGRAM_BUCKETS - 1 && ms > bounds[i])
        i++;
    sc_metric_add(words, histogram + i, 1);
    sc_metric_add(words, histogram + SC_HISTOGRAM_BUCKETS, ms);
}
