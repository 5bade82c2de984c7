/*
 * After an attempt, and at the end of a call. See state.h.
 */
#include <string.h>

#include "core/breaker.h"
#include "core/budget.h"
#include "core/gate.h"
#include "core/latch.h"
#include "core/limiter.h"
#include "core/time.h"
#include "core/tokens.h"
#include "state/holder.h"
#include "state/metrics.h"
#include "state/queue.h"
#include "state/ticket.h"

/* ---- breaker ---- */

static void add_to_window(struct sc_ticket *t, enum sc_breaker_outcome o, int64_t now)
{
    struct sc_window_add a = {
        .epoch = sc_window_epoch(now, t->settings->breaker.window_ms * SC_NS_PER_MS),
        .all = 1,
        .bad = o == SC_BREAKER_FAILURE};

    if (t->window && (o == SC_BREAKER_SUCCESS || o == SC_BREAKER_FAILURE))
        sc_word_update(&t->window[sc_window_index(a.epoch)], sc_window_add, &a);
}

/* Attempts of which nobody knows yet how they end. */
static int64_t under_way(const struct sc_ticket *t, int64_t now)
{
    struct sc_budget_counts c;

    if (!t->budget)
        return 0;
    c = sc_budget_sum(t->budget, now);
    return (int64_t)c.tried - c.answered - c.failed;
}

static void settle_breaker(struct sc_ticket *t, enum sc_breaker_outcome o, enum sc_class class,
                           int64_t now, uint64_t rnd, struct sc_effects *fx)
{
    struct sc_breaker_report r;

    if (!t->breaker_held)
        return;
    t->breaker_held = false;
    r = (struct sc_breaker_report){.settings = &t->settings->breaker,
                                   .now_ns = now,
                                   .rnd = rnd,
                                   .generation = t->generation,
                                   .round = t->round,
                                   .outcome = o,
                                   .window = t->window};
    if (o == SC_BREAKER_FAILURE) /* only these are weighed against it */
        r.under_way = under_way(t, now);
    add_to_window(t, o, now);
    sc_word_update(&t->breaker[SC_W_STATE], sc_breaker_settle, &r);
    if (!r.opened && !r.closed)
        return;
    atomic_store(&t->breaker[SC_W_CHANGED_AT], (uint64_t)now);
    if (r.opened) {
        atomic_store(&t->breaker[SC_W_WHY], (uint64_t) class);
        atomic_fetch_add(&t->breaker[SC_W_OPENINGS], 1);
        sc_metric_add(t->series, SC_M_OPENINGS, 1);
    }
    fx->breaker_opened = r.opened;
    fx->breaker_closed = r.closed;
    fx->open_ms = r.open_ns / SC_NS_PER_MS;
}

/* ---- gate and latch ---- */

/* Time stands still for those who wait in our buckets, so that order and spacing outlive the gate.
 * It stands still once, even when both gates are closed. */
static void stop_buckets(struct sc_ticket *t, int64_t opens, int64_t was, int64_t other,
                         int64_t now)
{
    int64_t from = other > was ? other : was;

    if (opens <= from)
        return;
    if (t->requests.words)
        sc_ticket_move(&t->requests, opens - from, now);
    if (t->tokens.words)
        sc_ticket_move(&t->tokens, opens - from, now);
    /* A service that tells how much is left tells so with this refusal too. */
    if (t->learned[SC_RATE_REQUESTS].words && !t->told)
        sc_ticket_move(&t->learned[SC_RATE_REQUESTS], opens - from, now);
}

static void close_gate(struct sc_ticket *t, const struct sc_attempt_facts *f, int64_t now,
                       struct sc_effects *fx)
{
    int i = f->class == SC_CLASS_RATE_LIMITED || f->class == SC_CLASS_OK ? 0 : 1;
    struct sc_gate_close c = {.now_ns = now};
    int64_t opens, other;

    if (f->hint_ms <= 0)
        return;
    if (!t->gate[i] && f->key)
        t->gate[i] = sc_slot_words(&t->hashes, f->key, t->gate_scope[i], SC_SLOT_GATE);
    if (!t->gate[i])
        return;
    c.until_ns = f->hint_ms < SC_GATE_HORIZON_NS / SC_NS_PER_MS ? now + f->hint_ms * SC_NS_PER_MS
                                                                : INT64_MAX / 2;
    sc_word_update(&t->gate[i][SC_W_UNTIL], sc_gate_close, &c);
    if (c.moved_ns == 0)
        return;
    atomic_fetch_add_explicit(&t->gate[i][SC_W_CLOSINGS], 1, memory_order_relaxed);
    fx->gate_ms = f->hint_ms;
    opens = c.until_ns - now > SC_GATE_HORIZON_NS ? now + SC_GATE_HORIZON_NS : c.until_ns;
    other = t->gate[1 - i] ? sc_gate_until(sc_word_read(&t->gate[1 - i][SC_W_UNTIL]), now) : 0;
    stop_buckets(t, opens, opens - c.moved_ns, other, now);
}

