/* alerts.c - see alerts.h. */
#include "cli/alerts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/print.h"
#include "state/money.h"

static const struct sc_money_budget *budget_of(const struct sc_policy *p, const char *label)
{
    char name[SC_LABEL_MAX + 1];
    size_t n;
    const struct sc_money_budget *all = sc_policy_budgets(p, &n);

    sc_label_part(label, "budget", name, sizeof name);
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].name, name) == 0)
            return &all[i];
    return NULL;
}

static void tell(const char *name, int64_t nano)
{
    char text[32];

    sc_money_text(nano, text, sizeof text);
    setenv(name, text, 1);
}

static int run(const struct sc_money_budget *b, const char *label, int fraction, int64_t spent,
               const char *command)
{
    char text[32];
    int status;

    snprintf(text, sizeof text, "%d.%04d", fraction / 10000, fraction % 10000);
    setenv("BUDGET_NAME", b->name, 1);
    setenv("BUDGET_SCOPE", label, 1);
    setenv("BUDGET_FRACTION", text, 1);
    tell("BUDGET_SPENT_USD", spent);
    tell("BUDGET_LIMIT_USD", b->limit_nano);
    /* The command is what whoever started us wrote, for a shell. NOLINTNEXTLINE(cert-env33-c) */
    status = system(command);
    if (status != 0)
        fprintf(stderr, "steadycurl status: the command for %s failed\n", label);
    return status != 0;
}

/* Its alerts wait for whoever knows what they are; said once. */
static int stray(const char *label)
{
    static char said[SC_LABEL_MAX + 1];

    if (strcmp(said, label) != 0)
        sc_print(
            stderr,
            "steadycurl status: no policy at hand has \"%s\": its alerts are not run; name the "
            "policy of its programs with --policy\n",
            label);
    snprintf(said, sizeof said, "%s", label);
    return 1;
}

int sc_alerts_run(struct sc_state_view *v, const struct sc_policy *p, const char *command)
{
    int failed = 0;

    sc_state_view_read(v);
    for (size_t i = 0; i < v->n; i++) {
        sc_word *words = v->scopes[i].words[SC_SLOT_SPENT];
        const struct sc_money_budget *b = words ? budget_of(p, v->scopes[i].label) : NULL;
        struct sc_money_tell t;

        if (words && !b)
            failed += stray(v->scopes[i].label);
        if (!b)
            continue;
        sc_money_run_alerts(words, (int64_t)time(NULL), &t);
        for (uint32_t k = 0; k < b->n_alerts; k++)
            if (sc_money_alerts(&t, b->limit_nano, b->alerts[k]))
                failed += run(b, v->scopes[i].label, b->alerts[k], t.nano, command);
    }
    return failed;
}
