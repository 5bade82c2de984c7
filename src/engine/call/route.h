/*
 * route.h - where an attempt goes, and by which rule.
 *
 * Who asks "where to" reads this, never the handle's URL: a later attempt may have another target.
 */
#ifndef SC_CALL_ROUTE_H
#define SC_CALL_ROUTE_H

#include "policy/policy.h"

enum { SC_MODEL_MAX = 128 };

/* Not the program's own host: with a handle, a body and credentials of ours (call/sent.h). */
#define SC_ROUTE_IS_ELSEWHERE(r) ((r)->target && (r)->target->url)

struct sc_route {
    const struct sc_policy *policy;
    const struct sc_rule *rule;
    enum sc_provider provider;
    const struct sc_policy_provider *own_provider; /* its entry in the policy, NULL: none */
    const struct sc_target *target;                /* NULL: where the program sends it */
    int64_t until_ns;                              /* its own time is up then; 0: no target */
    struct sc_str key;                             /* its credential; p NULL: the program's */
    char model[SC_MODEL_MAX];                      /* "" unknown */
};

#endif
