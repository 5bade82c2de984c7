/* Which calls top shows in which order, and its line of blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/top.h"

static struct sc_calls *some_calls(void)
{
    static const struct {
        const char *program, *outcome;
        int attempts, ms;
        int64_t cost;
    } rows[] = {
        {"curl", "ok", 1, 30, 5},
        {"php", "failed", 3, 90, -1},
        {"curl", "ok", 2, 10, 9},
        {"R", "ok", 1, 30, 7},
    };
    struct sc_calls *c = sc_calls_new();

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sc_log_line l = {.time_ms = (int64_t)i, .event = "call"};

        snprintf(l.call, sizeof l.call, "%zu", i);
        snprintf(l.program, sizeof l.program, "%s", rows[i].program);
        snprintf(l.outcome, sizeof l.outcome, "%s", rows[i].outcome);
        snprintf(l.class, sizeof l.class, "%s", i == 1 ? "overloaded" : "ok");
        l.attempts = rows[i].attempts;
        l.ms = rows[i].ms;
        l.cost_nano = rows[i].cost;
        sc_calls_take(c, &l);
    }
    return c;
}

static void expect(const struct sc_calls *c, const struct sc_top_wish *w, const char *order)
{
    uint64_t numbers[8];
    char got[32] = "";
    size_t n = sc_top_order(c, w, numbers, 8);

    for (size_t i = 0; i < n; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%d", (int)numbers[i]);
    assert_string_equal(got, order);
}

static void test_calls_are_shown_in_the_order_that_is_wished(void **state)
{
    struct sc_calls *c = some_calls();
    uint64_t numbers[2];

    (void)state;
    expect(c, &(struct sc_top_wish){.sort = SC_TOP_BY_TIME}, "3210");
    expect(c, &(struct sc_top_wish){.sort = SC_TOP_BY_TOOK}, "1302");
    expect(c, &(struct sc_top_wish){.sort = SC_TOP_BY_COST}, "2301");
    expect(c, &(struct sc_top_wish){.sort = SC_TOP_BY_ATTEMPTS}, "1230");
    assert_int_equal(sc_top_order(c, &(struct sc_top_wish){.sort = SC_TOP_BY_COST}, numbers, 2), 2);
    assert_int_equal(numbers[0], 2);
    sc_calls_free(c);
}

static void test_only_what_is_wished_is_shown(void **state)
{
    struct sc_calls *c = some_calls();

    (void)state;
    expect(c, &(struct sc_top_wish){.failed = true}, "1");
    expect(c, &(struct sc_top_wish){.retried = true}, "21");
    expect(c, &(struct sc_top_wish){.text = "CURL"}, "20");
    expect(c, &(struct sc_top_wish){.text = "overl"}, "1");
    expect(c, &(struct sc_top_wish){.text = "curl", .failed = true}, "");
    sc_calls_free(c);
}

static void test_a_line_of_blocks_is_as_high_as_its_values(void **state)
{
    static const int64_t values[] = {0, 1, 4, 8}, none[] = {0, 0};
    char out[3 * 4 + 1];

    (void)state;
    sc_top_spark(values, 4, out);
    assert_string_equal(out, " \u2581\u2584\u2588");
    sc_top_spark(none, 2, out);
    assert_string_equal(out, "  ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls_are_shown_in_the_order_that_is_wished),
        cmocka_unit_test(test_only_what_is_wished_is_shown),
        cmocka_unit_test(test_a_line_of_blocks_is_as_high_as_its_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