/* Whether a refusal is to stop the key for everybody. */
static bool says_stop(struct sc_ticket *t, const struct sc_attempt_facts *f, int64_t now,
                      struct sc_effects *fx)
{
    struct sc_latch_refusal r = {.now_ns = now, .named = f->proof == SC_PROOF_NAMED};

    if (f->proof == SC_PROOF_NONE)
        return false;
    sc_word_update(&t->latch[SC_W_TRUST], sc_latch_refused, &r);
    fx->doubted = !r.stop;
    return r.stop;
}

static void settle_latch(struct sc_ticket *t, const struct sc_attempt_facts *f, int64_t now,
                         struct sc_effects *fx)
{
    struct sc_latch_set s = {
        .now_ns = now,
        .reason = f->class == SC_CLASS_QUOTA_EXHAUSTED ? SC_LATCH_QUOTA : SC_LATCH_AUTH,
        .hint_ns = f->hint_ms > 0 && f->hint_ms < SC_GATE_HORIZON_NS / SC_NS_PER_MS
                       ? f->hint_ms * SC_NS_PER_MS
                       : 0};

    if (!t->latch)
        return;
    if (f->class == SC_CLASS_OK)
        sc_word_update(&t->latch[SC_W_TRUST], sc_latch_worked, &now);
    if (f->class == SC_CLASS_QUOTA_EXHAUSTED || f->class == SC_CLASS_AUTH) {
        if (!says_stop(t, f, now, fx))
            return;
        sc_word_update(&t->latch[SC_W_LATCH], sc_latch_set, &s);
        if (s.newly)
            atomic_store(&t->latch[SC_W_LATCHED_AT], (uint64_t)now);
        fx->latched = s.newly;
    } else if (f->class == SC_CLASS_OK && sc_word_read(&t->latch[SC_W_LATCH]) != 0) {
        fx->unlatched = atomic_exchange(&t->latch[SC_W_LATCH], 0) != 0;
    }
}

/* ---- tokens ---- */

/* Unknown usage: a success (or what was cut off) keeps its estimate, a refusal cost nothing. */
static void settle_tokens(struct sc_ticket *t, const struct sc_attempt_facts *f, int64_t now)
{
    struct sc_reservation *r = &t->tokens;
    int64_t used = f->used_tokens;

    if (!sc_ticket_reserved(r))
        return;
    if (used < 0 && (f->class == SC_CLASS_OK || f->class == SC_CLASS_ABORTED))
        r->after = 0;
    if (!sc_ticket_reserved(r))
        return;
    sc_ticket_move(r, sc_ticket_cost(r, used) - r->cost_ns, now);
    r->after = 0;
}

static void learn_scale(struct sc_ticket *t, const struct sc_attempt_facts *f)
{
    struct sc_tokens_seen seen = {.estimated = f->estimated_input, .tokens = f->input_tokens};

    if (t->ratio && seen.estimated > 0 && seen.tokens > 0)
        sc_word_update(&t->ratio[SC_W_SCALE], sc_tokens_learn, &seen);
}

/* ---- money ---- */

/* Likewise: an answer that does not say what it took has cost what it could at most. */
static void settle_money(struct sc_ticket *t, const struct sc_attempt_facts *f, int64_t now)
{
    bool free = f->cost_nano < 0 && f->class != SC_CLASS_OK;

    sc_money_settle(t->money, free ? 0 : f->cost_nano, now);
}

/* ---- retry budget ---- */

void sc_ticket_count(struct sc_ticket *t, enum sc_budget_event event, int64_t now, uint64_t rnd)
{
    bool begins = event == SC_BUDGET_TRIED;
    struct sc_budget_ask a;

    if (!t->budget || t->tried == begins)
        return;
    t->tried = begins;
    a = (struct sc_budget_ask){.words = t->budget,
                               .now_ns = now,
                               .event = event,
                               .terms = t->settings->retry.budget,
                               .rnd = rnd,
                               .allowed = true};
    sc_word_update(sc_budget_word(t->budget, now), sc_budget_count, &a);
    t->may_retry = a.allowed;
}

