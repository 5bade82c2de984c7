/* A policy's own rows and providers: what failures mean here, and whose hosts these are. */
#include "policy_test.h"

#include "core/classify.h"

static struct sc_policy *load(const char *providers, const char *rules)
{
    char text[2048];
    struct sc_policy_error err;
    snprintf(text, sizeof text, "{\"version\": 1, \"rules\": [%s], \"providers\": [%s]}", rules,
             providers);
    struct sc_policy *p = sc_policy_parse(text, strlen(text), "test", &err);
    if (p == NULL)
        fail_msg("%s", err.text);
    return p;
}

static struct sc_verdict classify(const struct sc_policy *p, int status, int curl_code,
                                  const char *body)
{
    const struct sc_rule *rule = sc_policy_rule(p, 0);
    struct sc_class_rows own[SC_OWN_TABLES] = {rule->classify};
    struct sc_response r = {.provider = rule->provider,
                            .status = status,
                            .curl_code = curl_code,
                            .body = body,
                            .body_len = strlen(body)};
    struct sc_facts f;
    struct sc_verdict v;
    if (rule->own_provider)
        own[1] = rule->own_provider->classify;
    sc_facts_read(&r, &f);
    sc_classify_by(&f, own, &v);
    return v;
}

static void decided(struct sc_verdict v, const char *class, const char *row)
{
    assert_string_equal(sc_class_name(v.class), class);
    assert_string_equal(v.row, row);
}

#define ERROR(type, code, message) \
    "{\"error\":{\"type\":\"" type "\",\"code\":\"" code "\",\"message\":\"" message "\"}}"

static void all_that_a_row_gives_must_fit(void **state)
{
    (void)state;
    struct sc_policy *p = load("", "{\"provider\": \"openai\", \"classify\": [{\"name\": \"warm\", "
                                   "\"status\": [403, 418], \"type\": \"boot\", \"code\": [\"a\", "
                                   "\"7\"], \"message\": [\"is warming\", \"a \\\"b\\\"\"], "
                                   "\"class\": \"overloaded\"}]}");
    decided(classify(p, 418, 0, ERROR("BOOT", "A", "it Is Warming up")), "overloaded", "warm");
    decided(classify(p, 403, 0, ERROR("boot", "7", "it is warming up")), "overloaded", "warm");
    decided(classify(p, 403, 0, ERROR("boot", "7", "no a \\\"b\\\" yet")), "overloaded", "warm");
    decided(classify(p, 403, 0, ERROR("a", "boot", "is warming")), "auth", "status-401");
    decided(classify(p, 403, 0, ERROR("boot", "b", "is warming")), "auth", "status-401");
    decided(classify(p, 403, 0, ERROR("boot", "a", "'is warming'")), "auth", "status-401");
    decided(classify(p, 404, 0, ERROR("boot", "a", "is warming")), "not_found", "status-404");
    sc_policy_free(p);
}

static void rows_come_in_order_and_before_the_built_in_ones(void **state)
{
    (void)state;
    struct sc_policy *p =
        load("{\"name\": \"openai\", \"classify\": [{\"status\": 402, \"class\": \"auth\"}, "
             "{\"status\": 404, \"class\": \"retryable\"}]}",
             "{\"provider\": \"openai\", \"classify\": [{\"status\": 404, \"code\": \"x\", "
             "\"class\": \"bad_request\"}, {\"status\": 404, \"code\": [\"x\", \"y\"], "
             "\"class\": \"overloaded\"}]}");
    decided(classify(p, 404, 0, ERROR("", "x", "")), "bad_request", "rules[0].classify[0]");
    decided(classify(p, 404, 0, ERROR("", "y", "")), "overloaded", "rules[0].classify[1]");
    decided(classify(p, 404, 0, ""), "retryable", "providers[0].classify[1]");
    decided(classify(p, 402, 0, ""), "auth", "providers[0].classify[0]");
    decided(classify(p, 500, 0, ""), "retryable", "status-5xx");
    sc_policy_free(p);
}

