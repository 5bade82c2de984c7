/* advice.c - see advice.h. */
#include "policy/advice.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/money.h"
#include "policy/advice_targets.h"
#include "policy/build.h"
#include "policy/glob.h"
#include "policy/host.h"

enum {
    ONE_CALL_TOKENS = 1000, /* that a call takes and gives at the least, for "less than one call" */
    FRACTION_ONE = 10000,
    ALERT_ODD = 2 * FRACTION_ONE /* an alert above twice the budget was meant as a percentage */
};

struct adviser {
    const struct sc_policy *p;
    void (*say)(const char *text, void *arg);
    void *arg;
    size_t n;
};

__attribute__((format(printf, 2, 3))) static void say(struct adviser *a, const char *format, ...)
{
    char text[SC_ADVICE_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    a->say(text, a->arg);
    a->n++;
}

/* ---- rules that never match ---- */

/* Whether a pattern takes all that another one does. A star of the other is a character like any
 * other then, which only a star can stand for. */
static bool text_covers(struct sc_str pattern, struct sc_str other)
{
    return sc_glob_match(pattern, other);
}

static bool host_covers(struct sc_str pattern, struct sc_str other)
{
    struct sc_str name, others;
    const char *why;
    int port, others_port;

    if (!sc_host_split(pattern, &name, &port, &why) ||
        !sc_host_split(other, &others, &others_port, &why) || (port != 0 && port != others_port))
        return false;
    if ((name.n == 1 && name.p[0] == '*') ||
        (name.n == others.n && memcmp(name.p, others.p, name.n) == 0))
        return true;
    return memchr(name.p, '*', name.n) && !(others.n == 1 && others.p[0] == '*') &&
           sc_host_match(name, others);
}

typedef bool covers(struct sc_str pattern, struct sc_str other);

static bool all_covered(const struct sc_patterns *by, const struct sc_patterns *all, covers *one)
{
    static const struct sc_str star = {"*", 1};
    const struct sc_patterns any = {&star, 1};

    if (by->n == 0)
        return true;
    if (all->n == 0)
        all = &any;
    for (uint32_t i = 0; i < all->n; i++) {
        bool covered = false;

        for (uint32_t k = 0; k < by->n && !covered; k++)
            covered = one(by->items[k], all->items[i]);
        if (!covered)
            return false;
    }
    return true;
}

static bool takes_all_of(const struct sc_rule_match *first, const struct sc_rule_match *later)
{
    return all_covered(&first->host, &later->host, host_covers) &&
           all_covered(&first->path, &later->path, text_covers) &&
           all_covered(&first->method, &later->method, text_covers) &&
           all_covered(&first->model, &later->model, text_covers);
}

static bool asks_for_nothing(const struct sc_rule_match *m)
{
    return m->host.n + m->path.n + m->method.n + m->model.n == 0;
}

static void look_at_rule(struct adviser *a, size_t i)
{
    const struct sc_rule *rules = a->p->rules;

    if (asks_for_nothing(&a->p->matches[i]))
        say(a,
            "rules[%zu] (\"%s\") has no \"match\": it is for every call of every host; "
            "\"match\": {\"host\": \"*\"} says so",
            i, rules[i].name);
    if (a->p->faults.specs != NULL && i + 1 == a->p->n)
        return; /* for hosts of faults that no other rule is for: not the policy's own */
    for (size_t k = 0; k < i; k++) {
        if (!takes_all_of(&a->p->matches[k], &a->p->matches[i]))
            continue;
        say(a,
            "rules[%zu] (\"%s\") can never match: rules[%zu] (\"%s\") comes first and takes all of "
            "its calls",
            i, rules[i].name, k, rules[k].name);
        return;
    }
}

/* ---- budgets ---- */

static int64_t cost_of_one(const struct sc_price *price)
{
    return (price->rates.input + price->rates.output) * ONE_CALL_TOKENS / 1000; /* in 1e-9 USD */
}

static void keep_cheaper(const struct sc_price *row, const struct sc_price **least)
{
    if (row && row->rates.output > 0 && (!*least || cost_of_one(row) < cost_of_one(*least)))
        *least = row;
}

static bool is_within(const struct sc_rule *r, const struct sc_money_budget *b)
{
    for (size_t i = 0; r->budgets && r->budgets[i]; i++)
        if (r->budgets[i] == b)
            return true;
    return false;
}

/* The cheapest model that the budget's rules name outright; where none does, of all. */
static const struct sc_price *cheapest(const struct sc_policy *p, const struct sc_money_budget *b)
{
    const struct sc_price *least = NULL, *table;
    char model[128];
    size_t n;

    for (size_t i = 0; i < p->n; i++) {
        const struct sc_patterns *models = &p->matches[i].model;

        for (uint32_t k = 0; is_within(&p->rules[i], b) && k < models->n; k++) {
            snprintf(model, sizeof model, "%.*s", (int)models->items[k].n, models->items[k].p);
            keep_cheaper(
                sc_price_find(p->prices, p->n_prices,
                              p->rules[i].provider_given ? p->rules[i].provider : SC_PROVIDER_COUNT,
                              model),
                &least);
        }
    }
    if (least)
        return least;
    table = sc_price_table(&n);
    for (size_t i = 0; i < n; i++)
        keep_cheaper(&table[i], &least);
    return least;
}

static void look_at_budget(struct adviser *a, size_t i)
{
    const struct sc_money_budget *b = &a->p->budgets[i];
    const struct sc_price *price = cheapest(a->p, b);
    char cost[32], limit[32];

    if (price && b->limit_nano < cost_of_one(price)) {
        sc_money_text(cost_of_one(price), cost, sizeof cost);
        sc_money_text(b->limit_nano, limit, sizeof limit);
        say(a,
            "budgets[%zu] (\"%s\"): %s USD are less than one call of %s costs: %s USD with %d "
            "tokens "
            "in and %d out",
            i, b->name, limit, price->model ? price->model : price->name, cost, ONE_CALL_TOKENS,
            ONE_CALL_TOKENS);
    }
    for (uint32_t k = 0; k < b->n_alerts; k++)
        if (b->alerts[k] > ALERT_ODD)
            say(a, "budgets[%zu] (\"%s\"): an alert at %g is %g %% of the budget; 0.8 is 80 %%", i,
                b->name, (double)b->alerts[k] / FRACTION_ONE,
                (double)b->alerts[k] * 100 / FRACTION_ONE);
}

size_t sc_policy_advise(const struct sc_policy *p, void (*tell)(const char *text, void *arg),
                        void *arg)
{
    struct adviser a = {p, tell, arg, 0};

    for (size_t i = 0; i < p->n; i++)
        look_at_rule(&a, i);
    for (size_t i = 0; i < p->n_budgets; i++)
        look_at_budget(&a, i);
    return a.n + sc_targets_advise(p, tell, arg);
}
