/* Targets of a policy, and the chains of rules that lead to them: what is read is what is written,
 * what is inherited, and what is left as it was. */
#include "policy_test.h"

#include "core/stages.h"
#include "policy/glob.h"

#define TARGETS                                                                               \
    "\"targets\": {"                                                                          \
    "\"mini\": {\"model\": \"gpt-4o-mini\"},"                                                 \
    "\"claude\": {\"url\": \"https://API.anthropic.com/\", \"model\": \"claude-haiku-4-5\","  \
    "  \"key_env\": [\"KEY_A\", \"KEY_B\"], \"key_file\": \"/etc/key\", \"context\": 200000," \
    "  \"headers\": \"anthropic-beta: x\", \"timeouts\": {\"first_token_ms\": 900}},"         \
    "\"local\": {\"url\": \"http://127.0.0.1:8080/v1/\", \"model\": \"qwen3-4b\"},"           \
    "\"odd\": {\"url\": \"https://llm.example.com:8443/api\", \"dialect\": \"anthropic\"},"   \
    "\"house\": {\"url\": \"https://llm.example.org\", \"provider\": \"us\"}},"               \
    "\"providers\": [{\"name\": \"us\", \"extends\": \"mistral\"}],"

static struct sc_policy *load(const char *rest)
{
    char text[4096];

    snprintf(text, sizeof text, "{\"version\": 1, " TARGETS " %s}", rest);
    return parse_good(text);
}

static const struct sc_target *target(const struct sc_policy *p, const char *name)
{
    size_t n;
    const struct sc_target *t = sc_policy_targets(p, &n);

    for (size_t i = 0; i < n; i++)
        if (strcmp(t[i].name, name) == 0) {
            assert_int_equal(t[i].index, i);
            return &t[i];
        }
    fail_msg("no target %s", name);
    return NULL;
}

static void a_target_is_what_the_file_says(void **state)
{
    struct sc_policy *p = load("\"rules\": []");
    const struct sc_target *t = target(p, "claude");

    (void)state;
    assert_string_equal(t->url, "https://API.anthropic.com");
    assert_string_equal(t->host, "api.anthropic.com");
    assert_string_equal(t->prefix, "");
    assert_int_equal(t->port, 443);
    assert_true(t->https);
    assert_int_equal(t->provider, SC_PROVIDER_ANTHROPIC);
    assert_int_equal(t->dialect, SC_DIALECT_MESSAGES);
    assert_string_equal(t->model, "claude-haiku-4-5");
    assert_int_equal(t->n_keys, 3);
    assert_string_equal(t->keys[0].env, "KEY_A");
    assert_string_equal(t->keys[1].env, "KEY_B");
    assert_null(t->keys[2].env);
    assert_string_equal(t->keys[2].file, "/etc/key");
    assert_int_equal(t->context, 200000);
    assert_string_equal(t->headers[0], "anthropic-beta: x");
    assert_null(t->headers[1]);
    assert_int_equal(t->timeouts.first_token_ms, 900);
    assert_int_equal(t->timeouts.total_ms, 0);
    sc_policy_free(p);
}

static void what_is_not_said_follows_from_the_host_and_the_dialect(void **state)
{
    struct sc_policy *p = load("\"rules\": []");
    const struct sc_target *mini = target(p, "mini"), *local = target(p, "local"),
                           *odd = target(p, "odd"), *house = target(p, "house");

    (void)state;
    assert_null(mini->url);
    assert_int_equal(mini->dialect, SC_DIALECT_COUNT);
    assert_int_equal(mini->n_keys, 0);
    assert_null(mini->headers);
    assert_int_equal(local->provider, SC_PROVIDER_LLAMACPP);
    assert_int_equal(local->dialect, SC_DIALECT_CHAT);
    assert_false(local->https);
    assert_true(sc_target_is_local(local));
    assert_int_equal(odd->provider, SC_PROVIDER_ANTHROPIC);
    assert_int_equal(odd->port, 8443);
    assert_string_equal(odd->prefix, "/api");
    assert_null(odd->model);
    assert_false(sc_target_is_local(odd));
    assert_int_equal(house->provider, SC_PROVIDER_MISTRAL);
    assert_string_equal(house->own_provider->name, "us");
    sc_policy_free(p);
}

