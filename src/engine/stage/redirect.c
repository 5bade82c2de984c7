/*
 * redirect.c - `run --mock`: calls to known hosts go to the mock server of this run.
 *
 * An attempt is one like any other, over a connection, and libcurl's: only its way is another
 * (handle/detour.h). Known is every host of the provider tables, and whom a rule names.
 */
#include "handle/detour.h"
#include "policy/policy.h"
#include "stage/stage.h"

static bool is_known(const struct sc_transfer *t)
{
    return t->route.provider != SC_PROVIDER_OPENAI_COMPATIBLE || SC_ROUTE_IS_ELSEWHERE(&t->route) ||
           sc_policy_names_hosts(t->route.policy, t->route.rule);
}

static void go_out(struct sc_transfer *t, void *me)
{
    int port = sc_policy_mock(t->route.policy);

    (void)me;
    if (port > 0 && is_known(t) && !sc_detour_in(t->shadow, port))
        t->attempt.unsent = true; /* rather than to the real host */
}

const struct sc_stage sc_stage_redirect = {.name = "redirect", .send = go_out};
