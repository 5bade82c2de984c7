/* hedge.c - see hedge.h. */
#include "state/hedge.h"

#include "core/budget.h"

_Static_assert(SC_W_HEDGE_BEGINS + SC_HEDGE_BEGINS <= SC_SLOT_WORDS, "a slot has room for them");

enum { OF_STREAMS = 1, OF_WHOLE };

sc_word *sc_state_hedge_words(const struct sc_ticket *t, const struct sc_scope_key *k, bool streams)
{
    unsigned scope = SC_SCOPE_HOST | SC_SCOPE_MODEL;
    uint64_t hash;

    if (!t->region)
        return NULL;
    hash = sc_hash_mix(sc_scope_hash_of(&t->hashes, scope), streams ? OF_STREAMS : OF_WHOLE);
    return sc_slot_at(&t->hashes, k, scope, hash, SC_SLOT_HEDGE);
}

bool sc_state_can_spare(const struct sc_ticket *t, int64_t now)
{
    struct sc_budget_counts c;

    if (!t->budget)
        return true;
    c = sc_budget_sum(t->budget, now);
    return (int64_t)c.failed < sc_budget_allows(&c, &t->settings->retry.budget);
}
