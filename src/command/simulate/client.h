/*
 * client.h - the world that is simulated, and what a client in it does between its calls: when it
 * makes the next one, what it asks, and whether it tries again by itself.
 */
#ifndef SC_SIMULATE_CLIENT_H
#define SC_SIMULATE_CLIENT_H

#include "core/call.h"
#include "policy/policy.h"
#include "simulate/from_log.h"
#include "simulate/heap.h"
#include "simulate/scenario.h"
#include "simulate/service.h"
#include "simulate/tally.h"
#include "state/state.h"

/* How calls are made: with a policy, or without steadycurl; and what the programs do themselves. */
struct sc_sim_way {
    const char *name;
    const struct sc_policy *policy;         /* NULL: without steadycurl */
    const struct sc_sim_programs *programs; /* NULL: as the scenario says */
};

enum sc_sim_phase { SC_SIM_IDLE, SC_SIM_CALLING, SC_SIM_GONE };

/* One that calls: a thread or a worker, which makes one call at a time. */
struct sc_sim_client {
    uint64_t random; /* when it calls, and what it asks */
    uint64_t luck;   /* its jitter */
    uint32_t turn;   /* of the one thing that it waits for */
    uint8_t phase;   /* enum sc_sim_phase */
    bool asked, turned_away;
    int64_t due_ns;  /* when its current call was due, or the next one is */
    int64_t next_ns; /* CATCH_UP: when the one after it is due */
    int64_t calls;   /* made so far */
    int64_t input, output;
    int tries;
    int64_t own_delay_ms; /* the program's last */
    int64_t sent_ns;
    struct sc_sim_reply reply; /* of the attempt under way */
    int curl_code;             /* how it ends here */
    int64_t end_ns;            /* and when */
    struct sc_verdict verdict; /* of the last attempt */
    struct sc_call call;
    struct sc_ticket ticket;
    struct sc_admission admission;
    struct sc_money_ticket *money;
};

struct sc_sim_watcher {
    void (*sent)(void *arg, uint32_t client, int64_t at_ns, int64_t tokens);
    void (*ended)(void *arg, uint32_t client, bool answered);
    void *arg;
};

struct sc_sim_world {
    const struct sc_scenario *scenario;
    const struct sc_sim_way *way;
    const struct sc_sim_log *log; /* when calls are made, NULL: as the scenario says */
    struct sc_sim_watcher watcher;
    struct sc_sim_programs programs;
    int64_t now_ns;
    struct sc_sim_heap heap;
    struct sc_sim_client *clients;
    struct sc_sim_service_state service;
    struct sc_world *memories; /* the last is that of the whole fleet */
    size_t n_memories;
    struct sc_sim_tally tally;
    bool no_memory;
    /* What is the same for all calls. */
    const struct sc_rule *rule; /* NULL: not managed */
    const struct sc_policy_provider *own_provider;
    enum sc_provider provider;
    const struct sc_price *price;
    char host[300]; /* with the port where it matters */
    struct sc_str path;
    double most_of_day;
};

enum sc_sim_what {
    SC_SIM_DUE,   /* a client's next call */
    SC_SIM_TRY,   /* its program's next try of it */
    SC_SIM_GO_ON, /* a wait of steadycurl's is over */
    SC_SIM_HEAD,  /* the head of an answer is there */
    SC_SIM_ENDED, /* an attempt is over */
    SC_SIM_BOUND, /* ... by the client, that still waited for a place */
    SC_SIM_LEFT,  /* the service has finished what nobody waits for */
    SC_SIM_BURST, /* many call at once */
    SC_SIM_CHANGE /* an event of the scenario begins or ends */
};

/* The one thing that a client waits for. */
void sc_sim_await(struct sc_sim_world *w, struct sc_sim_client *c, int64_t at_ns,
                  enum sc_sim_what what);

/* Its first call is planned. The two numbers are what its random ones begin with. */
void sc_sim_client_start(struct sc_sim_world *w, struct sc_sim_client *c, uint64_t random,
                         uint64_t luck);

/* It makes its next call: what that asks, and when the one after it is due. */
void sc_sim_client_ask(struct sc_sim_world *w, struct sc_sim_client *c);

/* What the program gets of a call. */
struct sc_sim_outcome {
    bool ok;
    int status, curl_code;
    bool final;      /* x-should-retry: false */
    int64_t hint_ms; /* -1: none */
};
void sc_sim_call_over(struct sc_sim_world *w, struct sc_sim_client *c,
                      const struct sc_sim_outcome *o);

#endif
