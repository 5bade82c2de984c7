/*
 * tally.h - what was counted: totals, spans by their size, and how things went over time.
 */
#ifndef SC_SIMULATE_TALLY_H
#define SC_SIMULATE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/spread.h"
#include "provider/class.h"

/* One second. */
struct sc_sim_second {
    uint32_t due;              /* calls that programs wanted to make */
    uint32_t attempts;         /* requests that the service received */
    uint32_t answered, failed; /* calls that ended, by their end */
    uint32_t refused;          /* 429s, by their time */
    uint32_t busy;             /* served at a time, at most */
};

struct sc_sim_tally {
    int64_t calls; /* that programs wanted; each is answered or failed */
    int64_t answered, failed;
    int64_t tries;                    /* of the programs: what steadycurl takes for a call */
    int64_t turned_away;              /* of these: answered by steadycurl in the service's stead */
    int64_t attempts;                 /* requests on the wire */
    int64_t by_class[SC_CLASS_COUNT]; /* of them */
    int64_t status_429, given_up_by_client;
    int64_t input, output;   /* tokens of what was answered */
    int64_t billed_nano;     /* by the service, also for what was cut off */
    int64_t told_nano;       /* what the budgets were told */
    struct sc_spread took;   /* from when a call was due to its answer */
    struct sc_spread waited; /* of that: not in the attempt that was answered */
    struct sc_sim_second *seconds;
    size_t n_seconds, room;
    int64_t last_ns; /* when the last one ended */
};

/* The second of a time; NULL: no memory. */
struct sc_sim_second *sc_sim_second(struct sc_sim_tally *t, int64_t ns);

void sc_sim_tally_free(struct sc_sim_tally *t);

#endif
