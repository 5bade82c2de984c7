/*
 * scenario_rows.h - every key of a scenario, one row each.
 *
 * The rows are those of policies (policy/options.h), so that the same functions read and check the
 * values; what a scenario has besides are its own words, and objects within objects. The list in
 * `steadycurl simulate --keys` (keys.c) follows from them.
 */
#ifndef SC_SIMULATE_SCENARIO_ROWS_H
#define SC_SIMULATE_SCENARIO_ROWS_H

#include "policy/options.h"
#include "simulate/scenario.h"

enum sc_sim_value {
    SC_SIM_VALUE,     /* as the policy's option type says */
    SC_SIM_WORD,      /* one of `words`; int: its index */
    SC_SIM_FAULT,     /* a fault's name; int */
    SC_SIM_FAULTS_OF, /* an object: name of a fault, probability; double[SC_SIM_FAULTS] */
    SC_SIM_NUMBERS,   /* list of SC_SIM_DAY numbers at most; size_t n, then double[] */
    SC_SIM_OBJECT,    /* of `child`, into the same struct */
    SC_SIM_LIST       /* of objects of `child`: events */
};

struct sc_sim_row {
    struct sc_policy_option o;
    enum sc_sim_value value;
    const char *const *words;
    const struct sc_sim_table *child;
};

struct sc_sim_table {
    const struct sc_sim_row *rows;
    size_t n;
};

extern const struct sc_sim_table sc_sim_top;

#endif
