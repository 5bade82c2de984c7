#include "state/metrics.h"

static const int64_t times[SC_HISTOGRAM_BOUNDS] = {
    50, 100, 250, 500, 1000, 2500, 5000, 10000, 20000, 30000, 60000, 120000, 300000, 600000};
static const int64_t waits[SC_HISTOGRAM_BOUNDS] = {
    10, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 20000, 30000, 60000, 300000, 600000};
/* What the OpenTelemetry conventions advise for tokens. */
static const int64_t tokens[SC_HISTOGRAM_BOUNDS] = {
    1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864};

const int64_t *sc_metric_bounds(unsigned histogram)
{
    if (histogram >= SC_M_INPUT_TOKENS)
        return tokens;
    return histogram == SC_M_WAIT_TIME ? waits : times;
}

void sc_metric_add(sc_word *words, unsigned metric, int64_t n)
{
    if (words && n > 0)
        atomic_fetch_add_explicit(&words[metric], (uint64_t)n, memory_order_relaxed);
}

void sc_metric_observe(sc_word *words, unsigned histogram, int64_t value)
{
    const int64_t *bounds = sc_metric_bounds(histogram);
    unsigned i = 0;

    if (!words || value < 0)
        return;
    while (i < SC_HISTOGRAM_BOUNDS && value > bounds[i])
        i++;
    sc_metric_add(words, histogram + i, 1);
    sc_metric_add(words, histogram + SC_HISTOGRAM_BUCKETS, value);
}
