/*
 * The begin of a call: which words of the shared state it is about. See state.h.
 */
#include <string.h>
#include <time.h>

#include "core/budget.h"
#include "core/limiter.h"
#include "core/time.h"
#include "core/tokens.h"
#include "state/region.h"
#include "state/ticket.h"

/* The scopes of most that is not the policy's own. */
#define WIDE (SC_SCOPE_HOST | SC_SCOPE_MODEL)
#define NARROW (WIDE | SC_SCOPE_KEY)

const char *sc_refusal_name(enum sc_refusal r)
{
    static const char *const names[] = {
#define NAME(id, name) name,
        SC_REFUSAL_LIST(NAME)
#undef NAME
    };

    return r < SC_REFUSAL_COUNT ? names[r] : "";
}

int64_t sc_state_now(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_BOOTTIME, &t) != 0)
        return 1;
    return (int64_t)t.tv_sec * SC_NS_PER_S + t.tv_nsec;
}

bool sc_state_take_note(char *buf, size_t n)
{
    return sc_region_take_note(buf, n);
}

static void find_limits(struct sc_ticket *t, const struct sc_scope_key *k)
{
    const struct sc_limits *l = &t->settings->limits;
    const struct {
        struct sc_reservation *r;
        int64_t limit;
        enum sc_slot_kind kind;
    } both[] = {{&t->requests, l->rpm, SC_SLOT_REQUESTS}, {&t->tokens, l->tpm, SC_SLOT_TOKENS}};

    for (size_t i = 0; i < 2; i++) {
        if (both[i].limit <= 0)
            continue;
        both[i].r->limit = both[i].limit;
        both[i].r->words = sc_slot_words(&t->hashes, k, l->scope, both[i].kind);
        if (!both[i].r->words)
            continue;
        sc_word_set(&both[i].r->words[SC_W_LIMIT], (uint64_t)both[i].limit);
        sc_word_set(&both[i].r->words[SC_W_BURST_NS], (uint64_t)sc_limiter_burst(l->burst));
    }
    if (l->concurrent > 0) {
        sc_word *w = sc_slot_words(&t->hashes, k, l->scope, SC_SLOT_CONCURRENT);

        t->lease_hash = sc_scope_hash_of(&t->hashes, l->scope);
        if (w) {
            sc_word_set(&w[SC_W_CONCURRENT_MAX], (uint64_t)l->concurrent);
            sc_word_set(&w[SC_W_CONCURRENT_HASH], t->lease_hash);
        }
    }
}

/* Without a model a hint is about the path: services limit what has no model by endpoint, and what
 * a server says of one page it does not say of all. Paths are many, and gates few: such a gate has
 * a slot only once it was closed. */
void sc_ticket_find_path_gates(struct sc_ticket *t)
{
    for (int i = 0; i < 2; i++)
        if (!t->gate[i])
            t->gate[i] = sc_slot_known(&t->hashes, t->gate_scope[i], SC_SLOT_GATE);
}

static void find_gates(struct sc_ticket *t, const struct sc_scope_key *k, uint64_t narrow,
                       uint64_t wide)
{
    unsigned path = k->model.n == 0 && k->path.n > 0 ? SC_SCOPE_PATH : 0;

    t->gate_scope[0] = NARROW | path;
    t->gate_scope[1] = WIDE | path;
    if (path)
        return; /* sc_state_admit looks for them */
    t->gate[0] = sc_slot_at(&t->hashes, k, NARROW, narrow, SC_SLOT_GATE);
    t->gate[1] = sc_slot_at(&t->hashes, k, WIDE, wide, SC_SLOT_GATE);
}

static void find_breaker(struct sc_ticket *t, const struct sc_scope_key *k, uint64_t wide)
{
    const struct sc_breaker_settings *s = &t->settings->breaker;
    uint64_t hash = s->scope == WIDE ? wide : sc_scope_hash_of(&t->hashes, s->scope);

    t->breaker = sc_slot_at(&t->hashes, k, s->scope, hash, SC_SLOT_BREAKER);
    t->window = sc_slot_at(&t->hashes, k, s->scope, hash, SC_SLOT_WINDOW);
    if (t->breaker)
        sc_word_set(&t->breaker[SC_W_OPEN_MAX_MS], (uint64_t)s->open_max_ms);
}

static void find_budget(struct sc_ticket *t, const struct sc_scope_key *k)
{
    const struct sc_retry *r = &t->settings->retry;

    if (!r->enabled || !r->budget_enabled)
        return;
    t->budget = sc_slot_words(&t->hashes, k, SC_SCOPE_HOST | SC_SCOPE_RULE, SC_SLOT_BUDGET);
    if (t->budget)
        sc_word_set(&t->budget[SC_W_BUDGET_TERMS], sc_budget_pack(&r->budget));
}

static void find_words(struct sc_ticket *t, const struct sc_scope_key *k, int64_t now)
{
    const struct sc_settings *s = t->settings;
    const struct sc_scope_hashes *h = &t->hashes;
    uint64_t narrow = sc_scope_hash_of(h, NARROW), wide = sc_scope_hash_of(h, WIDE);

    find_gates(t, k, narrow, wide);
    /* Without a credential there is none to stop: the next caller may well send one. */
    t->latch = k->key.n > 0 ? sc_slot_at(h, k, NARROW, narrow, SC_SLOT_LATCH) : NULL;
    if (s->breaker.enabled)
        find_breaker(t, k, wide);
    find_budget(t, k);
    if (s->limits.learn) {
        t->learned[SC_RATE_REQUESTS].words =
            sc_slot_at(h, k, NARROW, narrow, SC_SLOT_LEARNED_REQUESTS);
        t->learned[SC_RATE_TOKENS].words = sc_slot_at(h, k, NARROW, narrow, SC_SLOT_LEARNED_TOKENS);
    }
    if (t->money || s->tokens.context != SC_CONTEXT_OFF || sc_state_counts_tokens(t, now))
        t->ratio = sc_slot_at(h, k, WIDE, wide, SC_SLOT_RATIO);
    t->series = sc_series_words(h, k, wide);
    find_limits(t, k);
}

void sc_state_begin(struct sc_ticket *t, const struct sc_scope_key *k, const struct sc_settings *s,
                    const struct sc_call_facts *f, int64_t now)
{
    struct sc_region *r = f->world ? f->world->region : sc_region_get(now);

    memset(t, 0, sizeof *t);
    t->settings = s;
    t->deadline_ns = f->deadline_ns;
    t->begun = true;
    if (!r)
        return;
    t->region = r;
    t->money = f->money;
    sc_scope_hash(&t->hashes, r, k);
    find_words(t, k, now);
    if (t->money)
        sc_money_begin(t->money, r, k, f->world, now);
}

bool sc_state_counts_tokens(const struct sc_ticket *t, int64_t now)
{
    return t->region && (t->settings->limits.tpm > 0 || sc_ticket_tokens_matter(t, now));
}

int64_t sc_state_estimate(const struct sc_ticket *t, int64_t estimated)
{
    return sc_tokens_scale(t->ratio ? sc_word_read(&t->ratio[SC_W_SCALE]) : 0, estimated);
}
