/* reading.c - see reading.h. */
#include "ledger/reading.h"

#include <stdio.h>
#include <string.h>

#include "core/breaker.h"
#include "core/budget.h"
#include "core/gate.h"
#include "core/lease.h"
#include "core/limiter.h"
#include "core/pace.h"
#include "core/time.h"
#include "core/units.h"
#include "state/holder.h"
#include "state/state.h"

/* ---- numbers ---- */

bool sc_limit_reading(const sc_word *words, int64_t now, struct sc_limit_reading *out)
{
    int64_t limit = (int64_t)sc_word_read(&words[SC_W_LIMIT]);
    int64_t burst = (int64_t)sc_word_read(&words[SC_W_BURST_NS]);
    int64_t one = sc_limiter_cost(1, limit), backlog;

    memset(out, 0, sizeof *out);
    if (limit <= 0 || burst < 0 || burst > SC_MINUTE_NS)
        return false;
    backlog = sc_limiter_backlog(sc_word_read(&words[SC_W_TAT]), now);
    burst = burst > one ? burst : one;
    out->per_minute = limit;
    out->at_once = burst / one;
    out->in_use = backlog / one;
    out->waiting = backlog > burst ? (backlog - burst + one - 1) / one : 0;
    out->wait_ms =
        backlog + one > burst ? (backlog + one - burst + SC_NS_PER_MS - 1) / SC_NS_PER_MS : 0;
    return true;
}

void sc_concurrent_reading(struct sc_region *r, const sc_word *words, int64_t now,
                           struct sc_concurrent_reading *out)
{
    uint64_t most = sc_word_read(&words[SC_W_CONCURRENT_MAX]);
    uint64_t hash = sc_word_read(&words[SC_W_CONCURRENT_HASH]);

    out->limit = (int64_t)(most & INT64_MAX);
    out->in_use = 0;
    for (unsigned part = 0; part * SC_SLOT_WORDS < most && part < 256; part++) {
        const sc_word *leases = sc_lease_words(r, hash, part, false);

        for (int i = 0; leases && i < SC_SLOT_WORDS; i++) {
            uint64_t held = sc_word_read(&leases[i]);

            out->in_use += !sc_lease_is_free(held, now) && !sc_holder_is_dead(r, held);
        }
    }
}

int64_t sc_gate_reading(const sc_word *words, int64_t now)
{
    int64_t until = sc_gate_until(sc_word_read(&words[SC_W_UNTIL]), now);

    return until ? (until - now) / SC_NS_PER_MS : 0;
}

struct sc_latch_reading sc_latch_reading(const sc_word *words, int64_t now)
{
    struct sc_latch_ask a = {.now_ns = now, .reason = SC_LATCH_OPEN};
    uint64_t word = sc_word_read(&words[SC_W_LATCH]);

    if (word)
        sc_latch_peek(word, &a);
    return (struct sc_latch_reading){a.reason, a.retry_after_ns / SC_NS_PER_MS};
}

const char *sc_latch_reason_name(enum sc_latch_reason r)
{
    return r == SC_LATCH_OPEN ? "" : r == SC_LATCH_QUOTA ? "quota_exhausted" : "auth";
}

/* ---- what it means ---- */

const char *sc_how_name(enum sc_how how)
{
    static const char *const names[] = {"good", "at_risk", "waiting", "refused"};

    return names[how];
}

const char *sc_how_words(enum sc_how how)
{
    static const char *const words[] = {"calls go through", "calls go, but",
                                        "calls wait:", "calls are refused:"};

    return words[how];
}

struct ask {
    const struct sc_state_view *v;
    sc_word *const *words;
    int64_t now, wall;
};

static void find(struct sc_finding *f, enum sc_how how, const char *reason, int64_t ms)
{
    f->how = how;
    f->reason = reason;
    f->ms = ms;
}

static void judge_breaker(const struct ask *a, struct sc_finding *f)
{
    struct sc_breaker b = sc_breaker_view(a->words[SC_SLOT_BREAKER], a->now);
    int64_t probe = b.at_ns > a->now ? (b.at_ns - a->now) / SC_NS_PER_MS : 0;

    if (b.state == SC_BREAKER_OPEN && probe > 0) {
        find(f, SC_CALLS_REFUSED, sc_refusal_name(SC_REFUSE_BREAKER), probe);
        snprintf(f->words, sizeof f->words,
                 "the breaker is open: the service kept failing; a probe goes in %s",
                 sc_time_words(probe).s);
    } else if (b.state != SC_BREAKER_CLOSED) {
        find(f, SC_CALLS_AT_RISK, sc_refusal_name(SC_REFUSE_BREAKER), -1);
        snprintf(f->words, sizeof f->words,
                 "the breaker is half-open: a probe tells whether the service answers again");
    }
}

