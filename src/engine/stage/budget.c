/*
 * budget.c - the budgets that a call must fit into.
 *
 * What it may cost is quoted before an attempt asks for its turn (stage/admit.c reserves it with
 * everything else), and alerts that have become due are logged. A rule without a budget never comes
 * here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/estimate.h"
#include "call/refusal.h"
#include "call/report.h"
#include "process/labels.h"
#include "stage/stage.h"

/* Fractions are in hundredths of a percent. */
#define PERCENT 100

static struct sc_str text(const char *s)
{
    return (struct sc_str){s, s ? strlen(s) : 0};
}

/* A ticket for the rule's budgets. Out of memory: none, and the call goes. */
static void begin(struct sc_transfer *t, void *me)
{
    const struct sc_money_budget *const *budgets = t->route.rule->budgets;
    const char *task, *dag;
    size_t i, n = 0;

    (void)me;
    while (budgets[n])
        n++;
    t->money = calloc(1, sc_money_size(n));
    if (!t->money)
        return;
    t->money->n = n;
    for (i = 0; i < n; i++)
        t->money->held[i].budget = budgets[i];
    sc_labels_read(&task, &dag);
    t->money->who.task = text(task);
    t->money->who.dag = text(dag);
    t->money->who.program = text(sc_log_program());
}

static enum sc_go plan(struct sc_transfer *t, void *me, struct sc_plan *p)
{
    int64_t input, output;

    (void)me;
    if (!t->money || p->again)
        return SC_GO;
    sc_estimate_tokens(t, &input, &output);
    sc_money_quote(t->money, sc_price_of_call(t), input, output > 0 ? output : -1);
    return SC_GO;
}

static void put_percent(int fraction, char *buf, size_t n)
{
    if (fraction % PERCENT)
        snprintf(buf, n, "%d.%02d", fraction / PERCENT, fraction % PERCENT);
    else
        snprintf(buf, n, "%d", fraction / PERCENT);
}

/* Logs the alerts that have become due. */
static void report(struct sc_transfer *t)
{
    struct sc_money_alert a;
    char words[512], limit[64], spent[32], part[16];

    while (sc_money_take_alert(t->money, sc_state_now(), &a)) {
        sc_budget_amount(a.budget, limit, sizeof limit);
        sc_money_text(a.spent_nano, spent, sizeof spent);
        put_percent(a.fraction, part, sizeof part);
        if (a.refused)
            snprintf(words, sizeof words,
                     "Budget %s%s: %s of %s are spent, and what is left is too little for a call",
                     a.budget->name, sc_budget_share(a.label), spent, limit);
        else
            snprintf(words, sizeof words, "Budget %s%s: %s %% of %s are spent (%s)", a.budget->name,
                     sc_budget_share(a.label), part, limit, spent);
        sc_report_budget(t, &a, words);
    }
    while (sc_state_take_note(words, sizeof words))
        sc_report_note(t, SC_EVENT_NOTE, words);
}

static void sending(struct sc_transfer *t, void *me)
{
    (void)me;
    if (t->money)
        report(t);
}

static struct sc_wish judged(struct sc_transfer *t, void *me)
{
    (void)me;
    if (t->money)
        report(t);
    return (struct sc_wish){SC_AS_DECIDED, SC_GIVE_UP_NOT};
}

static void end(struct sc_transfer *t, void *me, enum sc_how how)
{
    (void)me;
    if (t->money && how != SC_ENDED_LEFT) /* refused: it was not sent, and yet is news */
        report(t);
}

const struct sc_stage sc_stage_budget = {
    .name = "budget", .begin = begin, .plan = plan, .send = sending, .judged = judged, .end = end};
