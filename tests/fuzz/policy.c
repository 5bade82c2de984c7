/* A policy is good, or refused with a message; a good one can be asked. */
#include "fuzz.h"

#include "policy/policy.h"
#include "policy/route.h"

/* Where calls may go is complete: each link leads somewhere, each target has a place. */
static void look_at_chain(const struct sc_chain *c)
{
    const struct sc_route_facts facts = {.input_tokens = 7, .hour = 3, .hash = 1};

    CHECK(c->n_links + c->n_route > 0);
    for (size_t i = 0; i < c->n_links; i++)
        CHECK(c->links[i].kind == SC_LINK_REPLY ? c->links[i].reply.status >= 200
                                                : c->links[i].target->name[0] != '\0');
    for (size_t i = 0; i < c->n_route; i++)
        CHECK(c->route[i].to);
    sc_route_pick(c, &facts);
}

static void look_at_targets(const struct sc_policy *p)
{
    size_t n;
    const struct sc_target *t = sc_policy_targets(p, &n);

    for (size_t i = 0; i < n; i++) {
        struct sc_buf path = {.max = 4096};

        CHECK(t[i].url ? t[i].host[0] && t[i].dialect < SC_DIALECT_COUNT && t[i].port > 0
                       : t[i].model && t[i].n_keys == 0);
        if (t[i].url) {
            sc_target_path(&t[i], "m", false, &path);
            CHECK(path.n > 0 && path.p[0] == '/');
        }
        sc_buf_free(&path);
    }
}

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
    for (size_t i = 0; i < sc_policy_rule_count(p); i++) {
        CHECK(sc_policy_rule(p, i)->settings);
        if (sc_policy_rule(p, i)->chain)
            look_at_chain(sc_policy_rule(p, i)->chain);
    }
    look_at_targets(p);
    CHECK(sc_policy_log(p));
    sc_policy_free(p);
    return 0;
}
