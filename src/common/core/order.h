/*
 * order.h - whom of a chain of targets to ask next, and with which key.
 *
 * A chain is a row of links: the first target, which is the host that the program asks or the one
 * that a route leads to, then those of `fallback`. How often one target is asked, and after which
 * wait, is the call's (call.h, sc_call_chained); who comes after it is decided here, by the class
 * of its failure:
 *
 *     rate_limited, quota_exhausted, auth    another key of the target, else the next
 *     what `on` names                        the next that this call is fit for
 *     all else                               nobody
 *
 * Worked example, three links (the program's host, "mini" of the same host, "claude"):
 *
 *     struct sc_order o = {.key = SC_ORDER_NO_KEY};
 *     ... 503, and no other attempt              sc_order_after: link 1
 *     ... its breaker is open                    sc_order_after: link 2, and the key that the
 *                                                conversation goes to
 *     ... 401                                    sc_order_after: link 2, another key; else false
 *
 * Keys of a target: the same conversation goes to the same key while nothing is in its way, so that
 * the provider's prompt cache stays warm (rendezvous hashing: when a key drops out, only its own
 * conversations move).
 *
 * Pure: what is not known beforehand is asked for by functions, as late as possible: whether a
 * target is fit may take a translation. One call's state belongs to one thread.
 */
#ifndef SC_CORE_ORDER_H
#define SC_CORE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "provider/class.h"

enum { SC_ORDER_LINKS_MAX = 17, SC_ORDER_KEYS_MAX = 16, SC_ORDER_NO_KEY = -1 };

struct sc_order_key {
    uint64_t id;  /* of the key's name, so that the order in the policy does not matter */
    bool missing; /* it cannot be read */
};

struct sc_order_question {
    unsigned n;    /* links, at most SC_ORDER_LINKS_MAX */
    uint32_t on;   /* 1u << class: after which another target is asked */
    uint64_t hash; /* of the conversation */
    /* Whether the call can go there, after a failure of this class. */
    bool (*fits)(void *arg, unsigned link, enum sc_class class);
    /* The keys of a target; returns their number, 0: it needs none. */
    unsigned (*keys)(void *arg, unsigned link, struct sc_order_key out[SC_ORDER_KEYS_MAX]);
    void *arg;
};

struct sc_order {
    unsigned link;                      /* that is asked */
    int key;                            /* its key's number, SC_ORDER_NO_KEY: it needs none */
    uint16_t spent[SC_ORDER_LINKS_MAX]; /* bit a key: refused in this call */
};

/* The key of the link that `o` stands at, set in it. False: it needs one, and there is none. */
bool sc_order_key(struct sc_order *o, const struct sc_order_question *q);

/* After a failure of what `o` stands at, of which the program has seen nothing: `o` becomes what is
 * asked next. False: nobody. */
bool sc_order_after(struct sc_order *o, const struct sc_order_question *q, enum sc_class class);

/* Whether another target could be asked after a failure of the one that `o` stands at. */
bool sc_order_has_next(const struct sc_order *o, const struct sc_order_question *q);

/* Which key of n a conversation goes to, if all are free: the one with the greatest weight. */
uint64_t sc_order_weight(uint64_t hash, uint64_t key_id);

#endif
