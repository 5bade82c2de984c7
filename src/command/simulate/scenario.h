/*
 * scenario.h - what is simulated: programs that call, the service that they call, and what happens
 * to it.
 *
 * A scenario is a JSON file, read by the same machinery as a policy: unknown keys and numbers out
 * of bounds are errors with their place. Those that are built in are texts of the same kind
 * (sc_scenario_builtin), so that one can be printed and changed.
 *
 * Times are nanoseconds from the scenario's beginning, unless a name says otherwise.
 */
#ifndef SC_SIMULATE_SCENARIO_H
#define SC_SIMULATE_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/settings.h"
#include "policy/policy.h"

/* What a service may answer instead of an answer. Names as in the mock's scripts. */
#define SC_SIM_FAULT_LIST(X)                           \
    X(S500, "500") /* statuses, as words */            \
    X(S502, "502")                                     \
    X(S503, "503")                                     \
    X(S504, "504")                                     \
    X(S529, "529")                                     \
    X(S429, "429") /* without a bucket */              \
    X(S400, "400")                                     \
    X(S401, "401")                                     \
    X(QUOTA, "quota")       /* money is used up */     \
    X(REFUSED, "refused")   /* no connection */        \
    X(RESET, "reset")       /* instead of an answer */ \
    X(TRUNCATE, "truncate") /* in the middle of one */ \
    X(HANG, "hang")         /* silence */              \
    X(STALL, "stall")       /* in the middle of one */

enum sc_sim_fault {
    SC_SIM_NO_FAULT,
#define SC_SIM_FAULT_ENUM(id, name) SC_SIM_##id,
    SC_SIM_FAULT_LIST(SC_SIM_FAULT_ENUM)
#undef SC_SIM_FAULT_ENUM
        SC_SIM_FAULTS
};

const char *sc_sim_fault_name(enum sc_sim_fault f);

/* A positive quantity that differs from request to request: log-normal, by its median and the
 * standard deviation of its logarithm. */
struct sc_sim_spread {
    double median, spread;
};

enum sc_sim_pattern { SC_SIM_POISSON, SC_SIM_EVEN, SC_SIM_TOGETHER };
enum sc_sim_late { SC_SIM_SKIP, SC_SIM_CATCH_UP };
enum sc_sim_share { SC_SIM_BY_HOST, SC_SIM_BY_PROCESS, SC_SIM_BY_FLEET };

#define SC_SIM_DAY 24

/* The calls that programs make. */
struct sc_sim_calls {
    const char *url, *model;
    int64_t every_ns; /* mean time between the calls of one client */
    int pattern;      /* enum sc_sim_pattern */
    int when_busy;    /* enum sc_sim_late: a call that is due while another is under way */
    int64_t burst_at_ns, burst_every_ns;
    double burst_clients; /* part of the clients that call at once then, 0: no bursts */
    size_t n_day;
    double day[SC_SIM_DAY]; /* how much more or less is called, by parts of `day_ns` */
    int64_t day_ns;
    struct sc_sim_spread input, output; /* tokens */
    int64_t max_output;                 /* what a request asks for at most, 0: it does not say */
    bool stream;
    int64_t timeout_ns; /* the program's own, 0: none */
    int keys;           /* the clients' credentials */
};

/* What programs do themselves about a call that failed. */
struct sc_sim_programs {
    int tries; /* 1: nothing */
    bool obeys_hints;
    struct sc_backoff backoff;
};

struct sc_sim_service {
    int64_t capacity;                    /* requests served at a time, 0: any number */
    int64_t queue;                       /* that wait for a place; what is beyond is turned away */
    int64_t turned_away;                 /* the status then */
    int64_t hint_s;                      /* ... with a Retry-After of so many seconds, 0: none */
    struct sc_sim_spread first_token_ns; /* in ms as read */
    double tokens_per_s;
    int64_t fail_ns; /* how long an error takes */
    int64_t rpm, tpm;
    double burst; /* of a minute's allowance */
    bool tells_limits;
    bool finishes;                /* also what nobody waits for any more */
    double faults[SC_SIM_FAULTS]; /* probabilities; all together at most 1 */
};

enum sc_sim_kind {
    SC_SIM_OUTAGE,   /* each request gets `fault` */
    SC_SIM_BROWNOUT, /* only a part of the capacity is there */
    SC_SIM_SLOW,     /* answers take longer */
    SC_SIM_FAULTY,   /* `faults` come on top */
    SC_SIM_KEY_LOST, /* some keys are refused */
    SC_SIM_APART     /* hosts that share their state cannot any more */
};

struct sc_sim_event {
    int kind; /* enum sc_sim_kind, -1: not given */
    int64_t at_ns, for_ns;
    int fault;      /* of an outage */
    int64_t hint_s; /* with it */
    double factor;  /* of capacity, or of time */
    int keys;
    double faults[SC_SIM_FAULTS];
};

#define SC_SIM_EVENTS_MAX 64
#define SC_SIM_CLIENTS_MAX 250000

struct sc_scenario {
    char name[64];
    int version;    /* of the format */
    int64_t for_ns; /* calls begin in this time; then what is under way comes to its end */
    int64_t clients, processes, hosts;
    int share;   /* enum sc_sim_share */
    bool scales; /* the service grows with the clients, when there are others than written */
    struct sc_sim_calls calls;
    struct sc_sim_programs programs;
    struct sc_sim_service service;
    size_t n_events;
    struct sc_sim_event events[SC_SIM_EVENTS_MAX];
    char *owned_url, *owned_model;
};

/* From a file, or a text; false with *err set. sc_scenario_free in any case. */
bool sc_scenario_load(struct sc_scenario *s, const char *path, struct sc_policy_error *err);
bool sc_scenario_parse(struct sc_scenario *s, const char *text, size_t n, const char *name,
                       struct sc_policy_error *err);
void sc_scenario_free(struct sc_scenario *s);

/* Other clients than written, and with `scales` a service for so many more. */
void sc_scenario_set_clients(struct sc_scenario *s, int64_t clients);

/* What is built in: the text of a name, NULL if there is none; the names, NULL at the end. */
const char *sc_scenario_builtin(const char *name);
const char *const *sc_scenario_names(void);

/* What the service can answer in a second, in the mean; 0: any number. */
double sc_scenario_capacity(const struct sc_scenario *s);

#endif
