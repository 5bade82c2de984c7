/* explain_faults.c - the faults on purpose that a policy lays on a call; see explain.h. */
#include <stdio.h>

#include "base/print.h"
#include "cli/explain.h"
#include "policy/faults.h"

static const struct sc_fault_spec *next_for(const struct sc_fault_spec *f,
                                            const struct sc_subject *call)
{
    while (f && !sc_fault_spec_fits(f, call))
        f = f->next;
    return f;
}

static void print_json(const struct sc_faults *all, const struct sc_subject *call)
{
    const char *before = ",\"faults\":[";

    for (const struct sc_fault_spec *f = next_for(all->specs, call); f;
         f = next_for(f->next, call)) {
        fputs(before, stdout);
        sc_print_json(stdout, f->text);
        before = ",";
    }
    printf("],\"faults_steady\":%s", all->steady ? "true" : "false");
}

void sc_explain_faults(const struct sc_policy *policy, const struct sc_subject *call, bool json)
{
    const struct sc_faults *all = sc_policy_faults(policy);

    if (!all || !next_for(all->specs, call))
        return;
    if (json) {
        print_json(all, call);
        return;
    }
    sc_explain_line("faults", "on purpose, %s; the first that has an outcome for the call decides:",
                    all->steady ? "with retries and the rest between them and the program"
                                : "as the program sees them, not tried again");
    for (const struct sc_fault_spec *f = next_for(all->specs, call); f; f = next_for(f->next, call))
        sc_explain_line("", "%s", f->text);
}
