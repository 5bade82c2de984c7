/* Prices found by the names that programs use, and costs exact to the nano-dollar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/cost.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct sc_price *find(enum sc_provider p, const char *model)
{
    return sc_price_find(NULL, 0, p, model);
}

static void a_price_is_found_by_the_names_in_use(void **state)
{
    (void)state;
    static const struct {
        enum sc_provider provider;
        const char *model;
        const char *row; /* NULL: none */
    } cases[] = {
        {SC_PROVIDER_OPENAI, "gpt-4o", "gpt-4o"},
        {SC_PROVIDER_OPENAI, "gpt-4o-2024-08-06", "gpt-4o"},
        {SC_PROVIDER_OPENAI, "gpt-4o-2024-05-13", "gpt-4o-2024-05-13"},
        {SC_PROVIDER_OPENAI, "gpt-4o-mini-2024-07-18", "gpt-4o-mini"},
        {SC_PROVIDER_OPENAI, "gpt-4-0613", "gpt-4"},
        {SC_PROVIDER_OPENAI, "gpt-5-chat-latest", "gpt-5-chat"},
        {SC_PROVIDER_OPENAI, "gpt-4o-unheard-of", NULL},
        {SC_PROVIDER_OPENAI, "claude-sonnet-4-5", NULL},
        {SC_PROVIDER_OPENAI, "", NULL},
        {SC_PROVIDER_AZURE, "gpt-4o", "gpt-4o"},
        {SC_PROVIDER_AZURE, "our-deployment", NULL},
        {SC_PROVIDER_ANTHROPIC, "claude-sonnet-4-5-20250929", "claude-sonnet-4-5"},
        {SC_PROVIDER_ANTHROPIC, "claude-sonnet-4-20250514", "claude-sonnet-4"},
        {SC_PROVIDER_GEMINI, "gemini-2.0-flash-001", "gemini-2.0-flash"},
        {SC_PROVIDER_GEMINI, "models/gemini-2.5-pro", "gemini-2.5-pro"},
        {SC_PROVIDER_GEMINI, "gemini-3-pro-preview", "gemini-3-pro"},
        {SC_PROVIDER_VERTEX, "gemini-2.5-flash", "gemini-2.5-flash"},
        {SC_PROVIDER_VERTEX, "claude-sonnet-4-5@20250929", "claude-sonnet-4-5"},
        {SC_PROVIDER_BEDROCK, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"},
        {SC_PROVIDER_BEDROCK, "amazon.nova-lite-v1:0", "amazon.nova-lite"},
        {SC_PROVIDER_MISTRAL, "mistral-large-latest", "mistral-large"},
        {SC_PROVIDER_MISTRAL, "mistral-large-2411", "mistral-large-2411"},
        {SC_PROVIDER_OPENROUTER, "anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"},
        {SC_PROVIDER_OPENROUTER, "openai/gpt-4o", "gpt-4o"},
        {SC_PROVIDER_GROQ, "llama-3.3-70b-versatile", "llama-3.3-70b-versatile"},
        {SC_PROVIDER_OLLAMA, "llama3.2:latest", "*"},
        {SC_PROVIDER_OPENAI_COMPATIBLE, "gpt-4o", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct sc_price *p = find(cases[i].provider, cases[i].model);
        print_message("# %s\n", cases[i].model);
        assert_true((p != NULL) == (cases[i].row != NULL));
        if (p)
            assert_string_equal(p->name, cases[i].row);
    }
}

static void own_rows_come_first_and_the_closest_pattern_wins(void **state)
{
    (void)state;
    static const struct sc_price own[] = {
        {.provider = SC_PROVIDER_COUNT, .model = "*", .rates = {.input = 1}},
        {.provider = SC_PROVIDER_OPENAI, .model = "gpt-4*", .rates = {.input = 2}},
        {.provider = SC_PROVIDER_OPENAI, .model = "gpt-4o*", .rates = {.input = 3}},
        {.provider = SC_PROVIDER_OPENAI, .model = "gpt-4o", .rates = {.input = 4}},
        {.provider = SC_PROVIDER_OPENAI, .model = "gpt-4o", .rates = {.input = 5}},
    };
    size_t n = COUNT(own);
    assert_int_equal(sc_price_find(own, n, SC_PROVIDER_OPENAI, "gpt-4o")->rates.input, 4);
    assert_int_equal(sc_price_find(own, n, SC_PROVIDER_OPENAI, "gpt-4o-x")->rates.input, 3);
    assert_int_equal(sc_price_find(own, n, SC_PROVIDER_OPENAI, "gpt-4.1")->rates.input, 2);
    assert_int_equal(sc_price_find(own, n, SC_PROVIDER_GROQ, "gpt-4o")->rates.input, 1);
    assert_int_equal(
        sc_price_find(own + 3, 1, SC_PROVIDER_OPENAI, "gpt-4o-2024-08-06")->rates.input, 4);
}

static void the_built_in_rows_are_plausible(void **state)
{
    (void)state;
    size_t n;
    const struct sc_price *t = sc_price_table(&n);
    assert_true(n >= 100);
    for (size_t i = 0; i < n; i++) {
        const struct sc_rates *r = &t[i].rates;
        bool local = strcmp(t[i].name, "*") == 0;
        assert_int_equal(strlen(sc_price_as_of(&t[i])), 10);
        assert_true(local ? r->input == 0 : r->input >= 10000 && r->input <= 200000000);
        assert_true(r->output >= 0 && r->output <= 1000000000);
        assert_true(r->cached_read <= r->input && r->cache_write_5m <= 2 * r->input);
        assert_true((t[i].above > 0) == (t[i].large.input > r->input));
        for (size_t k = 0; k < i; k++)
            assert_true(t[i].provider != t[k].provider || strcmp(t[i].name, t[k].name) != 0);
    }
}

static int64_t cost(enum sc_provider p, const char *model, struct sc_usage u)
{
    u.known = true;
    u.cost_reported_nano = u.cost_reported_nano ? u.cost_reported_nano : -1;
    return sc_cost_nano(find(p, model), &u);
}

static void a_call_costs_what_its_tokens_cost(void **state)
{
    (void)state;
    /* 176 at 2.50, 1024 at 1.25, 345 at 10 USD per million */
    assert_int_equal(cost(SC_PROVIDER_OPENAI, "gpt-4o",
                          (struct sc_usage){.input = 176, .cached_read = 1024, .output = 345}),
                     440000 + 1280000 + 3450000);
    /* 40 at 3, 2000 at 0.30, 100 at 3.75, 200 at 6, 503 at 15 */
    assert_int_equal(cost(SC_PROVIDER_ANTHROPIC, "claude-sonnet-4-5",
                          (struct sc_usage){.input = 40,
                                            .cached_read = 2000,
                                            .cache_write_5m = 100,
                                            .cache_write_1h = 200,
                                            .output = 503}),
                     120000 + 600000 + 375000 + 1200000 + 7545000);
    /* half a nano-dollar is rounded up: 1 token at 0.0375 USD per million */
    assert_int_equal(cost(SC_PROVIDER_COHERE, "command-r7b-12-2024", (struct sc_usage){.input = 1}),
                     38);
    assert_int_equal(cost(SC_PROVIDER_OLLAMA, "llama3", (struct sc_usage){.input = 9}), 0);
    assert_int_equal(cost(SC_PROVIDER_OPENAI, "unheard-of", (struct sc_usage){.input = 9}), -1);
    assert_int_equal(cost(SC_PROVIDER_OPENROUTER, "x/unheard-of",
                          (struct sc_usage){.input = 9, .cost_reported_nano = 95483}),
                     95483);
}

/* Anthropic, Google: one token more, and all of the request pays the higher price. */
static void long_inputs_pay_their_tier_for_all_of_it(void **state)
{
    (void)state;
    assert_int_equal(cost(SC_PROVIDER_GEMINI, "gemini-2.5-pro",
                          (struct sc_usage){.input = 100000, .cached_read = 100000, .output = 10}),
                     125000000 + 12500000 + 100000);
    assert_int_equal(cost(SC_PROVIDER_GEMINI, "gemini-2.5-pro",
                          (struct sc_usage){.input = 100001, .cached_read = 100000, .output = 10}),
                     250002500 + 25000000 + 150000);
}

static void reasoning_may_have_its_own_price(void **state)
{
    (void)state;
    struct sc_price p = {.rates = {.input = 1000000, .output = 2000000, .reasoning = 5000000}};
    struct sc_usage u = {.known = true, .output = 10, .reasoning = 4, .cost_reported_nano = -1};
    assert_int_equal(sc_cost_nano(&p, &u), 6 * 2000 + 4 * 5000);
}

static void a_part_of_a_cost_is_rounded_half_up(void **state)
{
    (void)state;
    assert_int_equal(sc_cost_percent(1000, 50), 500);
    assert_int_equal(sc_cost_percent(1, 50), 1);
    assert_int_equal(sc_cost_percent(3, 16), 0);
    assert_int_equal(sc_cost_percent(3, 17), 1);
    assert_int_equal(sc_cost_percent(7, 100), 7);
    assert_int_equal(sc_cost_percent(7, 600), 42);
    assert_int_equal(sc_cost_percent(0, 200), 0);
    assert_int_equal(sc_cost_percent(7, 0), 0);
}

static void nothing_overflows(void **state)
{
    (void)state;
    struct sc_price p = {.rates = {.input = INT64_MAX, .output = INT64_MAX}};
    struct sc_usage u = {.known = true, .input = INT64_MAX, .cost_reported_nano = -1};
    assert_true(sc_cost_nano(&p, &u) == INT64_MAX);
    assert_true(sc_cost_reserve(&p, INT64_MAX, INT64_MAX) == INT64_MAX);
    assert_true(sc_cost_percent(INT64_MAX, 100) == INT64_MAX);
    assert_true(sc_cost_percent(INT64_MAX, 600) == INT64_MAX);
}

static void what_is_set_aside_is_settled(void **state)
{
    (void)state;
    const struct sc_price *p = find(SC_PROVIDER_OPENAI, "gpt-4o");
    assert_int_equal(sc_cost_reserve(p, 1000, 500), 2500000 + 5000000);
    assert_int_equal(sc_cost_reserve(p, 0, -1), 16384 * 10000);
    assert_int_equal(sc_cost_reserve(NULL, 1000, 500), 0);
    assert_int_equal(sc_cost_settle(7500000, 1000000), -6500000);
    assert_int_equal(sc_cost_settle(7500000, -1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_price_is_found_by_the_names_in_use),
        cmocka_unit_test(own_rows_come_first_and_the_closest_pattern_wins),
        cmocka_unit_test(the_built_in_rows_are_plausible),
        cmocka_unit_test(a_call_costs_what_its_tokens_cost),
        cmocka_unit_test(long_inputs_pay_their_tier_for_all_of_it),
        cmocka_unit_test(reasoning_may_have_its_own_price),
        cmocka_unit_test(a_part_of_a_cost_is_rounded_half_up),
        cmocka_unit_test(nothing_overflows),
        cmocka_unit_test(what_is_set_aside_is_settled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
