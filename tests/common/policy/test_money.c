/* Budgets of a policy: amounts are exact, and each rule knows those that are for it. */
#include "policy_test.h"

static struct sc_policy *load(const char *budgets)
{
    char text[2048];

    snprintf(text, sizeof text,
             "{\"version\": 1, \"budgets\": [%s], \"rules\": [{\"name\": \"a\"}, {\"name\": "
             "\"b\"}, {}]}",
             budgets);
    return parse_good(text);
}

static void a_budget_is_what_the_file_says(void **state)
{
    struct sc_policy *p = load("{\"name\": \"team\", \"usd\": 0.1, \"per\": \"day\", \"by\": "
                               "[\"task\", \"model\"], \"alert\": [0.8, 0.125, 1.5, 0.8], "
                               "\"on_spent\": \"warn\", \"output_tokens\": 500}");
    size_t n;
    const struct sc_money_budget *b = sc_policy_budgets(p, &n);

    (void)state;
    assert_int_equal(n, 1);
    assert_string_equal(b->name, "team");
    assert_int_equal(b->limit_nano, 100000000);
    assert_int_equal(b->per, SC_PERIOD_DAY);
    assert_int_equal(b->by, SC_BY_TASK | SC_BY_MODEL);
    assert_int_equal(b->on_spent, SC_ON_SPENT_WARN);
    assert_int_equal(b->output_tokens, 500);
    assert_int_equal(b->n_alerts, 4);
    assert_int_equal(b->alerts[0], 1250);
    assert_int_equal(b->alerts[1], 8000);
    assert_int_equal(b->alerts[2], 10000);
    assert_int_equal(b->alerts[3], 15000);
    sc_policy_free(p);
}

static void what_is_not_said_is_a_month_for_all_that_rejects(void **state)
{
    struct sc_policy *p = load("{\"name\": \"x\", \"usd\": 1000000}");
    size_t n;
    const struct sc_money_budget *b = sc_policy_budgets(p, &n);

    (void)state;
    assert_true(b->limit_nano == INT64_C(1000000000000000));
    assert_int_equal(b->per, SC_PERIOD_MONTH);
    assert_int_equal(b->by, SC_BY_TOTAL);
    assert_int_equal(b->on_spent, SC_ON_SPENT_REJECT);
    assert_int_equal(b->output_tokens, 0);
    assert_int_equal(b->n_alerts, 1);
    assert_int_equal(b->alerts[0], 10000);
    sc_policy_free(p);
}

static void each_rule_has_those_that_name_it_and_those_that_name_none(void **state)
{
    struct sc_policy *p = load("{\"name\": \"all\", \"usd\": 1}, "
                               "{\"name\": \"one\", \"usd\": 2, \"rules\": \"b\"}, "
                               "{\"name\": \"two\", \"usd\": 3, \"rules\": [\"a\", \"rules[2]\"]}");
    static const char *const expected[3][2] = {{"all", "two"}, {"all", "one"}, {"all", "two"}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const struct sc_rule *r = sc_policy_rule(p, i);

        for (size_t k = 0; k < 2; k++)
            assert_string_equal(r->budgets[k]->name, expected[i][k]);
        assert_null(r->budgets[2]);
    }
    sc_policy_free(p);
}

static void without_any_no_rule_has_one(void **state)
{
    struct sc_policy *p = load(""), *builtin = sc_policy_builtin();
    size_t n = 1;

    (void)state;
    sc_policy_budgets(p, &n);
    assert_int_equal(n, 0);
    assert_null(sc_policy_rule(p, 0)->budgets);
    for (size_t i = 0; i < sc_policy_rule_count(builtin); i++)
        assert_null(sc_policy_rule(builtin, i)->budgets);
    sc_policy_free(p);
    sc_policy_free(builtin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_budget_is_what_the_file_says),
        cmocka_unit_test(what_is_not_said_is_a_month_for_all_that_rejects),
        cmocka_unit_test(each_rule_has_those_that_name_it_and_those_that_name_none),
        cmocka_unit_test(without_any_no_rule_has_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
