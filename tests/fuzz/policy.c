/* A policy is good, or refused with a message; a good one can be asked. */
#include "fuzz.h"

#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sc_subject t = {
        {"api.openai.com", 14}, 443, {"/v1/chat/completions", 20}, {"POST", 4}, {"gpt-4o", 6}};
    struct sc_policy_error error;
    struct sc_policy *p;

    memset(&error, 'x', sizeof error);
    p = sc_policy_parse((const char *)data, size, "fuzz", &error);
    if (!p) {
        CHECK(memchr(error.text, '\0', sizeof error.text) && error.text[0] && error.line >= 0);
        return 0;
    }
    sc_policy_match(p, &t);
    sc_policy_may_match_host(p, t.host, t.port);
    for (size_t i = 0; i < sc_policy_rule_count(p); i++)
        CHECK(sc_policy_rule(p, i)->settings);
    CHECK(sc_policy_log(p));
    sc_policy_free(p);
    return 0;
}
