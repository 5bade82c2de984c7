/*
 * The begin of a call: which words of the shared state it is about. See state.h.
 */
#include <string.h>
#include <time.h>

#include "core/budget.h"
#include "core/limiter.h"
#include "core/time.h"
#include "core/tokens.h"
#include "state/queue.h"
#include "state/region.h"
#include "state/ticket.h"

/* The scopes of most that is not the policy's own. */
#define WIDE (SC_SCOPE_HOST | SC_SCOPE_MODEL)
#define NARROW (WIDE | SC_SCOPE_KEY)

static const struct {
    const char *name, *words;
    enum sc_class class;
} refusals[] = {
#define ROW(id, name, class, words) {name, words, SC_CLASS_##class},
    SC_REFUSAL_LIST(ROW)
#undef ROW
};

const char *sc_refusal_name(enum sc_refusal r)
{
    return r < SC_REFUSAL_COUNT ? refusals[r].name : "";
}

enum sc_class sc_refusal_class(enum sc_refusal r)
{
    return r < SC_REFUSAL_COUNT ? refusals[r].class : SC_CLASS_OK;
}

const char *sc_refusal_words(enum sc_refusal r)
{
    return r < SC_REFUSAL_COUNT ? refusals[r].words : "";
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

/* Without a model a hint is about the path: services limit what has no model by endpoint, and what
 * a server says of one page it does not say of all. Paths are many, and gates few: such a gate has
 * a slot only once it was closed. */
void sc_ticket_find_path_gates(struct sc_ticket *t)
{
    for (int i = 0; i < 2; i++)
        if (!t->gate[i])
            t->gate[i] = sc_slot_known(&t->hashes, t->gate_scope[i], SC_SLOT_GATE);
}

/* ---- finding the words ---- */

static void find_gates(struct sc_state_words *w, const struct sc_scope_key *k, uint64_t narrow,
                       uint64_t wide)
{
    unsigned path = k->model.n == 0 && k->path.n > 0 ? SC_SCOPE_PATH : 0;

    w->gate_scope[0] = NARROW | path;
    w->gate_scope[1] = WIDE | path;
    if (path)
        return; /* sc_state_admit looks for them */
    w->gate[0] = sc_slot_at(&w->hashes, k, NARROW, narrow, SC_SLOT_GATE);
    w->gate[1] = sc_slot_at(&w->hashes, k, WIDE, wide, SC_SLOT_GATE);
}

static void find_breaker(struct sc_state_words *w, const struct sc_scope_key *k, uint64_t wide)
{
    unsigned scope = w->settings->breaker.scope;
    uint64_t hash = scope == WIDE ? wide : sc_scope_hash_of(&w->hashes, scope);

    w->breaker = sc_slot_at(&w->hashes, k, scope, hash, SC_SLOT_BREAKER);
    w->window = sc_slot_at(&w->hashes, k, scope, hash, SC_SLOT_WINDOW);
}

static void find_limits(struct sc_state_words *w, const struct sc_scope_key *k)
{
    const struct sc_limits *l = &w->settings->limits;

    if (l->rpm > 0)
        w->requests = sc_slot_words(&w->hashes, k, l->scope, SC_SLOT_REQUESTS);
    if (l->tpm > 0)
        w->tokens = sc_slot_words(&w->hashes, k, l->scope, SC_SLOT_TOKENS);
    if (l->concurrent > 0)
        w->concurrent = sc_slot_words(&w->hashes, k, l->scope, SC_SLOT_CONCURRENT);
    if (l->priority != SC_PRIORITY_OFF)
        w->queue = sc_slot_words(&w->hashes, k, l->scope, SC_SLOT_QUEUE);
    if (w->concurrent || w->queue)
        w->lease_hash = sc_scope_hash_of(&w->hashes, l->scope);
}

static void find_learned(struct sc_state_words *w, const struct sc_scope_key *k, uint64_t narrow)
{
    static const enum sc_slot_kind kinds[SC_RATE_COUNT] = {
        [SC_RATE_REQUESTS] = SC_SLOT_LEARNED_REQUESTS, [SC_RATE_TOKENS] = SC_SLOT_LEARNED_TOKENS};

    for (int i = 0; i < SC_RATE_COUNT; i++)
        w->learned[i] = sc_slot_at(&w->hashes, k, NARROW, narrow, kinds[i]);
}

static void find_words(struct sc_state_words *w, struct sc_region *r, const struct sc_settings *s,
                       const struct sc_scope_key *k)
{
    const struct sc_scope_hashes *h = &w->hashes;
    uint64_t narrow, wide;

    memset(w, 0, sizeof *w);
    w->region = r;
    w->settings = s;
    sc_scope_hash(&w->hashes, r, k);
    narrow = sc_scope_hash_of(h, NARROW);
    wide = sc_scope_hash_of(h, WIDE);
    find_gates(w, k, narrow, wide);
    /* Without a credential there is none to stop: the next caller may well send one. */
    w->latch = k->key.n > 0 ? sc_slot_at(h, k, NARROW, narrow, SC_SLOT_LATCH) : NULL;
    if (s->breaker.enabled)
        find_breaker(w, k, wide);
    if (s->retry.enabled && s->retry.budget_enabled)
        w->budget = sc_slot_words(h, k, SC_SCOPE_HOST | SC_SCOPE_RULE, SC_SLOT_BUDGET);
    if (s->limits.learn)
        find_learned(w, k, narrow);
    w->series = sc_series_words(h, k, wide);
    find_limits(w, k);
}

/* ---- a call's own ---- */

/* For who looks at the state: what the policy says beside what is. */
static void say_terms(const struct sc_state_words *w)
{
    const struct sc_settings *s = w->settings;
    const struct sc_limits *l = &s->limits;
    uint64_t burst = (uint64_t)(w->requests || w->tokens ? sc_limiter_burst(l->burst) : 0);

    if (w->breaker)
        sc_word_set(&w->breaker[SC_W_OPEN_MAX_MS], (uint64_t)s->breaker.open_max_ms);
    if (w->budget)
        sc_word_set(&w->budget[SC_W_BUDGET_TERMS], sc_budget_pack(&s->retry.budget));
    if (w->requests) {
        sc_word_set(&w->requests[SC_W_LIMIT], (uint64_t)l->rpm);
        sc_word_set(&w->requests[SC_W_BURST_NS], burst);
    }
    if (w->tokens) {
        sc_word_set(&w->tokens[SC_W_LIMIT], (uint64_t)l->tpm);
        sc_word_set(&w->tokens[SC_W_BURST_NS], burst);
    }
    if (w->concurrent) {
        sc_word_set(&w->concurrent[SC_W_CONCURRENT_MAX], (uint64_t)l->concurrent);
        sc_word_set(&w->concurrent[SC_W_CONCURRENT_HASH], w->lease_hash);
    }
    if (w->queue)
        sc_queue_say(w->queue, l, w->lease_hash);
}

static void use_words(struct sc_ticket *t, struct sc_state_words *w, const struct sc_scope_key *k,
                      int64_t now)
{
    t->hashes = w->hashes;
    for (int i = 0; i < 2; i++) {
        t->gate[i] = w->gate[i];
        t->gate_scope[i] = w->gate_scope[i];
    }
    t->latch = w->latch;
    t->breaker = w->breaker;
    t->window = w->window;
    t->budget = w->budget;
    t->series = w->series;
    t->lease_hash = w->lease_hash;
    t->requests.words = w->requests;
    t->requests.limit = t->settings->limits.rpm;
    t->tokens.words = w->tokens;
    t->tokens.limit = t->settings->limits.tpm;
    t->place.queue = w->queue;
    for (int i = 0; i < SC_RATE_COUNT; i++)
        t->learned[i].words = w->learned[i];
    if (t->money || t->settings->tokens.context != SC_CONTEXT_OFF ||
        sc_state_counts_tokens(t, now)) {
        if (!w->ratio)
            w->ratio = sc_slot_words(&w->hashes, k, WIDE, SC_SLOT_RATIO);
        t->ratio = w->ratio;
    }
    say_terms(w);
}

void sc_state_begin(struct sc_ticket *t, const struct sc_scope_key *k, const struct sc_settings *s,
                    const struct sc_call_facts *f, int64_t now)
{
    struct sc_state_words own = {.region = NULL}, *w = f->words ? f->words : &own;
    struct sc_region *r = f->world ? f->world->region : sc_region_get(now);

    memset(t, 0, sizeof *t);
    t->settings = s;
    t->begun_ns = f->begun_ns ? f->begun_ns : now;
    t->deadline_ns = f->deadline_ns;
    t->begun = true;
    if (!r)
        return;
    t->region = r;
    t->money = f->money;
    t->place.class = (f->priority ? (int)f->priority : s->limits.priority) - 1;
    if (w->region != r || w->settings != s)
        find_words(w, r, s, k);
    use_words(t, w, k, now);
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
