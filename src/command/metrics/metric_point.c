/* metric_point.c - see metric_point.h. */
#include "metrics/metric_point.h"

#include <inttypes.h>
#include <stdio.h>

void sc_metric_label(struct sc_metric_point *p, const char *name, const char *value)
{
    struct sc_metric_label *l = &p->labels[p->n_labels];

    if (p->n_labels == SC_METRIC_LABELS_MAX)
        return;
    l->name = name;
    snprintf(l->value, sizeof l->value, "%s", value);
    p->n_labels++;
}

void sc_metric_parts(struct sc_metric_point *p, const char *label, const char *const *names,
                     size_t n, size_t optional)
{
    char value[SC_LABEL_MAX + 1];

    for (size_t i = 0; i < n; i++) {
        sc_label_part(label, names[i], value, sizeof value);
        if (i < optional || value[0])
            sc_metric_label(p, names[i], value);
    }
}

void sc_metric_whole(struct sc_metric_point *p, uint64_t n)
{
    p->whole = true;
    snprintf(p->number, sizeof p->number, "%" PRIu64, n);
}

/* Exact, whatever the locale. */
static void set_parts(struct sc_metric_point *p, uint64_t n, uint64_t per, int places)
{
    p->whole = false;
    snprintf(p->number, sizeof p->number, "%" PRIu64 ".%0*" PRIu64, n / per, places, n % per);
}

void sc_metric_nano(struct sc_metric_point *p, uint64_t n)
{
    set_parts(p, n, 1000000000, 9);
}

void sc_metric_ms(struct sc_metric_point *p, uint64_t n)
{
    set_parts(p, n, 1000, 3);
}
