/* The budgets of a policy: money, and whose calls it is for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/layer.h"
#include "policy/options.h"
#include "policy/reader.h"

static const cJSON *given(const struct sc_reader *r, const char *key)
{
    return sc_reader_given(r, SC_SECTION_MONEY, key);
}

static void fail_at(struct sc_reader *r, const char *key, const char *allowed)
{
    size_t before = sc_reader_enter(r, key);

    sc_reader_fail_value(r, given(r, key), allowed, NULL);
    sc_reader_leave(r, before);
}

/* The name stands in labels, logs, and on command lines. */
static bool is_plain(const char *name)
{
    return name[strspn(
               name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] == '\0';
}

static void check(struct sc_reader *r, const cJSON *item)
{
    static const char *const required[] = {"name", "usd"};
    const struct sc_money_budget *b = &r->money.budget;

    for (size_t i = 0; i < 2; i++)
        if (given(r, required[i]) == NULL)
            sc_reader_fail(r, sc_document_value(r->doc, item),
                           "found no %s, allowed one; each budget needs it", required[i]);
    if (b->name != NULL && !is_plain(b->name))
        fail_at(r, "name", "letters, digits, dot, dash and underscore");
    for (size_t i = 0; b->name != NULL && i < r->policy->n_budgets; i++)
        if (strcmp(r->policy->budgets[i].name, b->name) == 0)
            fail_at(r, "name", "a name that no budget before it has");
    if ((b->by & SC_BY_TOTAL) && b->by != SC_BY_TOTAL)
        fail_at(r, "by", "\"total\" alone, or a list of the others");
}

static long rule_named(const struct sc_policy *p, const char *name)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->rules[i].name, name) == 0)
            return (long)i;
    return -1;
}

/* Marks one rule; a name that no rule has is an error. */
static void mark(struct sc_reader *r, const cJSON *item, bool *rules)
{
    long i = item->type & cJSON_String ? rule_named(r->policy, item->valuestring) : -1;

    if (i >= 0)
        rules[i] = true;
    else if (r->errors == 0)
        sc_reader_fail_value(r, item, "the name of a rule", NULL);
}

static void mark_all(struct sc_reader *r, const cJSON *item, bool *rules)
{
    size_t before = sc_reader_enter(r, "rules"), i = 0;

    if (!(item->type & cJSON_Array)) {
        mark(r, item, rules);
    } else {
        for (const cJSON *c = item->child; c != NULL; c = c->next, i++) {
            size_t inner = sc_reader_enter_index(r, i);

            mark(r, c, rules);
            sc_reader_leave(r, inner);
        }
    }
    sc_reader_leave(r, before);
}

/* Rules are complete only when nothing was wrong with them. */
static void add(struct sc_reader *r)
{
    bool *rules = r->money.rules ? calloc(r->policy->n + 1, sizeof *rules) : NULL;

    if (r->money.rules && rules)
        mark_all(r, r->money.rules, rules);
    if (r->errors == 0 &&
        ((r->money.rules && !rules) || !sc_build_budget(r->policy, &r->money.budget, rules)))
        sc_reader_fail(r, SIZE_MAX, "out of memory");
    free(rules);
}

static void read_budget(struct sc_reader *r, const cJSON *item)
{
    memset(&r->money, 0, sizeof r->money);
    sc_reader_forget(r, SC_SECTION_MONEY);
    sc_section_store_initial(sc_section(SC_SECTION_MONEY), &r->money);
    r->money.budget.n_alerts = 1;
    r->money.budget.alerts[0] = 10000;
    sc_read_object(r, item, SC_SECTION_MONEY);
    if (r->stop || !(item->type & cJSON_Object))
        return;
    check(r, item);
    if (r->errors == 0)
        add(r);
}

void sc_read_budgets(struct sc_reader *r, const cJSON *item)
{
    size_t outer = sc_reader_enter(r, "budgets"), i = 0;

    if (!(item->type & cJSON_Array))
        sc_reader_fail_value(r, item, "a list of budgets", NULL);
    for (const cJSON *c = item->type & cJSON_Array ? item->child : NULL; c != NULL && !r->stop;
         c = c->next, i++) {
        size_t before = sc_reader_enter_index(r, i);

        if (i == SC_MONEY_BUDGETS_MAX)
            sc_reader_fail(r, sc_document_value(r->doc, c),
                           "found more than %d budgets, allowed at most %d", SC_MONEY_BUDGETS_MAX,
                           SC_MONEY_BUDGETS_MAX);
        else if (i < SC_MONEY_BUDGETS_MAX)
            read_budget(r, c);
        sc_reader_leave(r, before);
    }
    sc_reader_leave(r, outer);
}
