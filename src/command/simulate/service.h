/*
 * service.h - the service that is called, as a model: how many it serves at a time, how long it
 * takes, what it refuses, and what its refusals look like on the wire.
 *
 *     sc_sim_service_open(&s, scenario, provider, seed);
 *     switch (sc_sim_service_ask(&s, &request, now, &reply)) {
 *     case SC_SIM_KNOWN:  reply says what comes of it, and when
 *     case SC_SIM_QUEUED: it waits for a place; sc_sim_service_next names it when there is one,
 *                         and sc_sim_service_begin says what then comes of it
 *     }
 *     ... at reply.end_ns: if (reply.place) sc_sim_service_leave(&s); then ask for the next
 *
 * Limits are kept and told by the mock's own account (mock/limit.h), errors have the mock's bodies:
 * they are classified by what a real client would have received.
 */
#ifndef SC_SIMULATE_SERVICE_H
#define SC_SIMULATE_SERVICE_H

#include "core/classify.h"
#include "core/time.h"
#include "mock/limit.h"
#include "provider/ratelimit.h"
#include "simulate/scenario.h"

/* How long a server is silent before its connection ends by itself. */
#define SC_SIM_SILENCE_NS (600 * SC_NS_PER_S)

struct sc_sim_request {
    uint32_t who, turn; /* whose; given back by sc_sim_service_next */
    int key;
    int64_t input, output; /* tokens that it takes */
};

struct sc_sim_reply {
    enum sc_sim_fault fault;
    int status, curl_code; /* as libcurl has them; status 0: none arrived */
    int64_t hint_s;        /* Retry-After, 0: none */
    bool told;             /* `charge` is in its headers */
    struct sc_mock_charge charge;
    bool place;       /* it takes one until `end_ns` */
    int64_t first_ns; /* when output begins, INT64_MAX: never */
    int64_t end_ns;
};

enum sc_sim_asked { SC_SIM_KNOWN, SC_SIM_QUEUED };

struct sc_sim_waiting {
    uint32_t who, turn;
    enum sc_sim_fault fault;
    int64_t output;
    struct sc_mock_charge charge;
};

struct sc_sim_service_state {
    const struct sc_scenario *scenario;
    enum sc_provider provider;
    uint64_t random;
    struct sc_mock_limits *limits; /* NULL: none */
    int64_t busy;
    struct sc_sim_waiting *queue; /* a ring */
    size_t first, n, room;
    int64_t waiting; /* of those in the ring, that still wait */
};

bool sc_sim_service_open(struct sc_sim_service_state *s, const struct sc_scenario *scenario,
                         enum sc_provider provider, uint64_t seed);
void sc_sim_service_close(struct sc_sim_service_state *s);

enum sc_sim_asked sc_sim_service_ask(struct sc_sim_service_state *s, const struct sc_sim_request *q,
                                     int64_t now_ns, struct sc_sim_reply *out);

/* A place is free again; one who waits has gone. */
void sc_sim_service_leave(struct sc_sim_service_state *s);
void sc_sim_service_forget(struct sc_sim_service_state *s);

/* The next in the queue, if there is a place; it may be one who has gone: `begin` only if not. */
bool sc_sim_service_next(struct sc_sim_service_state *s, int64_t now_ns,
                         struct sc_sim_waiting *out);
void sc_sim_service_begin(struct sc_sim_service_state *s, const struct sc_sim_waiting *w,
                          int64_t now_ns, struct sc_sim_reply *out);

/* What a client makes of it: `own` are the policy's rows. curl_code: as it ended at the client,
 * which may have given up. `said`: what the headers tell of limits; returns false if nothing. */
struct sc_sim_seen {
    enum sc_provider provider;
    const char *model;
    const struct sc_class_rows *own;
    bool stream, output_seen;
    int curl_code;
    int64_t now_unix;
};
bool sc_sim_judge(const struct sc_sim_reply *r, const struct sc_sim_seen *as, struct sc_verdict *v,
                  struct sc_ratelimit *said);

#endif
