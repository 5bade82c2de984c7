/*
 * metric_point.h - one metric: its family, a point of it with its labels, and whom it is told to.
 *
 *     struct sc_metric_point p = {.n_labels = 0};
 *     sc_metric_label(&p, "version", SC_VERSION);
 *     sc_metric_whole(&p, 1);
 *     s->point(s->arg, &family, &p);
 *
 * A point holds its texts; names and families are borrowed.
 */
#ifndef SC_METRICS_METRIC_POINT_H
#define SC_METRICS_METRIC_POINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger/state_view.h"

enum sc_metric_type { SC_METRIC_COUNTER, SC_METRIC_GAUGE, SC_METRIC_HISTOGRAM };

struct sc_metric_family {
    const char *name, *help;
    const char *unit; /* of UCUM, as OTLP has it; "" none */
    enum sc_metric_type type;
};

#define SC_METRIC_LABELS_MAX 8

struct sc_metric_label {
    const char *name;
    char value[SC_LABEL_MAX + 1];
};

struct sc_metric_point {
    struct sc_metric_label labels[SC_METRIC_LABELS_MAX];
    size_t n_labels;
    char number[40];        /* decimal; of a histogram: the sum */
    bool whole;             /* it is an integer */
    const uint64_t *counts; /* histogram: of each bucket alone */
    uint64_t count;         /* and of all */
    const double *bounds;   /* the upper ones; one fewer than buckets */
    size_t n_buckets;
};

struct sc_metric_sink {
    void (*family)(void *arg, const struct sc_metric_family *f);
    void (*point)(void *arg, const struct sc_metric_family *f, const struct sc_metric_point *p);
    void *arg;
};

/* One label more; nothing where all are taken. */
void sc_metric_label(struct sc_metric_point *p, const char *name, const char *value);

/* The parts of a scope's label as labels; those from `optional` on only where there is one. */
void sc_metric_parts(struct sc_metric_point *p, const char *label, const char *const *names,
                     size_t n, size_t optional);

/* Its number: as it is, 1e-9 USD as USD, milliseconds as seconds. */
void sc_metric_whole(struct sc_metric_point *p, uint64_t n);
void sc_metric_nano(struct sc_metric_point *p, uint64_t n);
void sc_metric_ms(struct sc_metric_point *p, uint64_t n);

#endif
