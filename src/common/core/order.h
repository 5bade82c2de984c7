/*
 * order.h - whom of a chain of targets to ask next.
 *
 * A chain is a row of links: the first target, which is the host that the program asks or the one
 * that a route leads to, then those of `fallback`. What decides is the class of the last failure,
 * and what is known before an attempt: a target that would only refuse costs nothing. The fastest
 * road to an answer, never a wrong one:
 *
 *     retryable, overloaded    this target once more if its rule says so, twice in all; the next
 *     rate_limited             another key at once; a wait if it is short; the next
 *     quota_exhausted, auth    another key at once; the next
 *     not_found of a model     the next
 *     token_limit              the next that takes more
 *     content_policy           the next, if `on` has it
 *     all else                 nobody
 *
 * Worked example, three links (the program's host, "mini" of the same host, "claude"):
 *
 *     sc_order_first(&o, &q, &next)                 ASK 0
 *     ... 503, to be tried again in 400 ms          AGAIN 0, until 400 ms
 *     ... 503                                       ASK 1; if its breaker is open, ASK 2
 *     ... 401                                       another key of claude, else STOP
 *
 * While nobody else can be asked, a target has all the attempts and waits that its rule allows: a
 * chain that is of no use to this call does not shorten it. A last resort is nobody in this sense:
 * a text that says "later" is no reason to try less.
 *
 * Keys of a target: the same conversation goes to the same key while nothing is in its way, so that
 * the provider's prompt cache stays warm (rendezvous hashing: when a key drops out, only its own
 * conversations move).
 *
 * Pure: no clock, no randomness. Times are nanoseconds of one monotonic clock. One call's state
 * belongs to one thread.
 */
#ifndef SC_CORE_ORDER_H
#define SC_CORE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "provider/class.h"

enum { SC_ORDER_LINKS_MAX = 17, SC_ORDER_KEYS_MAX = 16 };

/* Attempts of one target while another can be asked, and the waits for it together. */
enum { SC_ORDER_ATTEMPTS = 2, SC_ORDER_WAIT_MS = 2000 };

/* What would refuse an attempt, before it is made. */
enum sc_refusal {
    SC_REFUSAL_NONE,
    SC_REFUSAL_BREAKER,
    SC_REFUSAL_LATCH,
    SC_REFUSAL_BUDGET, /* these are not waited for */
    SC_REFUSAL_GATE,
    SC_REFUSAL_LIMIT
};

struct sc_order_key {
    uint64_t id;  /* of the key's name, so that the order in the policy does not matter */
    bool missing; /* it cannot be read */
    enum sc_refusal refusal;
    int64_t until_ns; /* GATE, LIMIT: when it opens */
};

struct sc_order_link {
    bool unfit;              /* this call cannot be said there, or there is no credential */
    bool last_resort;        /* an answer that is made or kept here: for when nobody gives one */
    int64_t context;         /* tokens that it takes, 0: unknown */
    enum sc_refusal refusal; /* of the target, whatever the key */
    int64_t until_ns;
    const struct sc_order_key *keys;
    unsigned n_keys; /* 0: it needs none */
};

struct sc_order_question {
    const struct sc_order_link *links;
    unsigned n;
    uint32_t on;    /* 1u << class: after which another target is asked */
    int64_t tokens; /* of the request and its answer, 0: unknown */
    uint64_t hash;  /* of the conversation */
    int64_t now_ns;
    int64_t deadline_ns; /* of the call, INT64_MAX: none */
};

/* How the last attempt ended. */
struct sc_order_failure {
    enum sc_class class;
    bool of_model;    /* not_found: it is the model that is not there */
    bool retry;       /* the rule would ask the same target again ... */
    int64_t until_ns; /* ... not before this */
};

enum sc_order_kind {
    SC_ORDER_ASK,   /* the link, with the key, at `at_ns` */
    SC_ORDER_AGAIN, /* the same link and key as before, at `at_ns`, as the rule has it */
    SC_ORDER_STOP   /* nobody: the first target's failure is the program's */
};

struct sc_order_next {
    enum sc_order_kind kind;
    unsigned link, key;
    int64_t at_ns;  /* not before this; q->now_ns: at once */
    int64_t end_ns; /* an attempt that has shown nothing by then is to end, since another can be
                       asked in the time that is left; INT64_MAX: no such bound */
};

struct sc_order {
    unsigned link, key;
    unsigned attempts;                  /* of this link, with all keys but those that moved on */
    int64_t waited_ns;                  /* for this link */
    int64_t end_ns;                     /* of its share of the call's time */
    uint16_t spent[SC_ORDER_LINKS_MAX]; /* bit a key: refused in this call */
};

/* Before the first attempt. Never STOP: if nobody can be asked, it is the first, as without a
 * chain, and who would refuse it says so. */
void sc_order_first(struct sc_order *o, const struct sc_order_question *q,
                    struct sc_order_next *next);

/* After a failure of what was asked last, of which the program has seen nothing. */
void sc_order_after(struct sc_order *o, const struct sc_order_question *q,
                    const struct sc_order_failure *f, struct sc_order_next *next);

/* Which key of n a conversation goes to, if all are free: the one with the greatest weight. */
uint64_t sc_order_weight(uint64_t hash, uint64_t key_id);

#endif
