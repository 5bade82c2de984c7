/*
 * reading.h - what the words of a scope say now: the numbers that status and metrics both show, and
 * the worst that they mean for a call.
 *
 *     struct sc_finding worst;
 *     sc_state_worst(&view, NULL, now, wall, &worst);
 *     worst.how == SC_CALLS_REFUSED, worst.words "quota is used up: a probe goes in 43.0 s"
 *
 * Nothing is changed. Times are those of sc_state_now, but where `wall` is said: CLOCK_REALTIME in
 * seconds, for budgets.
 */
#ifndef SC_LEDGER_READING_H
#define SC_LEDGER_READING_H

#include "core/latch.h"
#include "ledger/state_view.h"
#include "state/money.h"

/* A limit of the policy. */
struct sc_limit_reading {
    int64_t per_minute;
    int64_t at_once; /* the burst, at least 1 */
    int64_t in_use;
    int64_t waiting; /* reserved ahead */
    int64_t wait_ms; /* that a new one has to wait */
};

/* False: the words hold no limit. */
bool sc_limit_reading(const sc_word *words, int64_t now_ns, struct sc_limit_reading *out);

struct sc_concurrent_reading {
    int64_t limit, in_use;
};

/* Counts the living only: who was killed holds nothing. */
void sc_concurrent_reading(struct sc_region *r, const sc_word *words, int64_t now_ns,
                           struct sc_concurrent_reading *out);

/* How long a gate stays closed, in ms; 0: it is open. */
int64_t sc_gate_reading(const sc_word *words, int64_t now_ns);

struct sc_latch_reading {
    enum sc_latch_reason reason; /* SC_LATCH_OPEN: attempts go */
    int64_t probe_ms;            /* until one is let through as a probe */
};

struct sc_latch_reading sc_latch_reading(const sc_word *words, int64_t now_ns);
const char *sc_latch_reason_name(enum sc_latch_reason r);

/* The retry budget over the last two minutes. */
struct sc_retry_reading {
    int64_t tried, answered, failed;
    int64_t allows; /* how many may fail and be tried again */
    bool used_up;
};

struct sc_retry_reading sc_retry_reading(const sc_word *words, int64_t now_ns);

/* ---- what it means ---- */

/* What would happen to a call now, best first. */
enum sc_how {
    SC_CALLS_GO,
    SC_CALLS_AT_RISK, /* they go, but a failure would not be made good, or they are probes */
    SC_CALLS_WAIT,
    SC_CALLS_REFUSED
};

const char *sc_how_name(enum sc_how how); /* "good", "at_risk", "waiting", "refused" */

/* For people, before the words of a finding: "calls go through", "calls wait:". */
const char *sc_how_words(enum sc_how how);

struct sc_finding {
    enum sc_how how;
    const char *reason; /* one word, as x-steadycurl has it */
    const char *scope;  /* its label */
    int64_t ms;         /* until it may be otherwise, -1: unknown */
    char words[192];
};

/* The worst of one scope. */
void sc_scope_worst(const struct sc_state_view *v, const struct sc_scope_view *s, int64_t now_ns,
                    int64_t wall, struct sc_finding *out);

/* The worst of all scopes of a provider (NULL: of all), and how many more of that kind there are.
 */
int sc_state_worst(const struct sc_state_view *v, const char *provider, int64_t now_ns,
                   int64_t wall, struct sc_finding *out);

#endif
