/* hedged.c - see hedged.h. */
#include "call/hedged.h"

#include <stdio.h>
#include <stdlib.h>

#include "call/estimate.h"
#include "call/memo.h"
#include "call/report.h"
#include "call/scope.h"
#include "core/cost.h"
#include "core/time.h"
#include "core/units.h"
#include "state/hedge.h"

/* ---- whether ---- */

/* The same budgets once more; NULL: none, or no memory. */
static struct sc_money_ticket *same_budgets(struct sc_transfer *t)
{
    const struct sc_money_ticket *from = t->money;
    struct sc_money_ticket *m = from ? calloc(1, sc_money_size(from->n)) : NULL;
    int64_t input, output;

    if (!m)
        return NULL;
    m->n = from->n;
    m->who = from->who;
    for (size_t i = 0; i < m->n; i++) {
        m->held[i].budget = from->held[i].budget;
        m->held[i].elsewhere = from->held[i].elsewhere;
    }
    sc_estimate_tokens(t, &input, &output);
    sc_money_quote(m, sc_price_of_call(t), input, output > 0 ? output : -1);
    return m;
}

static void begin_ticket(const struct sc_transfer *t, struct sc_side *side)
{
    struct sc_call_facts facts = {.money = side->money};
    char host[SC_SCOPE_HOST_MAX];
    struct sc_scope_key key;

    sc_scope_of(t, host, &key);
    facts.words = sc_memo_words(t->shadow, t->route.policy, &key);
    sc_scope_begin(t, &side->ticket, &key, &facts);
    /* Of limits and budgets that hosts share it goes by what the first one knew. */
    side->ticket.requests.share = t->ticket.requests.share;
    side->ticket.tokens.share = t->ticket.tokens.share;
}

/* A probe is for calls that nobody else would make. */
static const char *refusal(const struct sc_admission *a)
{
    if (a->verdict == SC_ADMIT_REFUSE)
        return sc_refusal_name(a->refusal);
    if (a->verdict == SC_ADMIT_WAIT)
        return sc_wait_reason_name(a->reason);
    return a->probe ? sc_refusal_name(SC_REFUSE_BREAKER) : NULL;
}

static const char *ask_state(struct sc_transfer *t, struct sc_side *side)
{
    int64_t now = sc_state_now();
    struct sc_admission a = {.verdict = SC_ADMIT_GO};
    const char *why;

    side->money = same_budgets(t);
    if (t->money && !side->money)
        return "memory";
    begin_ticket(t, side);
    sc_state_admit(&side->ticket, sc_estimate_reserve(t, &side->ticket, now), now,
                   sc_random_next(&t->random), &a);
    why = refusal(&a);
    if (why)
        sc_state_end(&side->ticket, SC_CLASS_ABORTED, SC_END_MOVED, now, 0, NULL);
    return why;
}

const char *sc_hedged_admit(struct sc_transfer *t, struct sc_side *side)
{
    struct sc_hedging *h = t->hedging;
    const char *why;
    bool taken;

    if (!sc_state_can_spare(&t->ticket, sc_state_now()))
        return "retry.budget";
    if (sc_hedge_credit(sc_word_read(&h->words[SC_W_HEDGE_CREDIT])) < SC_HEDGE_WHOLE)
        return "max_extra";
    why = ask_state(t, side);
    if (why)
        return why;
    sc_word_update(&h->words[SC_W_HEDGE_CREDIT], sc_hedge_take, &taken);
    if (taken)
        return NULL;
    sc_state_end(&side->ticket, SC_CLASS_ABORTED, SC_END_MOVED, sc_state_now(), 0, NULL);
    return "max_extra"; /* another process was quicker */
}

/* ---- what it cost ---- */

/* Its input, as estimated: whatever of an answer was made nobody will tell. */
static void book(struct sc_transfer *t, struct sc_attempt_facts *f)
{
    struct sc_usage u = {.cost_reported_nano = -1};
    struct sc_hedging *h = t->hedging;

    f->input_tokens = sc_estimate_input(t);
    sc_usage_estimate(&u, f->input_tokens, 0);
    f->used_tokens = f->input_tokens;
    f->cost_nano = sc_cost_nano(sc_price_of_call(t), &u);
    h->lost_input += f->input_tokens;
    if (f->cost_nano < 0)
        return;
    h->lost_has_cost = true;
    h->lost_nano += f->cost_nano;
}

void sc_hedged_settle(struct sc_transfer *t, struct sc_side *side, bool sent)
{
    int64_t now_ns = sc_now_ns(), now = sc_state_now();
    enum sc_class class = side->verdict.class;
    struct sc_attempt_facts f = {.class = class,
                                 .proof = side->verdict.proof,
                                 .hint_ms = side->verdict.hint_ms,
                                 .used_tokens = -1,
                                 .input_tokens = -1,
                                 .output_tokens = -1,
                                 .cost_nano = -1,
                                 .ms = (now_ns - side->attempt.start_ns) / SC_NS_PER_MS};
    char host[SC_SCOPE_HOST_MAX];
    struct sc_scope_key key;

    if (sent && class == SC_CLASS_ABORTED)
        book(t, &f);
    if (f.hint_ms > 0) {
        sc_scope_of(t, host, &key);
        f.key = &key;
    }
    sc_state_settle(&side->ticket, &f, now, sc_random_next(&t->random), NULL);
    sc_state_end(&side->ticket, class, SC_END_MOVED, now, sc_random_next(&t->random), NULL);
}

void sc_hedged_report(struct sc_transfer *t, const char *forbidden)
{
    int64_t ms = (sc_now_ns() - t->attempt.start_ns) / SC_NS_PER_MS;
    char text[128];

    if (forbidden)
        snprintf(text, sizeof text, "no second attempt after %s, though there is no answer yet",
                 sc_time_words(ms).s);
    else
        snprintf(text, sizeof text, "a second attempt after %s without an answer",
                 sc_time_words(ms).s);
    sc_report_hedge(t, forbidden, text);
}
