/* refusal.c - see refusal.h. */
#include "call/refusal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/judge.h"
#include "core/units.h"
#include "dialect/dialect.h"

bool sc_own_answer_set(struct sc_transfer *t, enum sc_class class, const struct sc_reply *reply)
{
    struct sc_own_answer *a = calloc(1, sizeof *a + reply->body_len);

    if (!a)
        return false;
    a->reply = *reply;
    memcpy(a + 1, reply->body, reply->body_len);
    a->reply.body = (const char *)(a + 1);
    free(t->own_answer);
    t->own_answer = a;
    t->x.wants.translation = NULL; /* it is in the program's words already */
    sc_judge_own(t, class);
    return true;
}

enum sc_provider sc_refusal_voice(const struct sc_transfer *t)
{
    return sc_dialect_voice_at(t->shadow->asked.path, SC_ROUTE_IS_ELSEWHERE(&t->route)
                                                          ? SC_PROVIDER_OPENAI_COMPATIBLE
                                                          : t->route.provider);
}

void sc_own_answer_take(struct sc_transfer *t, enum sc_class class, struct sc_own_answer *a)
{
    free(t->own_answer);
    t->own_answer = a;
    t->x.wants.translation = NULL;
    sc_judge_own(t, class);
}

void sc_feigned_set(struct sc_transfer *t, struct sc_own_answer *a)
{
    free(t->feigned.answer);
    t->feigned.answer = a;
}

CURLcode sc_own_answer_give(struct sc_transfer *t)
{
    const struct sc_own_answer *a = t->own_answer;

    if (a->code != CURLE_OK) {
        sc_shadow_error(t->shadow, a->error);
        return a->code;
    }
    return sc_answer(&t->x, &a->reply);
}

/* ---- budgets ------------------------------------------------------------------------------- */

void sc_budget_amount(const struct sc_money_budget *b, char *buf, size_t n)
{
    char usd[32];

    sc_money_text(b->limit_nano, usd, sizeof usd);
    if (b->per == SC_PERIOD_EVER)
        snprintf(buf, n, "%s USD in all", usd);
    else
        snprintf(buf, n, "%s USD %s %s", usd, b->per == SC_PERIOD_HOUR ? "an" : "a",
                 sc_period_name(b->per));
}

const char *sc_budget_share(const char *label)
{
    return label + strcspn(label, " ");
}

const char *sc_refusing_budget(const struct sc_transfer *t)
{
    const struct sc_own_answer *a = t->own_answer;

    if (!a || a->relayed || !a->reply.reason || !t->money ||
        strcmp(a->reply.reason, sc_refusal_name(SC_REFUSE_BUDGET)) != 0)
        return NULL;
    return t->money->held[t->money->refused].budget->name;
}

static bool never_fits(const struct sc_transfer *t)
{
    const struct sc_money_held *h = &t->money->held[t->money->refused];

    return h->asked > h->budget->limit_nano;
}

static void put_budget(const struct sc_transfer *t, char *buf, size_t n)
{
    const struct sc_money_held *h = &t->money->held[t->money->refused];
    char limit[64], spent[32], asked[32];

    sc_budget_amount(h->budget, limit, sizeof limit);
    sc_money_text(h->spent, spent, sizeof spent);
    sc_money_text(h->asked, asked, sizeof asked);
    if (never_fits(t))
        snprintf(buf, n,
                 "This call never fits the budget \"%s\"%s of %s: it may cost %s USD. A smaller "
                 "request, or a limit of its output, would.",
                 h->budget->name, sc_budget_share(h->label), limit, asked);
    else if (h->spent >= h->budget->limit_nano || h->asked < 0)
        snprintf(buf, n, "The budget \"%s\"%s of %s is spent.", h->budget->name,
                 sc_budget_share(h->label), limit);
    else
        snprintf(buf, n,
                 "The budget \"%s\"%s of %s has no room for this call: %s USD are spent%s, and it "
                 "may cost %s USD.",
                 h->budget->name, sc_budget_share(h->label), limit, spent,
                 h->asked > h->budget->limit_nano - h->spent ? "" : " and more is under way",
                 asked);
}

/* ---- what all processes know --------------------------------------------------------------- */

/* A wait as a program is told it: never shorter than it is, and of a long one no seconds. */
static int64_t told(int64_t ms)
{
    int64_t step = ms >= 86400000 ? 3600000 : ms >= 600000 ? 60000 : 1000;

    return (ms + step - 1) / step * step;
}

/* A call that no waiting helps is a wrong request, whatever limits it. */
static enum sc_class class_of(const struct sc_transfer *t, enum sc_refusal r)
{
    if (r == SC_REFUSE_BUDGET && never_fits(t))
        return SC_CLASS_BAD_REQUEST;
    return sc_refusal_class(r);
}

static void put_message(int64_t retry_after_ms, const char *why, char *buf, size_t n)
{
    if (retry_after_ms <= 0) {
        snprintf(buf, n, "%s", why);
        return;
    }
    snprintf(buf, n, "%s Please try again in %s.", why, sc_time_words(told(retry_after_ms)).s);
}

static const char *why_of(const struct sc_transfer *t, enum sc_refusal r, char *buf, size_t n)
{
    if (r != SC_REFUSE_BUDGET)
        return sc_refusal_words(r);
    put_budget(t, buf, n);
    return buf;
}

bool sc_refuse(struct sc_transfer *t, const struct sc_admission *a)
{
    const struct sc_breaker_settings *b = &t->route.rule->settings->breaker;
    enum sc_class class = class_of(t, a->refusal);
    struct sc_reply r = {.reason = sc_refusal_name(a->refusal)};
    struct sc_reply_text text;
    char message[512], budget[400];

    r.retry_after_ms = class == SC_CLASS_BAD_REQUEST ? 0 : a->retry_after_ms;
    put_message(r.retry_after_ms, why_of(t, a->refusal, budget, sizeof budget), message,
                sizeof message);
    sc_reply_error(sc_refusal_voice(t), class, message, &text);
    r.status = text.status;
    r.error_type = text.error_type;
    r.body = text.body;
    r.body_len = text.len;
    r.final = !sc_class_retryable(class);
    if (!sc_own_answer_set(t, class, &r))
        return false;
    if (a->refusal == SC_REFUSE_BREAKER && b->on_open_error) {
        t->own_answer->code = (CURLcode)b->error_code;
        t->own_answer->error = sc_refusal_words(a->refusal);
    }
    return true;
}