static void judge_latch(const struct ask *a, struct sc_finding *f)
{
    struct sc_latch_reading l = sc_latch_reading(a->words[SC_SLOT_LATCH], a->now);
    bool quota = l.reason == SC_LATCH_QUOTA;

    if (l.reason == SC_LATCH_OPEN)
        return;
    find(f, l.probe_ms > 0 ? SC_CALLS_REFUSED : SC_CALLS_AT_RISK,
         sc_refusal_name(quota ? SC_REFUSE_QUOTA : SC_REFUSE_AUTH), l.probe_ms);
    if (l.probe_ms > 0)
        snprintf(f->words, sizeof f->words, "%s; a probe goes in %s",
                 quota ? "the quota is used up" : "the credentials were refused",
                 sc_time_words(l.probe_ms).s);
    else
        snprintf(f->words, sizeof f->words, "%s; the next call is the probe",
                 quota ? "the quota is used up" : "the credentials were refused");
}

/* Whether a wait is too long for it is the rule's to say, so it counts as one that is waited. */
static void judge_gate(const struct ask *a, struct sc_finding *f)
{
    int64_t ms = sc_gate_reading(a->words[SC_SLOT_GATE], a->now);

    if (ms <= 0)
        return;
    find(f, SC_CALLS_WAIT, sc_refusal_name(SC_REFUSE_GATE), ms);
    snprintf(f->words, sizeof f->words, "the server asked to be left alone for another %s",
             sc_time_words(ms).s);
}

static void judge_limit(const struct ask *a, enum sc_slot_kind kind, const char *what,
                        struct sc_finding *f)
{
    struct sc_limit_reading l;

    if (!sc_limit_reading(a->words[kind], a->now, &l) || l.wait_ms <= 0)
        return;
    find(f, SC_CALLS_WAIT, sc_refusal_name(SC_REFUSE_LIMIT), l.wait_ms);
    snprintf(f->words, sizeof f->words,
             "the limit of %lld %s a minute (%lld at once) is full: a new call waits %s",
             (long long)l.per_minute, what, (long long)l.at_once, sc_time_words(l.wait_ms).s);
}

static void judge_requests(const struct ask *a, struct sc_finding *f)
{
    judge_limit(a, SC_SLOT_REQUESTS, "requests", f);
}

static void judge_tokens(const struct ask *a, struct sc_finding *f)
{
    judge_limit(a, SC_SLOT_TOKENS, "tokens", f);
}

static void judge_learned(const struct ask *a, enum sc_slot_kind kind, struct sc_finding *f)
{
    const sc_word *words = a->words[kind];
    uint64_t period = sc_word_read(&words[SC_W_PERIOD]), seen = sc_word_read(&words[SC_W_SEEN]);
    int64_t wait =
        sc_limiter_backlog(sc_word_read(&words[SC_W_TAT]), a->now) - sc_pace_capacity(seen);

    if (period == 0 || period > (uint64_t)SC_PACE_PERIOD_MAX || !sc_pace_fresh(seen, a->now) ||
        wait <= 0)
        return;
    find(f, SC_CALLS_WAIT, sc_refusal_name(SC_REFUSE_LIMIT), wait / SC_NS_PER_MS + 1);
    snprintf(f->words, sizeof f->words,
             "the service's own limit of %s is used up: a new call waits %s",
             kind == SC_SLOT_LEARNED_TOKENS ? "tokens" : "requests",
             sc_time_words(wait / SC_NS_PER_MS).s);
}

static void judge_learned_requests(const struct ask *a, struct sc_finding *f)
{
    judge_learned(a, SC_SLOT_LEARNED_REQUESTS, f);
}

static void judge_learned_tokens(const struct ask *a, struct sc_finding *f)
{
    judge_learned(a, SC_SLOT_LEARNED_TOKENS, f);
}

static void judge_concurrent(const struct ask *a, struct sc_finding *f)
{
    struct sc_concurrent_reading c;

    sc_concurrent_reading(a->v->region, a->words[SC_SLOT_CONCURRENT], a->now, &c);
    if (c.limit == 0 || c.in_use < c.limit)
        return;
    find(f, SC_CALLS_WAIT, sc_refusal_name(SC_REFUSE_CONCURRENT), -1);
    snprintf(f->words, sizeof f->words, "all %lld calls that may be under way are",
             (long long)c.limit);
}

