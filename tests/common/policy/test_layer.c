/* What a rule's settings are: its own, else the defaults', else built in. */
#include <pwd.h>
#include <unistd.h>
#include "policy_test.h"

#include <locale.h>

#include "core/stages.h"
#include "policy/layer.h"
#include "policy/options.h"

static const struct sc_strategy *strategy(const struct sc_policy *p, size_t rule, enum sc_class c)
{
    return &sc_policy_rule(p, rule)->settings->retry.by_class[c];
}

/* A key that is given in one section is not taken for one of another. */
static void test_sections_do_not_share_places(void **state)
{
    static const size_t most[] = {
        [SC_PLACE_LAYER] = SC_GIVEN_MAX, [SC_PLACE_CLASS] = SC_GIVEN_STRATEGY_MAX};
    bool taken[SC_PLACE_CLASS + 1][SC_GIVEN_MAX] = {{false}};

    (void)state;
    for (int i = 0; i < SC_SECTION_COUNT; i++) {
        const struct sc_section *s = sc_section((enum sc_section_id)i);

        for (size_t j = s->first; s->place != SC_PLACE_DRAFT && j < s->first + s->n; j++) {
            assert_true(j < most[s->place]);
            assert_false(taken[s->place][j]);
            taken[s->place][j] = true;
        }
    }
}

/* A stage is on where one of its keys is, wherever that is written, and for no rule beside. */
static void test_keys_switch_stages_on(void **state)
{
#define BIT(id) SC_STAGE_BIT(SC_STAGE_##id)
    static const struct {
        const char *defaults, *rule;
        uint32_t stages; /* beyond those that are always on */
    } cases[] = {
        {"", "", 0},
        {"", "\"tokens\": {\"context\": \"warn\"}", BIT(FIT)},
        {"", "\"tokens\": {\"context\": \"off\"}", 0},
        {"", "\"tokens\": {\"repair_max_tokens\": true}", BIT(FIT)},
        {"", "\"usage\": {\"include\": true}", BIT(ASK)},
        {"", "\"embeddings\": {\"split\": true}", BIT(SPLIT)},
        {"", "\"embeddings\": {\"max_inputs\": 8}", 0},
        {"", "\"timeouts\": {\"first_token_ms\": 1}", BIT(WATCHDOG)},
        {"", "\"timeouts\": {\"gap_ms\": 1}", BIT(WATCHDOG)},
        {"", "\"timeouts\": {\"total_ms\": 1}", 0},
        {"\"usage\": {\"include\": true}", "", BIT(ASK)},
        {"\"usage\": {\"include\": true}", "\"usage\": {\"include\": false}", 0},
        {"\"usage\": {\"include\": true}", "\"timeouts\": {\"gap_ms\": 1}",
         BIT(ASK) | BIT(WATCHDOG)},
    };
    const uint32_t always = BIT(ADMIT) | BIT(CONSENT) | BIT(METER);
    char text[300];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct sc_settings *s;
        struct sc_policy *p;

        snprintf(text, sizeof text,
                 "{\"version\": 1, \"defaults\": {%s}, \"rules\": [{\"match\": {\"host\": "
                 "\"a.example\"}%s%s}]}",
                 cases[i].defaults, cases[i].rule[0] ? ", " : "", cases[i].rule);
        p = parse_good(text);
        s = sc_policy_rule(p, 0)->settings;
        assert_int_equal(s->stages, cases[i].stages | always);
        assert_int_equal(s->edits_requests,
                         (cases[i].stages & (BIT(FIT) | BIT(ASK) | BIT(SPLIT))) != 0);
        sc_policy_free(p);
    }
}

/* A budget is for rules, and switches its stage on for these alone. */
static void test_a_budget_switches_its_rules_stage_on(void **state)
{
    struct sc_policy *p = parse_good(
        "{\"version\": 1, \"rules\": [{\"name\": \"a\"}, {\"name\": \"b\"}, {\"name\": \"c\"}],"
        " \"budgets\": [{\"name\": \"x\", \"usd\": 1, \"rules\": [\"a\", \"c\"]},"
        " {\"name\": \"y\", \"usd\": 1, \"rules\": \"c\"}]}");

    (void)state;
    assert_true(sc_policy_rule(p, 0)->settings->stages & BIT(BUDGET));
    assert_false(sc_policy_rule(p, 1)->settings->stages & BIT(BUDGET));
    assert_ptr_equal(sc_policy_rule(p, 0)->settings, sc_policy_rule(p, 2)->settings);
    sc_policy_free(p);
#undef BIT
}

