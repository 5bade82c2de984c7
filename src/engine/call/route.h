/*
 * route.h - where an attempt goes, and by which rule.
 *
 * Who asks "where to" reads this, never the handle's URL: a later attempt may have another target.
 */
#ifndef SC_CALL_ROUTE_H
#define SC_CALL_ROUTE_H

#include "policy/policy.h"

enum { SC_MODEL_MAX = 128 };

struct sc_route {
    const struct sc_policy *policy;
    const struct sc_rule *rule;
    enum sc_provider provider;
    const struct sc_policy_provider *own_provider; /* its entry in the policy, NULL: none */
    const struct sc_target *target;                /* NULL: where the program sends it */
    char model[SC_MODEL_MAX];                      /* "" unknown */
};

#endif
