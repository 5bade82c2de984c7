/* order.c - see order.h. */
#include "core/order.h"

#include <string.h>

#include "core/time.h"

#define NEVER INT64_MAX
#define SET(class) (1u << SC_CLASS_##class)

/* ---- what would refuse ---- */

static int64_t later(int64_t ns, int64_t by)
{
    return ns > NEVER - by ? NEVER : ns + by;
}

static bool opens(enum sc_refusal r)
{
    return r == SC_REFUSAL_NONE || r == SC_REFUSAL_GATE || r == SC_REFUSAL_LIMIT;
}

/* When it lets an attempt through: now, later, or never. */
static int64_t opening(enum sc_refusal r, int64_t until_ns, int64_t now_ns)
{
    if (!opens(r))
        return NEVER;
    return r == SC_REFUSAL_NONE || until_ns < now_ns ? now_ns : until_ns;
}

/* The failures that a refusal spares. */
static uint32_t stands_for(enum sc_refusal r)
{
    switch (r) {
    case SC_REFUSAL_BREAKER:
        return SET(RETRYABLE) | SET(OVERLOADED);
    case SC_REFUSAL_LATCH:
        return SET(QUOTA_EXHAUSTED) | SET(AUTH);
    case SC_REFUSAL_BUDGET:
        return SET(QUOTA_EXHAUSTED);
    default:
        return SET(RATE_LIMITED);
    }
}

/* ---- keys ---- */

