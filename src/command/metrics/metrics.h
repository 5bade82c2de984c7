/*
 * metrics.h - what the shared state has to tell as metrics, family by family, for whoever writes
 * it.
 *
 *     struct sc_metric_sink text = {put_family, put_point, stdout};
 *     sc_metrics_tell(&view, &text);
 *
 * Names, types and units are those of Prometheus' conventions; OTLP's follow from them
 * (metrics_otlp.c). A series is told if what it counts can be: a class that is never tried again
 * has no series of retries. All pointers are borrowed, and good until the call returns.
 */
#ifndef SC_METRICS_METRICS_H
#define SC_METRICS_METRICS_H

#include <stdbool.h>
#include <stdio.h>

#include "metrics/metric_point.h"
#include "ledger/state_view.h"

/* Without a region: of this build alone. */
void sc_metrics_tell(struct sc_state_view *v, const struct sc_metric_sink *sink);

/* In Prometheus' text format. */
void sc_metrics_text(FILE *f, struct sc_state_view *v);

/* The names that OTLP has for what the GenAI conventions name. */
struct sc_semconv;
const struct sc_semconv *sc_semconv(const char *name);
extern const char sc_semconv_names[]; /* what there are, in words */

/* One OTLP/JSON request (ExportMetricsServiceRequest), to be freed; NULL: out of memory. */
char *sc_metrics_otlp(struct sc_state_view *v, const struct sc_semconv *names);

/* Sends it to "http://HOST[:PORT][/PATH]" and waits for the answer. False with the reason in why.
 */
bool sc_otlp_post(const char *url, const char *body, char *why, size_t n);

#endif
