/* candidates.c - see candidates.h. */
#include "call/candidates.h"

#include <string.h>

#include "call/fitness.h"
#include "policy/key.h"
#include "provider/affinity.h"

static const struct sc_chain *chain_of(const struct sc_candidates *c)
{
    return c->t->route.rule->chain;
}

const struct sc_target *sc_candidates_target(const struct sc_candidates *c, unsigned link)
{
    return link == 0 ? c->first : chain_of(c)->links[link - 1].target;
}

static bool fits(void *arg, unsigned link, enum sc_class class)
{
    const struct sc_candidates *c = arg;
    char why[SC_WHY_MAX];

    return !sc_fitness_lacks(c->t, &chain_of(c)->links[link - 1], class, why);
}

static unsigned keys(void *arg, unsigned link, struct sc_order_key out[SC_ORDER_KEYS_MAX])
{
    const struct sc_target *to = sc_candidates_target(arg, link);
    char why[SC_KEY_WHY_MAX];
    unsigned n = 0;

    for (; to && n < to->n_keys; n++) {
        const char *name = sc_key_name(&to->keys[n]);

        out[n].id = sc_affinity_hash((struct sc_str){name, strlen(name)});
        out[n].missing = !sc_key_is_there(&to->keys[n], why);
    }
    return n;
}

struct sc_order_question sc_candidates_question(struct sc_candidates *c)
{
    return (struct sc_order_question){
        .n = (unsigned)chain_of(c)->n_links + 1,
        .on = chain_of(c)->on,
        .fits = fits,
        .keys = keys,
        .arg = c,
    };
}