static void judge_money(const struct ask *a, struct sc_finding *f)
{
    struct sc_money_view m;
    bool spent, warns;

    sc_money_look(a->v->region, a->words[SC_SLOT_SPENT], a->wall, a->now, &m);
    warns = m.on_spent == SC_ON_SPENT_WARN;
    spent = m.spent >= m.limit;
    if (m.limit <= 0 || (!spent && !m.refused && m.spent + m.held < m.limit))
        return;
    find(f,
         warns                ? SC_CALLS_AT_RISK
         : spent || m.refused ? SC_CALLS_REFUSED
                              : SC_CALLS_WAIT,
         sc_refusal_name(SC_REFUSE_BUDGET),
         m.per == SC_PERIOD_EVER ? -1 : (m.until_s - a->wall) * 1000);
    snprintf(f->words, sizeof f->words, "the budget of %s %s", sc_usd_words(m.limit).s,
             spent       ? warns ? "is spent (it only warns)" : "is spent"
             : m.refused ? "has too little left for a call that was made"
                         : "is set aside for calls under way");
}

struct sc_retry_reading sc_retry_reading(const sc_word *words, int64_t now)
{
    struct sc_budget_terms terms = sc_budget_unpack(sc_word_read(&words[SC_W_BUDGET_TERMS]));
    struct sc_budget_counts c = sc_budget_sum(words, now);
    int64_t allows = sc_budget_allows(&c, &terms);

    return (struct sc_retry_reading){c.tried, c.answered, c.failed, allows,
                                     c.failed > 0 && c.failed >= allows};
}

static void judge_retries(const struct ask *a, struct sc_finding *f)
{
    struct sc_retry_reading r = sc_retry_reading(a->words[SC_SLOT_BUDGET], a->now);

    if (!r.used_up)
        return;
    find(f, SC_CALLS_AT_RISK, "retry_budget", -1);
    snprintf(
        f->words, sizeof f->words,
        "retry.budget is used up: %lld attempts failed in two minutes and %lld were answered, so "
        "failures are not tried again",
        (long long)r.failed, (long long)r.answered);
}

static const struct {
    enum sc_slot_kind kind;
    void (*judge)(const struct ask *a, struct sc_finding *f);
} judges[] = {
    {SC_SLOT_LATCH, judge_latch},
    {SC_SLOT_SPENT, judge_money},
    {SC_SLOT_BREAKER, judge_breaker},
    {SC_SLOT_GATE, judge_gate},
    {SC_SLOT_CONCURRENT, judge_concurrent},
    {SC_SLOT_BUDGET, judge_retries},
    {SC_SLOT_REQUESTS, judge_requests},
    {SC_SLOT_TOKENS, judge_tokens},
    {SC_SLOT_LEARNED_REQUESTS, judge_learned_requests},
    {SC_SLOT_LEARNED_TOKENS, judge_learned_tokens},
};

static bool is_worse(const struct sc_finding *a, const struct sc_finding *than)
{
    return a->how != than->how ? a->how > than->how : a->ms > than->ms && a->how != SC_CALLS_GO;
}

void sc_scope_worst(const struct sc_state_view *v, const struct sc_scope_view *s, int64_t now,
                    int64_t wall, struct sc_finding *out)
{
    struct ask a = {v, s->words, now, wall};

    *out = (struct sc_finding){.how = SC_CALLS_GO, .reason = "", .scope = s->label, .ms = -1};
    for (size_t i = 0; i < sizeof judges / sizeof *judges; i++) {
        struct sc_finding f = {.how = SC_CALLS_GO, .reason = "", .scope = s->label, .ms = -1};

        if (s->words[judges[i].kind])
            judges[i].judge(&a, &f);
        if (is_worse(&f, out))
            *out = f;
    }
}

int sc_state_worst(const struct sc_state_view *v, const char *provider, int64_t now, int64_t wall,
                   struct sc_finding *out)
{
    int same[SC_CALLS_REFUSED + 1] = {0};
    char part[64];

    *out = (struct sc_finding){.how = SC_CALLS_GO, .reason = "", .scope = "", .ms = -1};
    for (size_t i = 0; i < v->n; i++) {
        struct sc_finding f;

        sc_label_part(v->scopes[i].label, "provider", part, sizeof part);
        if (provider && strcmp(part, provider) != 0)
            continue;
        sc_scope_worst(v, &v->scopes[i], now, wall, &f);
        same[f.how]++;
        if (is_worse(&f, out))
            *out = f;
    }
    return out->how == SC_CALLS_GO ? 0 : same[out->how] - 1;
}