static void test_builtin_values(void **state)
{
    struct sc_policy *p = parse_good("{\"version\": 1, \"rules\": [{}]}");
    const struct sc_settings *s = sc_policy_rule(p, 0)->settings;
    const struct sc_strategy *plain = &s->retry.by_class[SC_CLASS_RETRYABLE];

    (void)state;
    assert_true(s->retry.enabled && s->retry.budget_enabled && s->breaker.enabled);
    assert_int_equal(plain->max_attempts, 12);
    assert_int_equal(plain->total_timeout_ms, 120000);
    assert_int_equal(plain->backoff.base_ms, 500);
    assert_true(plain->backoff.factor == 2);
    assert_int_equal(plain->backoff.max_ms, 8000);
    assert_int_equal(plain->backoff.jitter, SC_JITTER_FULL);
    assert_true(plain->backoff.jitter_ratio == 0.1);
    assert_int_equal(plain->backoff.jitter_ms, 300);
    assert_int_equal(plain->backoff.n_delays, 0);
    assert_int_equal(strategy(p, 0, SC_CLASS_OVERLOADED)->backoff.base_ms, 3000);
    assert_int_equal(strategy(p, 0, SC_CLASS_RATE_LIMITED)->backoff.base_ms, 2000);
    assert_int_equal(strategy(p, 0, SC_CLASS_RATE_LIMITED)->backoff.max_ms, 60000);
    assert_int_equal(strategy(p, 0, SC_CLASS_RATE_LIMITED)->total_timeout_ms, 300000);
    assert_true(s->retry.budget.per_success == 1);
    assert_int_equal(s->retry.budget.reserve, 20);
    assert_int_equal(s->breaker.consecutive_failures, 25);
    assert_true(s->breaker.failure_ratio == 0.9);
    assert_int_equal(s->breaker.min_calls, 50);
    assert_int_equal(s->breaker.window_ms, 120000);
    assert_int_equal(s->breaker.open_ms, 5000);
    assert_int_equal(s->breaker.open_max_ms, 5000);
    assert_int_equal(s->breaker.success_threshold, 2);
    assert_int_equal(s->breaker.half_open_probes, 2);
    assert_int_equal(s->breaker.scope, SC_SCOPE_HOST | SC_SCOPE_MODEL);
    assert_false(s->breaker.count_attempts || s->breaker.on_open_error);
    assert_int_equal(s->limits.rpm, 0);
    assert_int_equal(s->limits.tpm, 0);
    assert_int_equal(s->limits.concurrent, 0);
    assert_int_equal(s->hold.success_max, 8 << 20);
    assert_int_equal(s->hold.failure_max, 1 << 20);
    assert_int_equal(s->hold.upload_memory, 1 << 20);
    assert_int_equal(s->hold.upload_max, 64 << 20);
    assert_int_equal(s->tokens.context, SC_CONTEXT_OFF);
    assert_false(s->tokens.repair_max_tokens || s->edits_requests);
    sc_policy_free(p);
}

static void test_rule_over_defaults_key_by_key(void **state)
{
    struct sc_policy *p =
        parse_good("{\"version\": 1,"
                   " \"rules\": [{\"retry\": {\"max_attempts\": 7, \"backoff\": {\"factor\": 1.5}},"
                   "              \"limits\": {\"rpm\": 9}},"
                   "             {}],"
                   " \"defaults\": {\"retry\": {\"max_attempts\": 2, \"total_timeout_ms\": 5000},"
                   "               \"limits\": {\"rpm\": 100, \"tpm\": 1000, \"concurrent\": 3}}}");
    const struct sc_settings *s = sc_policy_rule(p, 0)->settings;

    (void)state;
    assert_int_equal(strategy(p, 0, SC_CLASS_RETRYABLE)->max_attempts, 7);
    assert_int_equal(strategy(p, 0, SC_CLASS_RETRYABLE)->total_timeout_ms, 5000);
    assert_true(strategy(p, 0, SC_CLASS_RETRYABLE)->backoff.factor == 1.5);
    assert_int_equal(s->limits.rpm, 9);
    assert_int_equal(s->limits.tpm, 1000);
    assert_int_equal(s->limits.concurrent, 3);
    assert_int_equal(strategy(p, 1, SC_CLASS_RETRYABLE)->max_attempts, 2);
    assert_int_equal(sc_policy_rule(p, 1)->settings->limits.rpm, 100);
    sc_policy_free(p);
}

