/* memo.c - see memo.h. */
#include "call/memo.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "handle/body.h"

struct sc_memo *sc_memo_of(struct sc_shadow *s)
{
    if (!s->memo)
        s->memo = calloc(1, sizeof *s->memo);
    return s->memo;
}

struct sc_memo *sc_memo_of_model(const struct sc_transfer *t)
{
    struct sc_memo *m = sc_memo_of(t->shadow);
    const struct sc_route *r = &t->route;
    size_t n;

    if (!m ||
        (m->policy == r->policy && m->provider == r->provider && strcmp(m->model, r->model) == 0))
        return m;
    memset(m, 0, offsetof(struct sc_memo, of));
    m->policy = r->policy;
    m->provider = r->provider;
    n = strlen(r->model) + 1;
    if (n <= sizeof m->model)
        memcpy(m->model, r->model, n);
    return m;
}

/* The rule's name stands for the rule: it lies in the policy, which is never freed. */
static uint64_t hash_of(const struct sc_policy *policy, const struct sc_scope_key *k)
{
    const struct sc_str parts[] = {k->host, k->key, k->model.n == 0 ? k->path : k->model};
    const uintptr_t marks[] = {(uintptr_t)policy, (uintptr_t)k->rule.p, (uintptr_t)k->provider,
                               k->model.n == 0};
    uint64_t h = 0;

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        h = (h ^ marks[i]) * UINT64_C(0x9fb21c651e98df25);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        h = (h ^ sc_body_hash(parts[i].p, parts[i].n)) * UINT64_C(0x9fb21c651e98df25) + i;
    return h | 1;
}

struct sc_state_words *sc_memo_words(struct sc_shadow *s, const struct sc_policy *policy,
                                     const struct sc_scope_key *key)
{
    struct sc_memo *m = sc_memo_of(s);
    uint64_t of;

    if (!m)
        return NULL;
    of = hash_of(policy, key);
    if (m->of != of)
        memset(&m->words, 0, sizeof m->words);
    m->of = of;
    return &m->words;
}
