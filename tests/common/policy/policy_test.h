/* What the tests of the policy layer share. */
#ifndef SC_TESTS_POLICY_TEST_H
#define SC_TESTS_POLICY_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "policy/policy.h"

static inline struct sc_str str(const char *s)
{
    return (struct sc_str){s, strlen(s)};
}

/* A policy that must be good. */
static inline struct sc_policy *parse_good(const char *text)
{
    struct sc_policy_error err;
    struct sc_policy *p = sc_policy_parse(text, strlen(text), "test.json", &err);

    if (p == NULL)
        fail_msg("%s", err.text);
    return p;
}

/* A policy that must be refused with exactly this error. */
static inline void parse_bad(const char *text, const char *error)
{
    struct sc_policy_error err;

    assert_null(sc_policy_parse(text, strlen(text), "p", &err));
    assert_string_equal(err.text, error);
}

/* Name of the rule that a call gets, "-" if none. */
static inline const char *match(const struct sc_policy *p, const char *host, int port,
                                const char *path, const char *method, const char *model)
{
    struct sc_subject t = {str(host), port, str(path), str(method), str(model)};
    const struct sc_rule *rule = sc_policy_match(p, &t);

    return rule == NULL ? "-" : rule->name;
}

#endif