static void test_class_over_all_classes(void **state)
{
    struct sc_policy *p = parse_good(
        "{\"version\": 1,"
        " \"defaults\": {\"retry\": {\"backoff\": {\"base_ms\": 100},"
        "                \"rate_limited\": {\"max_attempts\": 9, \"backoff\": {\"base_ms\": "
        "700}}}},"
        " \"rules\": [{\"retry\": {\"max_attempts\": 2, \"backoff\": {\"base_ms\": 50}}},"
        "            {\"retry\": {\"rate_limited\": {\"max_attempts\": 3}}}]}");

    (void)state;
    /* What is written for one class outweighs what is written for all, even nearer. */
    assert_int_equal(strategy(p, 0, SC_CLASS_RATE_LIMITED)->max_attempts, 9);
    assert_int_equal(strategy(p, 0, SC_CLASS_RATE_LIMITED)->backoff.base_ms, 700);
    assert_int_equal(strategy(p, 0, SC_CLASS_RETRYABLE)->max_attempts, 2);
    /* What is written outweighs what is built in for a class. */
    assert_int_equal(strategy(p, 0, SC_CLASS_OVERLOADED)->backoff.base_ms, 50);
    assert_int_equal(strategy(p, 1, SC_CLASS_OVERLOADED)->backoff.base_ms, 100);
    assert_int_equal(strategy(p, 1, SC_CLASS_RATE_LIMITED)->max_attempts, 3);
    assert_int_equal(strategy(p, 1, SC_CLASS_RATE_LIMITED)->backoff.base_ms, 700);
    /* Untouched. */
    assert_int_equal(strategy(p, 1, SC_CLASS_RATE_LIMITED)->backoff.max_ms, 60000);
    sc_policy_free(p);
}

static void test_switches(void **state)
{
    struct sc_policy *p = parse_good(
        "{\"version\": 1,"
        " \"defaults\": {\"retry\": false, \"breaker\": {\"open_ms\": 1000},"
        "               \"limits\": {\"rpm\": 60}},"
        " \"rules\": [{}, {\"retry\": {\"max_attempts\": 3, \"budget\": false}}, {\"retry\": true},"
        "            {\"breaker\": false, \"limits\": false}]}");

    (void)state;
    assert_false(sc_policy_rule(p, 0)->settings->retry.enabled);
    assert_true(sc_policy_rule(p, 1)->settings->retry.enabled);
    assert_false(sc_policy_rule(p, 1)->settings->retry.budget_enabled);
    assert_true(sc_policy_rule(p, 2)->settings->retry.enabled);
    assert_true(sc_policy_rule(p, 2)->settings->retry.budget_enabled);
    assert_int_equal(sc_policy_rule(p, 2)->settings->breaker.open_ms, 1000);
    assert_false(sc_policy_rule(p, 3)->settings->breaker.enabled);
    assert_int_equal(sc_policy_rule(p, 3)->settings->limits.rpm, 0);
    assert_int_equal(sc_policy_rule(p, 0)->settings->limits.rpm, 60);
    sc_policy_free(p);
}