/* The finalizer of MurmurHash3: each bit of both numbers decides over all of the result. */
uint64_t sc_order_weight(uint64_t hash, uint64_t key_id)
{
    uint64_t x = hash ^ key_id * UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

struct choice {
    unsigned key;
    int64_t at_ns; /* NEVER: there is none */
};

static struct choice choose_key(const struct sc_order *o, const struct sc_order_question *q,
                                unsigned link)
{
    const struct sc_order_link *l = &q->links[link];
    struct choice best = {0, NEVER};
    uint64_t most = 0;

    for (unsigned k = 0; k < l->n_keys && k < SC_ORDER_KEYS_MAX; k++) {
        uint64_t weight = sc_order_weight(q->hash, l->keys[k].id);
        int64_t at = opening(l->keys[k].refusal, l->keys[k].until_ns, q->now_ns);

        if (l->keys[k].missing || o->spent[link] >> k & 1 || at == NEVER)
            continue;
        if (at < best.at_ns || (at == best.at_ns && weight > most)) {
            best = (struct choice){k, at};
            most = weight;
        }
    }
    return best;
}

/* ---- targets ---- */

/* Which key of a link could be asked, and when; unfit ones never. */
static struct choice choose(const struct sc_order *o, const struct sc_order_question *q,
                            unsigned link)
{
    const struct sc_order_link *l = &q->links[link];
    int64_t at = opening(l->refusal, l->until_ns, q->now_ns);
    struct choice c = {0, q->now_ns};

    if (l->n_keys > 0)
        c = choose_key(o, q, link);
    if (l->unfit || (l->context > 0 && q->tokens > l->context))
        c.at_ns = NEVER;
    if (at > c.at_ns)
        c.at_ns = at;
    return c;
}

/* Short enough a wait, and over before the call is. */
static bool is_soon(const struct sc_order_question *q, int64_t at_ns, int64_t waited_ns)
{
    return at_ns == q->now_ns ||
           (at_ns - q->now_ns <= SC_ORDER_WAIT_MS * SC_NS_PER_MS - waited_ns &&
            at_ns < q->deadline_ns);
}

/* After too long a request only who is known to take more. */
static bool takes_more(const struct sc_order_question *q, unsigned link, unsigned than)
{
    int64_t floor = q->links[than].context > 0 ? q->links[than].context : q->tokens;

    return floor > 0 && q->links[link].context > floor;
}

/* The first link behind the one that is asked that can be asked soon, or n. */
static unsigned next_link(const struct sc_order *o, const struct sc_order_question *q,
                          enum sc_class class, struct choice *c)
{
    unsigned i;

    for (i = o->link + 1; i < q->n; i++) {
        *c = choose(o, q, i);
        if (c->at_ns != NEVER && is_soon(q, c->at_ns, 0) &&
            (class != SC_CLASS_TOKEN_LIMIT || takes_more(q, i, o->link)))
            break;
    }
    return i;
}

static bool is_another(const struct sc_order_question *q, unsigned link)
{
    return link < q->n && !q->links[link].last_resort;
}

/* While others can be asked a target has two thirds of the time that is left: who needs most of
 * it for an answer gets it, and the next still has some. */
static int64_t share_of(const struct sc_order *o, const struct sc_order_question *q, int64_t at_ns)
{
    struct choice unused;

    if (q->deadline_ns == NEVER || q->deadline_ns <= at_ns ||
        !is_another(q, next_link(o, q, SC_CLASS_RETRYABLE, &unused)))
        return NEVER;
    return at_ns + (q->deadline_ns - at_ns) / 3 * 2;
}

static void ask(struct sc_order *o, const struct sc_order_question *q, unsigned link,
                struct choice c, struct sc_order_next *next)
{
    o->link = link;
    o->key = c.key;
    o->attempts = 1;
    o->waited_ns = c.at_ns - q->now_ns;
    o->end_ns = share_of(o, q, c.at_ns);
    *next = (struct sc_order_next){SC_ORDER_ASK, link, c.key, c.at_ns, o->end_ns};
}

void sc_order_first(struct sc_order *o, const struct sc_order_question *q,
                    struct sc_order_next *next)
{
    struct choice c, other = {0, NEVER};
    enum sc_refusal refusal = q->links[0].refusal;
    unsigned link = q->n;

    memset(o, 0, sizeof *o);
    c = choose(o, q, 0);
    if (refusal == SC_REFUSAL_NONE && q->links[0].n_keys > 0)
        refusal = q->links[0].keys[c.key].refusal;
    if (c.at_ns == NEVER || !is_soon(q, c.at_ns, 0)) {
        if (q->links[0].unfit || refusal == SC_REFUSAL_NONE || (stands_for(refusal) & q->on))
            link = next_link(o, q, SC_CLASS_RETRYABLE, &other);
        if (c.at_ns != NEVER && !is_another(q, link))
            link = q->n;
        c.at_ns = q->now_ns;
    }
    if (link == q->n)
        ask(o, q, 0, c, next);
    else
        ask(o, q, link, other, next);
}

/* ---- after a failure ---- */

static bool is_of_the_key(enum sc_class class)
{
    return class == SC_CLASS_RATE_LIMITED || class == SC_CLASS_QUOTA_EXHAUSTED ||
           class == SC_CLASS_AUTH;
}

/* Another key of the same target, at once. */
static bool ask_other_key(struct sc_order *o, const struct sc_order_question *q,
                          struct sc_order_next *next)
{
    struct choice c = choose(o, q, o->link);

    if (q->links[o->link].n_keys < 2 || c.at_ns != q->now_ns)
        return false;
    o->key = c.key;
    *next = (struct sc_order_next){SC_ORDER_ASK, o->link, c.key, c.at_ns, o->end_ns};
    return true;
}

static bool leads_on(const struct sc_order_question *q, const struct sc_order_failure *f)
{
    if (f->class == SC_CLASS_OK || f->class == SC_CLASS_ABORTED ||
        f->class == SC_CLASS_BAD_REQUEST || (f->class == SC_CLASS_NOT_FOUND && !f->of_model))
        return false;
    return q->on >> f->class & 1;
}

/* Whether the same target is asked again although another could be. */
static bool is_worth_it(const struct sc_order *o, const struct sc_order_question *q,
                        const struct sc_order_failure *f)
{
    if (o->attempts >= SC_ORDER_ATTEMPTS || f->until_ns >= o->end_ns)
        return false;
    if (f->class == SC_CLASS_RETRYABLE || f->class == SC_CLASS_OVERLOADED)
        return true;
    return f->class == SC_CLASS_RATE_LIMITED && is_soon(q, f->until_ns, o->waited_ns);
}

static void ask_again(struct sc_order *o, const struct sc_order_question *q,
                      const struct sc_order_failure *f, struct sc_order_next *next)
{
    int64_t at = f->until_ns > q->now_ns ? f->until_ns : q->now_ns;

    o->attempts++;
    o->waited_ns = later(o->waited_ns, at - q->now_ns);
    *next = (struct sc_order_next){SC_ORDER_AGAIN, o->link, o->key, at, o->end_ns};
}

void sc_order_after(struct sc_order *o, const struct sc_order_question *q,
                    const struct sc_order_failure *f, struct sc_order_next *next)
{
    struct choice c = {0, NEVER};
    unsigned link = q->n;

    *next = (struct sc_order_next){.kind = SC_ORDER_STOP};
    if (is_of_the_key(f->class)) {
        o->spent[o->link] |= (uint16_t)(1u << o->key);
        if (ask_other_key(o, q, next))
            return;
    }
    if (leads_on(q, f))
        link = next_link(o, q, f->class, &c);
    if (f->retry && (!is_another(q, link) || is_worth_it(o, q, f)))
        ask_again(o, q, f, next);
    else if (link < q->n)
        ask(o, q, link, c, next);
}