/* Base URLs as clients have them, with a version and without. */
static void a_version_in_the_url_stands_for_the_dialect_s_own(void **state)
{
    static const struct {
        const char *url, *dialect, *path;
    } cases[] = {
        {"https://h.example", "openai", "/v1/chat/completions"},
        {"https://h.example/", "openai", "/v1/chat/completions"},
        {"https://h.example/v1", "openai", "/v1/chat/completions"},
        {"https://h.example/openai/v1/", "openai-responses", "/openai/v1/responses"},
        {"https://h.example/api/paas/v4", "openai", "/api/paas/v4/chat/completions"},
        {"https://h.example/v1beta/openai", "openai", "/v1beta/openai/chat/completions"},
        {"https://h.example/proxy", "anthropic", "/proxy/v1/messages"},
        {"https://h.example/vault", "anthropic", "/vault/v1/messages"},
        {"https://h.example", "gemini", "/v1beta/models/m:generateContent"},
        {"https://h.example/v1/projects/p/publishers/google", "gemini",
         "/v1/projects/p/publishers/google/models/m:generateContent"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sc_buf path = {.max = 512};
        struct sc_policy *p;
        char text[512];

        snprintf(text, sizeof text,
                 "{\"version\": 1, \"rules\": [], \"targets\": {\"t\": {\"url\": \"%s\", "
                 "\"dialect\": \"%s\"}}}",
                 cases[i].url, cases[i].dialect);
        p = parse_good(text);
        sc_target_path(target(p, "t"), "m", false, &path);
        sc_buf_char(&path, '\0');
        assert_string_equal(path.p, cases[i].path);
        sc_buf_free(&path);
        sc_policy_free(p);
    }
}

static void a_chain_has_its_links_in_order(void **state)
{
    struct sc_policy *p =
        load("\"rules\": [{\"fallback\": [\"mini\", \"claude\", {\"reply\": {\"status\": 503, "
             "\"json\": {\"a\": [1.50, \"}\\\"\"]} }}]}]");
    const struct sc_chain *c = sc_policy_rule(p, 0)->chain;

    (void)state;
    assert_int_equal(c->n_links, 3);
    assert_int_equal(c->n_route, 0);
    assert_ptr_equal(c->links[0].target, target(p, "mini"));
    assert_ptr_equal(c->links[1].target, target(p, "claude"));
    assert_int_equal(c->links[2].kind, SC_LINK_REPLY);
    assert_int_equal(c->links[2].reply.status, 503);
    assert_null(c->links[2].reply.text);
    assert_string_equal(c->links[2].reply.json, "{\"a\": [1.50, \"}\\\"\"]}");
    assert_int_equal(c->on, SC_CHAIN_ON);
    assert_false(c->on & 1u << SC_CLASS_CONTENT_POLICY);
    assert_false(c->on & 1u << SC_CLASS_BAD_REQUEST);
    sc_policy_free(p);
}

static void on_says_after_which_failures_and_no_others(void **state)
{
    struct sc_policy *p = load("\"rules\": [{\"fallback\": [\"mini\"], \"on\": "
                               "[\"content_policy\", \"overloaded\"]}]");

    (void)state;
    assert_int_equal(sc_policy_rule(p, 0)->chain->on,
                     1u << SC_CLASS_CONTENT_POLICY | 1u << SC_CLASS_OVERLOADED);
    sc_policy_free(p);
}

static void a_route_has_what_was_given_and_nothing_else(void **state)
{
    struct sc_policy *p = load(
        "\"rules\": [{\"route\": [{\"when\": {\"input_tokens_above\": 9, \"input_tokens_below\": "
        "99, \"model\": \"gpt-*\", \"stream\": false, \"tools\": true, \"hour_from\": 22, "
        "\"hour_to\": 6, \"task\": \"a*\", \"dag\": \"b\", \"header\": \"X-Team:  r*\"}, "
        "\"share\": 0.25, \"to\": \"local\"}, {\"to\": \"mini\"}]}]");
    const struct sc_route_entry *r = sc_policy_rule(p, 0)->chain->route;

    (void)state;
    assert_int_equal(sc_policy_rule(p, 0)->chain->n_route, 2);
    assert_int_equal(r[0].when.input_tokens_above, 9);
    assert_int_equal(r[0].when.input_tokens_below, 99);
    assert_string_equal(r[0].when.model, "gpt-*");
    assert_int_equal(r[0].when.stream, 0);
    assert_int_equal(r[0].when.tools, 1);
    assert_int_equal(r[0].when.hour_from, 22);
    assert_int_equal(r[0].when.hour_to, 6);
    assert_string_equal(r[0].when.task, "a*");
    assert_string_equal(r[0].when.dag, "b");
    assert_string_equal(r[0].when.header_name, "x-team");
    assert_string_equal(r[0].when.header_value, "r*");
    assert_true(r[0].when.share == 0.25);
    assert_ptr_equal(r[0].to, target(p, "local"));
    assert_int_equal(r[1].when.input_tokens_above, -1);
    assert_int_equal(r[1].when.stream, -1);
    assert_int_equal(r[1].when.hour_from, -1);
    assert_null(r[1].when.model);
    assert_null(r[1].when.header_name);
    assert_true(r[1].when.share == 1);
    sc_policy_free(p);
}

static void rules_inherit_what_they_do_not_give(void **state)
{
    struct sc_policy *p = load("\"defaults\": {\"fallback\": [\"mini\"], \"on\": \"auth\"}, "
                               "\"rules\": [{}, {\"fallback\": [\"local\"]}, {\"fallback\": []}, "
                               "{\"route\": [{\"to\": \"local\"}]}]");
    const struct sc_rule *rules = sc_policy_rule(p, 0);

    (void)state;
    assert_string_equal(rules[0].chain->links[0].target->name, "mini");
    assert_int_equal(rules[0].chain->on, 1u << SC_CLASS_AUTH);
    assert_string_equal(rules[1].chain->links[0].target->name, "local");
    assert_int_equal(rules[1].chain->n_links, 1);
    assert_int_equal(rules[1].chain->on, 1u << SC_CLASS_AUTH);
    assert_null(rules[2].chain);
    assert_int_equal(rules[3].chain->n_links, 1);
    assert_int_equal(rules[3].chain->n_route, 1);
    sc_policy_free(p);
}

/* A rule without targets is as it was: no stage, and it shares the others' settings. */
static void a_rule_without_targets_has_no_stage_of_theirs(void **state)
{
    struct sc_policy *p = load("\"rules\": [{}, {\"fallback\": [\"mini\"]}, "
                               "{\"route\": [{\"to\": \"mini\"}]}, {\"fallback\": []}]");
    static const bool on[] = {false, true, true, false};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        uint32_t stages = sc_policy_rule(p, i)->settings->stages;

        assert_int_equal((stages & SC_STAGE_BIT(SC_STAGE_FALLBACK)) != 0, on[i]);
        assert_int_equal(sc_policy_rule(p, i)->chain != NULL, on[i]);
    }
    assert_ptr_equal(sc_policy_rule(p, 0)->settings, sc_policy_rule(p, 3)->settings);
    sc_policy_free(p);
}