static void test_every_kind_of_value(void **state)
{
    struct sc_policy *p = parse_good(
        "{\"version\": 1, \"rules\": [{\"name\": \"x\", \"provider\": \"mistral\","
        " \"program_timeout\": \"per_attempt\","
        " \"retry\": {\"backoff\": {\"jitter\": \"additive\", \"jitter_ms\": 1e2,"
        "            \"delays_ms\": [1, 20, 300]}},"
        " \"breaker\": {\"scope\": [\"key\", \"rule\"], \"count\": \"attempts\","
        "              \"on_open\": \"error\", \"error_code\": 28, \"failure_ratio\": 2.5e-1},"
        " \"limits\": {\"scope\": \"model\", \"tpm\": 5000000000, \"burst\": 0},"
        " \"hold\": {\"failure_max_kb\": 3, \"upload_max_kb\": 4194304}}]}");
    const struct sc_rule *rule = sc_policy_rule(p, 0);
    const struct sc_settings *s = rule->settings;
    const struct sc_backoff *b = &s->retry.by_class[SC_CLASS_OVERLOADED].backoff;

    (void)state;
    assert_string_equal(rule->name, "x");
    assert_true(rule->provider_given);
    assert_int_equal(rule->provider, SC_PROVIDER_MISTRAL);
    assert_int_equal(s->program_timeout, SC_TIMEOUT_PER_ATTEMPT);
    assert_int_equal(b->jitter, SC_JITTER_ADDITIVE);
    assert_int_equal(b->jitter_ms, 100);
    assert_int_equal(b->n_delays, 3);
    assert_int_equal(b->delays_ms[2], 300);
    assert_int_equal(s->breaker.scope, SC_SCOPE_KEY | SC_SCOPE_RULE);
    assert_true(s->breaker.count_attempts && s->breaker.on_open_error);
    assert_int_equal(s->breaker.error_code, 28);
    assert_true(s->breaker.failure_ratio == 0.25);
    assert_int_equal(s->limits.scope, SC_SCOPE_MODEL);
    assert_true(s->limits.tpm == 5000000000);
    assert_true(s->limits.burst == 0);
    assert_int_equal(s->hold.failure_max, 3072);
    assert_true(s->hold.upload_max == (size_t)4 << 30);
    sc_policy_free(p);
}

static void test_delays_and_base_of_different_places(void **state)
{
    struct sc_policy *p =
        parse_good("{\"version\": 1,"
                   " \"defaults\": {\"retry\": {\"backoff\": {\"delays_ms\": [1000, 20000]},"
                   "                         \"rate_limited\": {\"backoff\": {\"base_ms\": 10}}}},"
                   " \"rules\": [{}, {\"retry\": {\"backoff\": {\"base_ms\": 77}}}]}");

    (void)state;
    assert_int_equal(strategy(p, 0, SC_CLASS_RETRYABLE)->backoff.n_delays, 2);
    /* A built-in bound gives way to a written delay. */
    assert_int_equal(strategy(p, 0, SC_CLASS_RETRYABLE)->backoff.max_ms, 20000);
    /* The nearer one of the two counts. */
    assert_int_equal(strategy(p, 0, SC_CLASS_RATE_LIMITED)->backoff.n_delays, 0);
    assert_int_equal(strategy(p, 0, SC_CLASS_RATE_LIMITED)->backoff.base_ms, 10);
    assert_int_equal(strategy(p, 1, SC_CLASS_RETRYABLE)->backoff.n_delays, 0);
    assert_int_equal(strategy(p, 1, SC_CLASS_RETRYABLE)->backoff.base_ms, 77);
    sc_policy_free(p);
}

static void test_builtin_gives_way(void **state)
{
    struct sc_policy *p =
        parse_good("{\"version\": 1, \"rules\": [{\"retry\": {\"backoff\": {\"base_ms\": 20000}}},"
                   "                         {\"retry\": {\"backoff\": {\"max_ms\": 100}},"
                   "                          \"breaker\": {\"open_ms\": 600000}},"
                   "                         {\"breaker\": {\"open_max_ms\": 5}}]}");

    (void)state;
    assert_int_equal(strategy(p, 0, SC_CLASS_RETRYABLE)->backoff.max_ms, 20000);
    assert_int_equal(strategy(p, 0, SC_CLASS_RATE_LIMITED)->backoff.max_ms, 60000);
    assert_int_equal(strategy(p, 1, SC_CLASS_RETRYABLE)->backoff.base_ms, 100);
    assert_int_equal(strategy(p, 1, SC_CLASS_RATE_LIMITED)->backoff.base_ms, 100);
    assert_int_equal(sc_policy_rule(p, 1)->settings->breaker.open_max_ms, 600000);
    assert_int_equal(sc_policy_rule(p, 2)->settings->breaker.open_ms, 5);
    sc_policy_free(p);
}

