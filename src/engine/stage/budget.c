/* budget.c - see purse.h. */
#include "stage/budget.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/request.h"
#include "process/labels.h"
#include "call/estimate.h"
#include "log/log.h"
#include "call/report.h"
#include "stage/meter.h"

/* Fractions are in hundredths of a percent. */
#define PERCENT 100

static struct sc_str text(const char *s)
{
    return (struct sc_str){s, s ? strlen(s) : 0};
}

struct sc_money_ticket *sc_purse_open(struct sc_transfer *t)
{
    const struct sc_money_budget *const *budgets = t->rule->budgets;
    const char *task, *dag;
    size_t i, n = 0;

    while (budgets[n])
        n++;
    t->money = calloc(1, sc_money_size(n));
    if (!t->money)
        return NULL;
    t->money->n = n;
    for (i = 0; i < n; i++)
        t->money->held[i].budget = budgets[i];
    sc_labels_read(&task, &dag);
    t->money->who.task = text(task);
    t->money->who.dag = text(dag);
    t->money->who.program = text(sc_log_program());
    return t->money;
}

void sc_purse_quote(struct sc_shadow *s, struct sc_transfer *t)
{
    int64_t input, output;

    sc_estimate_tokens(s, t, &input, &output);
    sc_money_quote(t->money, sc_spend_price(s, t), input, output > 0 ? output : -1);
}

/* "50.00 USD a day", "50.00 USD in all". */
static void put_amount(const struct sc_money_budget *b, char *buf, size_t n)
{
    char usd[32];

    sc_money_text(b->limit_nano, usd, sizeof usd);
    if (b->per == SC_PERIOD_EVER)
        snprintf(buf, n, "%s USD in all", usd);
    else
        snprintf(buf, n, "%s USD %s %s", usd, b->per == SC_PERIOD_HOUR ? "an" : "a",
                 sc_period_name(b->per));
}

/* What the label has beside the name: " task=load", or "". */
static const char *share(const char *label)
{
    return label + strcspn(label, " ");
}

static void put_percent(int fraction, char *buf, size_t n)
{
    if (fraction % PERCENT)
        snprintf(buf, n, "%d.%02d", fraction / PERCENT, fraction % PERCENT);
    else
        snprintf(buf, n, "%d", fraction / PERCENT);
}

void sc_purse_report(struct sc_shadow *s, struct sc_transfer *t)
{
    struct sc_money_alert a;
    char words[512], limit[64], spent[32], part[16];

    while (sc_money_take_alert(t->money, sc_state_now(), &a)) {
        put_amount(a.budget, limit, sizeof limit);
        sc_money_text(a.spent_nano, spent, sizeof spent);
        put_percent(a.fraction, part, sizeof part);
        if (a.refused)
            snprintf(words, sizeof words,
                     "Budget %s%s: %s of %s are spent, and what is left is too little for a call",
                     a.budget->name, share(a.label), spent, limit);
        else
            snprintf(words, sizeof words, "Budget %s%s: %s %% of %s are spent (%s)", a.budget->name,
                     share(a.label), part, limit, spent);
        sc_report_budget(s, t, &a, words);
    }
    while (sc_state_take_note(words, sizeof words))
        sc_report_note(s, t, SC_EVENT_NOTE, words);
}

bool sc_purse_never_fits(const struct sc_transfer *t)
{
    const struct sc_money_held *h = &t->money->held[t->money->refused];

    return h->asked > h->budget->limit_nano;
}

void sc_purse_refusal(const struct sc_transfer *t, char *buf, size_t n)
{
    const struct sc_money_held *h = &t->money->held[t->money->refused];
    char limit[64], spent[32], asked[32];

    put_amount(h->budget, limit, sizeof limit);
    sc_money_text(h->spent, spent, sizeof spent);
    sc_money_text(h->asked, asked, sizeof asked);
    if (sc_purse_never_fits(t))
        snprintf(buf, n,
                 "This call never fits the budget \"%s\"%s of %s: it may cost %s USD. A smaller "
                 "request, or a limit of its output, would.",
                 h->budget->name, share(h->label), limit, asked);
    else if (h->spent >= h->budget->limit_nano || h->asked < 0)
        snprintf(buf, n, "The budget \"%s\"%s of %s is spent.", h->budget->name, share(h->label),
                 limit);
    else
        snprintf(buf, n,
                 "The budget \"%s\"%s of %s has no room for this call: %s USD are spent%s, and it "
                 "may cost %s USD.",
                 h->budget->name, share(h->label), limit, spent,
                 h->asked > h->budget->limit_nano - h->spent ? "" : " and more is under way",
                 asked);
}
