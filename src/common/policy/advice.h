/*
 * advice.h - what a policy may say, and probably does not mean.
 *
 *     rules[3] ("mini") can never match: rules[1] ("gpt") comes first and takes all of its calls
 *     budgets[0] ("team"): an alert at 80 is 8000 % of the budget; 0.8 is 80 %
 *
 * Advice changes nothing: the policy is in force as it is.
 */
#ifndef SC_POLICY_ADVICE_H
#define SC_POLICY_ADVICE_H

#include "policy/policy.h"

enum { SC_ADVICE_MAX = 512 };

/* Calls `say` with each piece of advice; returns how many there are. */
size_t sc_policy_advise(const struct sc_policy *p, void (*say)(const char *text, void *arg),
                        void *arg);

#endif
