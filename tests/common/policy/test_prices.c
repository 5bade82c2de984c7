/* A policy's own prices: exact, for the models they name, before the built-in ones. */
#include "policy_test.h"

#include "provider/prices.h"

static struct sc_policy *load(const char *prices)
{
    char text[2048];
    struct sc_policy_error err;
    snprintf(text, sizeof text, "{\"version\": 1, \"prices\": [%s], \"rules\": []}", prices);
    struct sc_policy *p = sc_policy_parse(text, strlen(text), "test", &err);
    if (p == NULL)
        fail_msg("%s", err.text);
    return p;
}

static void rows_are_exact_and_stay_when_the_file_is_gone(void **state)
{
    (void)state;
    struct sc_policy *p = load("{\"provider\": \"openai\", \"model\": \"gpt-4o*\", "
                               "\"input_per_mtok\": 1.234567, \"output_per_mtok\": 9.1, "
                               "\"cached_input_per_mtok\": 0.003625, \"context_window\": 1000}, "
                               "{\"model\": \"house-*\", \"input_per_mtok\": 0, "
                               "\"output_per_mtok\": 0, \"max_output_tokens\": 7}");
    size_t n;
    const struct sc_price *own = sc_policy_prices(p, &n);
    const struct sc_price *row = sc_price_find(own, n, SC_PROVIDER_OPENAI, "gpt-4o-2024-08-06");
    assert_int_equal(n, 2);
    assert_int_equal(row->rates.input, 1234567);
    assert_int_equal(row->rates.output, 9100000);
    assert_int_equal(row->rates.cached_read, 3625);
    assert_int_equal(row->context_window, 1000);
    row = sc_price_find(own, n, SC_PROVIDER_VLLM, "house-7b");
    assert_string_equal(row->model, "house-*");
    assert_int_equal(row->rates.input, 0);
    assert_int_equal(row->max_output, 7);
    row = sc_price_find(own, n, SC_PROVIDER_OPENAI, "gpt-4.1");
    assert_ptr_equal(row, sc_price_find(NULL, 0, SC_PROVIDER_OPENAI, "gpt-4.1"));
    assert_string_not_equal(sc_price_source(row), sc_price_source(&own[0]));
    sc_policy_free(p);
}

static void long_inputs_make_cached_ones_dearer_in_proportion(void **state)
{
    (void)state;
    struct sc_policy *p = load("{\"model\": \"m\", \"input_per_mtok\": 2, \"output_per_mtok\": 3, "
                               "\"cached_input_per_mtok\": 0.5, \"above_tokens\": 100, "
                               "\"input_above_per_mtok\": 4, \"output_above_per_mtok\": 5}");
    size_t n;
    const struct sc_price *own = sc_policy_prices(p, &n);
    assert_int_equal(own[0].provider, SC_PROVIDER_COUNT);
    assert_int_equal(own[0].above, 100);
    assert_int_equal(own[0].large.input, 4000000);
    assert_int_equal(own[0].large.output, 5000000);
    assert_int_equal(own[0].large.cached_read, 1000000);
    sc_policy_free(p);
}

static void without_any_there_are_none(void **state)
{
    (void)state;
    size_t n = 1;
    struct sc_policy *p = load(""), *builtin = sc_policy_builtin();
    sc_policy_prices(p, &n);
    assert_int_equal(n, 0);
    sc_policy_prices(builtin, &n);
    assert_int_equal(n, 0);
    sc_policy_free(p);
    sc_policy_free(builtin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_exact_and_stay_when_the_file_is_gone),
        cmocka_unit_test(long_inputs_make_cached_ones_dearer_in_proportion),
        cmocka_unit_test(without_any_there_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
