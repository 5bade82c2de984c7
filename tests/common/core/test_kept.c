/* How long an answer that was kept may be given: the bounds are exact, and a clock that is set does
 * no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/kept.h"

static const struct sc_cache_settings set = {.ttl_s = 60, .stale_s = 30};

enum { KEPT = 1000000 };

static void is(int64_t after_ms, enum sc_kept_state expected)
{
    assert_int_equal(sc_kept_state(&set, KEPT, KEPT + after_ms), expected);
}

static void test_the_bounds_are_exact(void **state)
{
    (void)state;
    is(0, SC_KEPT_FRESH);
    is(59999, SC_KEPT_FRESH);
    is(60000, SC_KEPT_STALE);
    is(89999, SC_KEPT_STALE);
    is(90000, SC_KEPT_GONE);
    is(INT64_C(1) << 50, SC_KEPT_GONE);
}

static void test_without_a_stale_time_it_goes_from_fresh_to_gone(void **state)
{
    static const struct sc_cache_settings none = {.ttl_s = 1};

    (void)state;
    assert_int_equal(sc_kept_state(&none, KEPT, KEPT + 999), SC_KEPT_FRESH);
    assert_int_equal(sc_kept_state(&none, KEPT, KEPT + 1000), SC_KEPT_GONE);
}

static void test_a_clock_that_was_set_back_makes_it_no_older_than_new(void **state)
{
    (void)state;
    is(-5000, SC_KEPT_FRESH);
    assert_int_equal(sc_kept_age_s(KEPT, KEPT - 5000), 0);
    assert_int_equal(sc_kept_ttl_s(&set, KEPT, KEPT - 5000), 60);
}

static void test_age_counts_whole_seconds_and_the_rest_falls_below_zero(void **state)
{
    (void)state;
    assert_int_equal(sc_kept_age_s(KEPT, KEPT + 1999), 1);
    assert_int_equal(sc_kept_ttl_s(&set, KEPT, KEPT + 59999), 1);
    assert_int_equal(sc_kept_ttl_s(&set, KEPT, KEPT + 75000), -15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_bounds_are_exact),
        cmocka_unit_test(test_without_a_stale_time_it_goes_from_fresh_to_gone),
        cmocka_unit_test(test_a_clock_that_was_set_back_makes_it_no_older_than_new),
        cmocka_unit_test(test_age_counts_whole_seconds_and_the_rest_falls_below_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
