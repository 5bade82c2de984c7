/* order.c - see order.h. */
#include "core/order.h"

/* The finalizer of MurmurHash3: each bit of both numbers decides over all of the result. */
uint64_t sc_order_weight(uint64_t hash, uint64_t key_id)
{
    uint64_t x = hash ^ key_id * UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

bool sc_order_key(struct sc_order *o, const struct sc_order_question *q)
{
    struct sc_order_key keys[SC_ORDER_KEYS_MAX];
    unsigned n = q->keys(q->arg, o->link, keys);
    uint64_t most = 0;

    o->key = SC_ORDER_NO_KEY;
    for (unsigned k = 0; k < n; k++) {
        uint64_t weight = sc_order_weight(q->hash, keys[k].id);

        if (keys[k].missing || o->spent[o->link] >> k & 1)
            continue;
        if (o->key == SC_ORDER_NO_KEY || weight > most) {
            o->key = (int)k;
            most = weight;
        }
    }
    return n == 0 || o->key != SC_ORDER_NO_KEY;
}

static bool is_of_the_key(enum sc_class class)
{
    return class == SC_CLASS_RATE_LIMITED || class == SC_CLASS_QUOTA_EXHAUSTED ||
           class == SC_CLASS_AUTH;
}

/* The next link that the call is fit for, with a key if it needs one. */
static bool next_link(struct sc_order *o, const struct sc_order_question *q, enum sc_class class)
{
    while (++o->link < q->n)
        if (q->fits(q->arg, o->link, class) && sc_order_key(o, q))
            return true;
    return false;
}

bool sc_order_after(struct sc_order *o, const struct sc_order_question *q, enum sc_class class)
{
    struct sc_order next = *o;

    if (is_of_the_key(class) && o->key != SC_ORDER_NO_KEY) {
        next.spent[next.link] |= (uint16_t)(1u << next.key);
        *o = next;
        if (sc_order_key(&next, q)) {
            *o = next;
            return true;
        }
    }
    if (!(q->on >> class & 1) || !next_link(&next, q, class))
        return false;
    *o = next;
    return true;
}

bool sc_order_has_next(const struct sc_order *o, const struct sc_order_question *q)
{
    struct sc_order next = *o;

    return next_link(&next, q, SC_CLASS_RETRYABLE);
}