/* A 429 that says when to come back is no sign of a service that is overwhelmed: the gate lets the
 * callers back one by one, at the time that the service itself has named. */
static enum sc_budget_event budget_event(const struct sc_attempt_facts *f)
{
    switch (sc_breaker_outcome_of(f->class)) {
    case SC_BREAKER_SUCCESS:
    case SC_BREAKER_ALIVE:
        return SC_BUDGET_ANSWERED;
    case SC_BREAKER_FAILURE:
        return SC_BUDGET_FAILED;
    default:
        return f->class == SC_CLASS_RATE_LIMITED && f->hint_ms <= 0 ? SC_BUDGET_FAILED
                                                                    : SC_BUDGET_DROPPED;
    }
}

/* ---- what the caller sees ---- */

void sc_state_settle(struct sc_ticket *t, const struct sc_attempt_facts *f, int64_t now,
                     uint64_t rnd, struct sc_effects *fx)
{
    struct sc_effects unused;

    fx = fx ? fx : &unused;
    memset(fx, 0, sizeof *fx);
    if (!t->region)
        return;
    t->attempts++;
    t->requests.after = 0; /* it was sent: not to be given back */
    settle_tokens(t, f, now);
    if (t->money)
        settle_money(t, f, now);
    learn_scale(t, f);
    close_gate(t, f, now, fx);
    sc_ticket_learn(t, f, now);
    settle_latch(t, f, now, fx);
    sc_ticket_count(t, budget_event(f), now, rnd);
    if (t->settings->breaker.count_attempts)
        settle_breaker(t, sc_breaker_outcome_of(f->class), f->class, now, rnd, fx);
    sc_metric_add(t->series, SC_M_ATTEMPTS + (unsigned)f->class, 1);
    sc_metric_add(t->series, SC_M_COST, f->cost_nano);
    sc_metric_observe(t->series, SC_M_INPUT_TOKENS, f->input_tokens);
    sc_metric_observe(t->series, SC_M_OUTPUT_TOKENS, f->output_tokens);
    sc_metric_observe(t->series, SC_M_ATTEMPT_TIME, f->ms);
    if (f->first_token_ms > 0)
        sc_metric_observe(t->series, SC_M_FIRST_TOKEN, f->first_token_ms);
}

bool sc_state_retry_allowed(struct sc_ticket *t, enum sc_class class)
{
    bool allowed = !t->budget || t->may_retry;

    if (allowed)
        sc_metric_add(t->series, SC_M_RETRIES + (unsigned)class, 1);
    else
        sc_metric_add(t->series, SC_M_BUDGET_REFUSALS, 1);
    return allowed;
}

void sc_ticket_release(struct sc_ticket *t, int64_t now, bool lease)
{
    struct sc_effects unused;

    sc_ticket_unreserve(t);
    sc_ticket_count(t, SC_BUDGET_DROPPED, now, 0);
    if (t->money)
        sc_money_release(t->money);
    if (t->attempts == 0 || t->settings->breaker.count_attempts)
        settle_breaker(t, SC_BREAKER_NEUTRAL, SC_CLASS_ABORTED, now, 0, &unused);
    if (lease && t->lease) {
        sc_holder_give(t->lease, t->lease_word);
        t->lease = NULL;
    }
    t->waiting = t->ask_again = false;
}

void sc_state_end(struct sc_ticket *t, enum sc_class class, enum sc_end end, int64_t now,
                  uint64_t rnd, struct sc_effects *fx)
{
    struct sc_effects unused;

    fx = fx ? fx : &unused;
    memset(fx, 0, sizeof *fx);
    if (!t->begun)
        return;
    t->begun = false;
    if (!t->region)
        return;
    /* Per call: the call's last class. Per attempt: only what was never settled is still held. */
    if (t->attempts > 0 && !t->settings->breaker.count_attempts)
        settle_breaker(t, sc_breaker_outcome_of(class), class, now, rnd, fx);
    sc_ticket_release(t, now, true);
    sc_queue_leave(t);
    if (end != SC_END_MOVED)
        sc_metric_observe(t->series, SC_M_CALL_TIME + (unsigned)end * SC_HISTOGRAM_WORDS,
                          (now - t->begun_ns) / SC_NS_PER_MS);
}

void sc_state_count_wait(struct sc_ticket *t, enum sc_wait_reason reason, int64_t ms)
{
    sc_metric_add(t->series, SC_M_WAITS + (unsigned)reason, 1);
    sc_metric_observe(t->series, SC_M_WAIT_TIME, ms);
}
