/*
 * result.h - what came of a simulation, in numbers that answer questions.
 */
#ifndef SC_SIMULATE_RESULT_H
#define SC_SIMULATE_RESULT_H

#include <stdio.h>

#include "simulate/world.h"

struct sc_sim_result {
    char name[64]; /* of the way */
    const struct sc_scenario *scenario;
    bool priced;
    struct sc_sim_tally tally;
    double capacity;        /* of the service, a second; 0: any */
    double peak;            /* requests that it received in a second, at most */
    double peak_after;      /* likewise, after the last event's end; -1: it has none */
    double recovery_s;      /* from the last event's end until as much is answered as before the
                               first one; -1: there is no such, -2: never */
    int64_t busiest_minute; /* requests in any 60 seconds that begin with a second, at most */
};

/* Takes the tally over. */
void sc_sim_result_of(struct sc_sim_world *w, struct sc_sim_result *out);
void sc_sim_result_free(struct sc_sim_result *r);

/* Side by side. */
void sc_sim_print_table(FILE *f, const struct sc_sim_result *all, size_t n);
void sc_sim_print_json(FILE *f, const struct sc_sim_result *all, size_t n, uint64_t seed);

/* Load, answers and waiting over time: one SVG, or a page of its own that holds the table, too. */
void sc_sim_print_svg(FILE *f, const struct sc_sim_result *all, size_t n);
void sc_sim_print_html(FILE *f, const struct sc_sim_result *all, size_t n, uint64_t seed);

/* One line of the table: what it is, and its value for one way. */
#define SC_SIM_VALUE_MAX 48
struct sc_sim_line {
    const char *name, *what;
    void (*say)(const struct sc_sim_result *r, char out[SC_SIM_VALUE_MAX]);
};
extern const struct sc_sim_line sc_sim_lines[];
extern const size_t sc_sim_n_lines;

#endif