static void two_patterns_meet_where_one_text_fits_both(void **state)
{
    static const struct {
        const char *a, *b;
        bool meet;
    } cases[] = {
        {"/v1/chat/completions", "*/chat/completions", true},
        {"/v1/*", "*/chat/completions", true},
        {"*", "*:generateContent", true},
        {"/v1/embeddings", "*/chat/completions", false},
        {"/v1/embeddings*", "*/chat/completions", true},
        {"/v1/chat", "*/chat/completions", false},
        {"", "", true},
        {"", "*", true},
        {"a", "", false},
        {"a*c", "*b*", true},
        {"a*c", "b*", false},
        {"*a", "*b", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(sc_glob_meet(str(cases[i].a), str(cases[i].b)), cases[i].meet);
        assert_int_equal(sc_glob_meet(str(cases[i].b), str(cases[i].a)), cases[i].meet);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_target_is_what_the_file_says),
        cmocka_unit_test(what_is_not_said_follows_from_the_host_and_the_dialect),
        cmocka_unit_test(a_version_in_the_url_stands_for_the_dialect_s_own),
        cmocka_unit_test(a_chain_has_its_links_in_order),
        cmocka_unit_test(on_says_after_which_failures_and_no_others),
        cmocka_unit_test(a_route_has_what_was_given_and_nothing_else),
        cmocka_unit_test(rules_inherit_what_they_do_not_give),
        cmocka_unit_test(a_rule_without_targets_has_no_stage_of_theirs),
        cmocka_unit_test(two_patterns_meet_where_one_text_fits_both),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
