/* The built-in policy and policies/default.json say the same; both stay small. */
#include "policy_test.h"

#include <malloc.h>

#include "policy/build.h"

static void same_patterns(const struct sc_patterns *a, const struct sc_patterns *b)
{
    assert_int_equal(a->n, b->n);
    for (uint32_t i = 0; i < a->n; i++) {
        assert_int_equal(a->items[i].n, b->items[i].n);
        assert_memory_equal(a->items[i].p, b->items[i].p, a->items[i].n);
    }
}

static void same_rule(const struct sc_policy *a, const struct sc_policy *b, size_t i)
{
    const struct sc_rule *x = sc_policy_rule(a, i), *y = sc_policy_rule(b, i);

    assert_string_equal(x->name, y->name);
    assert_int_equal(x->index, i);
    assert_int_equal(y->index, i);
    assert_int_equal(x->provider_given, y->provider_given);
    assert_int_equal(x->provider, y->provider);
    assert_memory_equal(x->settings, y->settings, sizeof *x->settings);
    same_patterns(&a->matches[i].host, &b->matches[i].host);
    same_patterns(&a->matches[i].path, &b->matches[i].path);
    same_patterns(&a->matches[i].method, &b->matches[i].method);
    same_patterns(&a->matches[i].model, &b->matches[i].model);
}

static void test_builtin_is_default_json(void **state)
{
    struct sc_policy_error err = {.text = ""};
    struct sc_policy *file = sc_policy_load("policies/default.json", &err);
    struct sc_policy *builtin = sc_policy_builtin();

    (void)state;
    assert_string_equal(err.text, "");
    assert_non_null(builtin);
    assert_int_equal(sc_policy_rule_count(file), sc_policy_rule_count(builtin));
    for (size_t i = 0; i < sc_policy_rule_count(file); i++)
        same_rule(file, builtin, i);
    assert_null(sc_policy_log(file)->path);
    assert_null(sc_policy_log(builtin)->path);
    assert_int_equal(sc_policy_log(file)->format, sc_policy_log(builtin)->format);
    assert_int_equal(sc_policy_log(file)->level, sc_policy_log(builtin)->level);
    assert_int_equal(sc_policy_log(file)->max_bytes, sc_policy_log(builtin)->max_bytes);
    sc_policy_free(file);
    sc_policy_free(builtin);
}

static void test_builtin_knows_the_providers(void **state)
{
    struct sc_policy *p = sc_policy_builtin();

    (void)state;
    assert_string_equal(match(p, "api.openai.com", 443, "/v1/responses", "POST", ""), "openai");
    assert_string_equal(match(p, "eu.api.openai.com", 443, "/v1/x", "POST", ""), "openai");
    assert_string_equal(match(p, "mine.openai.azure.com", 443, "/openai/x", "POST", ""), "azure");
    assert_string_equal(
        match(p, "europe-west4-aiplatform.googleapis.com", 443, "/v1/x", "POST", ""), "vertex");
    assert_string_equal(match(p, "maps.googleapis.com", 443, "/v1/x", "POST", ""), "-");
    assert_string_equal(
        match(p, "bedrock-runtime.eu-central-1.amazonaws.com", 443, "/model/x", "POST", ""),
        "bedrock");
    assert_string_equal(match(p, "s3.eu-central-1.amazonaws.com", 443, "/model/x", "GET", ""), "-");
    assert_string_equal(match(p, "localhost", 11434, "/api/chat", "POST", ""), "ollama");
    assert_string_equal(match(p, "127.0.0.1", 8080, "/v1/chat/completions", "POST", ""),
                        "llamacpp");
    assert_string_equal(match(p, "127.0.0.1", 8080, "/index.html", "GET", ""), "-");
    assert_string_equal(match(p, "openai.com", 443, "/", "GET", ""), "-");
    sc_policy_free(p);
}

static size_t in_use(void)
{
    return mallinfo2().uordblks;
}

static void test_memory(void **state)
{
    size_t before = in_use(), used, n = 0;
    char *text = malloc(400000);
    struct sc_policy *p = sc_policy_builtin();

    (void)state;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    assert_true(in_use() - before <= 40 << 10);
#endif
    sc_policy_free(p);
    n += (size_t)sprintf(text, "{\"version\": 1, \"rules\": [{}");
    for (int i = 0; i < 1000; i++)
        n += (size_t)sprintf(text + n,
                             ", {\"match\": {\"host\": [\"api-%d.example.com\", \"*.e%d.org\"],"
                             " \"path\": \"/v1/*\", \"model\": \"gpt-%d*\"},"
                             " \"limits\": {\"rpm\": %d}}",
                             i, i, i, i % 20);
    strcpy(text + n, "]}");
    before = in_use();
    p = parse_good(text);
    used = in_use() - before;
    assert_int_equal(sc_policy_rule_count(p), 1001);
    assert_true(used < 2 << 20);
    sc_policy_free(p);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_builtin_is_default_json),
        cmocka_unit_test(test_builtin_knows_the_providers),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
