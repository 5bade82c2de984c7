/* metrics_text.c - metrics in Prometheus' text format. */
#include <inttypes.h>

#include "metrics/metrics.h"

static void put_family(void *f, const struct sc_metric_family *m)
{
    static const char *const types[] = {[SC_METRIC_COUNTER] = "counter",
                                        [SC_METRIC_GAUGE] = "gauge",
                                        [SC_METRIC_HISTOGRAM] = "histogram"};

    fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name, types[m->type]);
}

static void put_value(FILE *f, const char *s)
{
    for (; *s; s++) {
        if (*s == '\\' || *s == '"')
            fputc('\\', f);
        fputc(*s, f);
    }
}

/* NAMESUFFIX{LABELS...,le="..."} with a space behind; le may be NULL. */
static void put_name(FILE *f, const struct sc_metric_family *m, const char *suffix,
                     const struct sc_metric_point *p, const char *le)
{
    const char *between = "{";

    fprintf(f, "%s%s", m->name, suffix);
    for (size_t i = 0; i < p->n_labels; i++, between = ",") {
        fprintf(f, "%s%s=\"", between, p->labels[i].name);
        put_value(f, p->labels[i].value);
        fputc('"', f);
    }
    if (le) {
        fprintf(f, "%sle=\"%s\"", between, le);
        between = ",";
    }
    fputs(*between == ',' ? "} " : " ", f);
}

static void put_histogram(FILE *f, const struct sc_metric_family *m,
                          const struct sc_metric_point *p)
{
    uint64_t sum = 0;
    char le[32];

    for (size_t i = 0; i < p->n_buckets; i++) {
        if (i + 1 < p->n_buckets)
            snprintf(le, sizeof le, "%.10g", p->bounds[i]);
        else
            snprintf(le, sizeof le, "+Inf");
        put_name(f, m, "_bucket", p, le);
        fprintf(f, "%" PRIu64 "\n", sum += p->counts[i]);
    }
    put_name(f, m, "_sum", p, NULL);
    fprintf(f, "%s\n", p->number);
    put_name(f, m, "_count", p, NULL);
    fprintf(f, "%" PRIu64 "\n", p->count);
}

static void put_point(void *f, const struct sc_metric_family *m, const struct sc_metric_point *p)
{
    if (m->type == SC_METRIC_HISTOGRAM) {
        put_histogram(f, m, p);
        return;
    }
    put_name(f, m, "", p, NULL);
    fprintf(f, "%s\n", p->number);
}

void sc_metrics_text(FILE *f, struct sc_state_view *v)
{
    struct sc_metric_sink sink = {put_family, put_point, f};

    sc_metrics_tell(v, &sink);
}