static void test_equal_settings_are_shared(void **state)
{
    struct sc_policy *p = parse_good(
        "{\"version\": 1, \"rules\": [{}, {\"retry\": {\"max_attempts\": 2}},"
        "                         {\"retry\": {\"max_attempts\": 12}},"
        "                         {\"retry\": {\"max_attempts\": 2}, \"breaker\": {}}]}");

    (void)state;
    assert_ptr_equal(sc_policy_rule(p, 0)->settings, sc_policy_rule(p, 2)->settings);
    assert_ptr_equal(sc_policy_rule(p, 1)->settings, sc_policy_rule(p, 3)->settings);
    assert_ptr_not_equal(sc_policy_rule(p, 0)->settings, sc_policy_rule(p, 1)->settings);
    sc_policy_free(p);
}

static void test_log(void **state)
{
    struct sc_policy *p;

    (void)state;
    setenv("HOME", "/home/somebody", 1);
    p = parse_good("{\"version\": 1, \"rules\": [], \"log\": {\"path\": \"~/x/y.log\","
                   " \"format\": \"json\", \"level\": \"debug\", \"max_mb\": 0}}");
    assert_string_equal(sc_policy_log(p)->path, "/home/somebody/x/y.log");
    assert_int_equal(sc_policy_log(p)->format, SC_LOG_JSON);
    assert_int_equal(sc_policy_log(p)->level, SC_LOG_DEBUG);
    assert_int_equal(sc_policy_log(p)->max_bytes, 0);
    sc_policy_free(p);
    unsetenv("HOME"); /* as for a service of systemd: then /etc/passwd knows it */
    p = parse_good("{\"version\": 1, \"rules\": [], \"log\": {\"path\": \"~/x/y.log\"}}");
    char expected[512];
    snprintf(expected, sizeof expected, "%s/x/y.log", getpwuid(geteuid())->pw_dir);
    assert_string_equal(sc_policy_log(p)->path, expected);
    assert_false(sc_policy_log(p)->homeless);
    assert_int_equal(sc_policy_log(p)->max_bytes, 64 << 20);
    sc_policy_free(p);
}

static void test_features_that_look_at_requests(void **state)
{
    struct sc_policy *p =
        parse_good("{\"version\": 1, \"defaults\": {\"usage\": {\"include\": true}},"
                   " \"rules\": [{}, {\"usage\": {\"include\": false}},"
                   " {\"embeddings\": {\"split\": true, \"max_inputs\": 7}}]}");

    (void)state;
    assert_true(sc_policy_rule(p, 0)->settings->include_usage);
    assert_true(sc_policy_rule(p, 0)->settings->edits_requests);
    assert_false(sc_policy_rule(p, 1)->settings->include_usage);
    assert_false(sc_policy_rule(p, 1)->settings->edits_requests);
    assert_true(sc_policy_rule(p, 2)->settings->split_embeddings);
    assert_int_equal(sc_policy_rule(p, 2)->settings->max_embeddings, 7);
    assert_true(sc_policy_edits_requests(p));
    sc_policy_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sections_do_not_share_places),
        cmocka_unit_test(test_builtin_values),
        cmocka_unit_test(test_keys_switch_stages_on),
        cmocka_unit_test(test_a_budget_switches_its_rules_stage_on),
        cmocka_unit_test(test_rule_over_defaults_key_by_key),
        cmocka_unit_test(test_class_over_all_classes),
        cmocka_unit_test(test_switches),
        cmocka_unit_test(test_every_kind_of_value),
        cmocka_unit_test(test_delays_and_base_of_different_places),
        cmocka_unit_test(test_builtin_gives_way),
        cmocka_unit_test(test_equal_settings_are_shared),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_features_that_look_at_requests),
    };
    setlocale(LC_ALL, ""); /* numbers are the same in every locale; check.bats tries one */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
