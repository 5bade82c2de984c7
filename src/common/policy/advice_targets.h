/*
 * advice_targets.h - what a policy says of targets and probably does not mean, or what this
 * machine lacks for it.
 *
 *     targets.claude: ANTHROPIC_API_KEY is not set: it is not asked without a key
 *     targets.lan: its key goes over the network as plain text: https:// in url
 *
 * For `check` and `doctor`: looks at the environment and at key files.
 */
#ifndef SC_POLICY_ADVICE_TARGETS_H
#define SC_POLICY_ADVICE_TARGETS_H

#include <stddef.h>

struct sc_policy;

/* As sc_policy_advise. */
size_t sc_targets_advise(const struct sc_policy *p, void (*say)(const char *text, void *arg),
                         void *arg);

#endif
