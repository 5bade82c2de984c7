/*
 * measure.h - options that are times or sizes: a number in the option's unit, or a text.
 *
 *     "total_timeout_ms": 120000     "total_timeout_ms": "2m"
 *
 * Which an option is follows from its unit.
 */
#ifndef SC_POLICY_MEASURE_H
#define SC_POLICY_MEASURE_H

#include <stdbool.h>

#include "policy/section.h"

struct sc_measure {
    char unit[4];     /* of the option */
    bool size;        /* else a time */
    int64_t per;      /* milliseconds or bytes of that unit */
    char such[48];    /* texts, for who wrote none */
    char pattern[64]; /* of texts, for the schema: their form, not their bounds */
};

/* NULL: the option is neither time nor size. */
const struct sc_measure *sc_option_measure(const struct sc_policy_option *o);

/* A text in the option's unit. False: it is none, or not whole in that unit. */
bool sc_measure_read(const struct sc_measure *m, const char *text, double *value);

#endif
