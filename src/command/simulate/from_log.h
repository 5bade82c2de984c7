/*
 * from_log.h - calls that were really made, from steadycurl's own log: when each began, and how
 * many tokens it took.
 */
#ifndef SC_SIMULATE_FROM_LOG_H
#define SC_SIMULATE_FROM_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_sim_logged {
    int64_t at_ns;         /* from the first one's beginning */
    int64_t input, output; /* tokens, -1: it does not say */
};

struct sc_sim_log {
    struct sc_sim_logged *calls; /* in the order of their beginnings */
    size_t n;
    size_t lines, passed_over; /* of the file; that are no call with a time */
};

/* A JSON or text log; "-" is standard input. False with a word in `why`. */
bool sc_sim_log_read(struct sc_sim_log *l, const char *path, char *why, size_t size);
void sc_sim_log_free(struct sc_sim_log *l);

#endif