static void an_error_inside_a_success_goes_by_both_statuses(void **state)
{
    (void)state;
    struct sc_policy *p = load("", "{\"classify\": [{\"status\": 502, \"class\": \"overloaded\"}, "
                                   "{\"status\": 200, \"class\": \"bad_request\"}]}");
    decided(classify(p, 200, 0, "{\"error\":{\"code\":502}}"), "overloaded",
            "rules[0].classify[0]");
    decided(classify(p, 200, 0, "{\"error\":{\"code\":1}}"), "bad_request", "rules[0].classify[1]");
    decided(classify(p, 200, 0, "{\"answer\":\"502\"}"), "ok", "ok");
    sc_policy_free(p);
}

static void a_transfers_result_has_a_row_of_its_own(void **state)
{
    (void)state;
    struct sc_policy *p = load("", "{\"classify\": [{\"curl_code\": [28, 35], \"class\": "
                                   "\"bad_request\"}]}");
    decided(classify(p, 0, 28, ""), "bad_request", "rules[0].classify[0]");
    decided(classify(p, 0, 56, ""), "retryable", "curl-receive");
    decided(classify(p, 503, 0, ""), "overloaded", "status-503");
    sc_policy_free(p);
}

static void the_head_knows_what_a_row_may_change(void **state)
{
    (void)state;
    struct sc_policy *p = load("", "{\"classify\": [{\"status\": 404, \"code\": \"x\", \"class\": "
                                   "\"retryable\"}, {\"status\": 401, \"class\": "
                                   "\"retryable\"}]}");
    struct sc_class_rows own[SC_OWN_TABLES] = {sc_policy_rule(p, 0)->classify};
    assert_int_equal(sc_classify_head(SC_PROVIDER_OPENAI, NULL, 404), SC_HEAD_FINAL);
    assert_int_equal(sc_classify_head(SC_PROVIDER_OPENAI, own, 404), SC_HEAD_NEEDS_BODY);
    assert_int_equal(sc_classify_head(SC_PROVIDER_OPENAI, own, 401), SC_HEAD_RETRY);
    assert_int_equal(sc_classify_head(SC_PROVIDER_OPENAI, own, 410), SC_HEAD_FINAL);
    sc_policy_free(p);
}

static void a_provider_is_found_by_its_hosts(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        int port;
        const char *own;
        enum sc_provider base;
    } cases[] = {
        {"llm.house.example", 443, "house", SC_PROVIDER_ANTHROPIC},
        {"a.b.house.example", 8443, "house", SC_PROVIDER_ANTHROPIC},
        {"a.b.house.example", 443, NULL, SC_PROVIDER_OPENAI_COMPATIBLE},
        {"api.openai.com", 443, "openai", SC_PROVIDER_OPENAI},
        {"eu.proxy.example", 443, "openai", SC_PROVIDER_OPENAI},
        {"api.groq.com", 443, NULL, SC_PROVIDER_GROQ},
        {"::1", 7777, "plain", SC_PROVIDER_OPENAI_COMPATIBLE},
    };
    struct sc_policy *p =
        load("{\"name\": \"house\", \"extends\": \"anthropic\", \"hosts\": [\"LLM.house.example\", "
             "\"*.house.example:8443\"]}, {\"name\": \"openai\", \"hosts\": "
             "\"eu.proxy.example\"}, {\"name\": \"plain\", \"hosts\": \"[::1]:7777\"}",
             "{\"provider\": \"house\"}");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct sc_policy_provider *own;
        struct sc_str host = {cases[i].host, strlen(cases[i].host)};
        print_message("# %s:%d\n", cases[i].host, cases[i].port);
        assert_int_equal(sc_policy_provider(p, host, cases[i].port, &own), cases[i].base);
        assert_int_equal(own == NULL, cases[i].own == NULL);
        if (own)
            assert_string_equal(own->name, cases[i].own);
    }
    assert_string_equal(sc_policy_rule(p, 0)->own_provider->name, "house");
    assert_int_equal(sc_policy_rule(p, 0)->provider, SC_PROVIDER_ANTHROPIC);
    sc_policy_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_a_row_gives_must_fit),
        cmocka_unit_test(rows_come_in_order_and_before_the_built_in_ones),
        cmocka_unit_test(an_error_inside_a_success_goes_by_both_statuses),
        cmocka_unit_test(a_transfers_result_has_a_row_of_its_own),
        cmocka_unit_test(the_head_knows_what_a_row_may_change),
        cmocka_unit_test(a_provider_is_found_by_its_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
