/*
 * metric_series.h - what is counted of provider, host and model: counters and histograms, a series
 * each.
 *
 * A table says which; the words that they are read from are those of state/metrics.h.
 */
#ifndef SC_METRICS_METRIC_SERIES_H
#define SC_METRICS_METRIC_SERIES_H

#include "metrics/metric_point.h"

/* Family by family, as sc_metrics_tell does. */
void sc_metric_series_tell(const struct sc_region *r, const struct sc_metric_sink *s);

#endif
