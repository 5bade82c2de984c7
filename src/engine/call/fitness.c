/* fitness.c - see fitness.h. */
#include "call/fitness.h"

#include <stdio.h>

#include "call/renamed.h"
#include "call/sent.h"
#include "policy/key.h"

static bool has_key(const struct sc_target *to)
{
    char why[SC_KEY_WHY_MAX];
    size_t i = 0;

    while (i < to->n_keys && !sc_key_is_there(&to->keys[i], why))
        i++;
    return to->n_keys == 0 || i < to->n_keys;
}

static void unfit_elsewhere(const struct sc_transfer *t, const struct sc_target *to,
                            char why[SC_WHY_MAX])
{
    struct sc_sent *sent;

    if (!has_key(to)) {
        snprintf(why, SC_WHY_MAX, "it has no key that could be read");
        return;
    }
    sent = sc_sent_new(t, to, -1, why, SC_WHY_MAX);
    if (sent)
        why[0] = '\0';
    sc_sent_free(sent);
}

void sc_fitness_look(const struct sc_transfer *t, const struct sc_link *link, char why[SC_WHY_MAX])
{
    why[0] = '\0';
    if (link->kind != SC_LINK_TARGET)
        snprintf(why, SC_WHY_MAX, "it is no target");
    else if (link->target->url)
        unfit_elsewhere(t, link->target, why);
    else
        sc_renamed_unfit(t, link->target, why, SC_WHY_MAX);
}

/* A request that was too long for one model is for one that takes more. */
static int64_t room_of(const struct sc_transfer *t, const struct sc_target *to)
{
    size_t n;
    const struct sc_price *own = sc_policy_prices(t->route.policy, &n), *price;
    const char *model = to && to->model ? to->model : t->route.model;

    if (to && to->context > 0)
        return to->context;
    price = model[0]
                ? sc_price_find(own, n, to && to->url ? to->provider : t->route.provider, model)
                : NULL;
    return price ? price->context_window : 0;
}

bool sc_fitness_lacks(const struct sc_transfer *t, const struct sc_link *link, enum sc_class class,
                      char why[SC_WHY_MAX])
{
    int64_t room;

    sc_fitness_look(t, link, why);
    if (!why[0] && !link->target->url &&
        (class == SC_CLASS_AUTH || class == SC_CLASS_QUOTA_EXHAUSTED))
        snprintf(why, SC_WHY_MAX, "it has the same key as the first");
    if (why[0] || class != SC_CLASS_TOKEN_LIMIT)
        return why[0] != '\0';
    room = room_of(t, link->target);
    if (room <= 0 || room <= room_of(t, t->route.target))
        snprintf(why, SC_WHY_MAX, "it takes no longer requests");
    return why[0] != '\0';
}

bool sc_fitness_leads_on(const struct sc_transfer *t)
{
    return sc_chain_leads_on(t->route.rule->chain, &t->verdict, !SC_ROUTE_IS_ELSEWHERE(&t->route));
}
