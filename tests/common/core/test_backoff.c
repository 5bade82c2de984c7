/* Delays stay in their bounds and have the mean of their kind; hints are never undercut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/backoff.h"

#define DRAWS 100000

/* splitmix64 (Steele, Lea, Flood 2014): a fixed sequence, so a failure repeats. */
static uint64_t seed;

static uint64_t next_random(void)
{
    uint64_t z = (seed += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static int start(void **state)
{
    (void)state;
    seed = 42;
    return 0;
}

static struct sc_backoff kind(enum sc_jitter jitter)
{
    return (struct sc_backoff){.base_ms = 1000,
                               .factor = 2,
                               .max_ms = 60000,
                               .jitter = jitter,
                               .jitter_ratio = 0.1,
                               .jitter_ms = 300};
}

struct spread {
    int64_t min, max;
    double mean;
};

static struct spread draw(const struct sc_backoff *b, int attempt)
{
    struct spread s = {INT64_MAX, INT64_MIN, 0};
    for (int i = 0; i < DRAWS; i++) {
        int64_t previous = 0;
        int64_t d = sc_backoff_delay(b, attempt, &previous, next_random());
        s.min = d < s.min ? d : s.min;
        s.max = d > s.max ? d : s.max;
        s.mean += (double)d / DRAWS;
        assert_int_equal(previous, d);
    }
    return s;
}

/* The whole range is used, its ends nearly reached, and the mean is in the middle. */
static void assert_uniform(const struct sc_backoff *b, int attempt, int64_t low, int64_t high)
{
    struct spread s = draw(b, attempt);
    double width = (double)(high - low);
    assert_true(s.min >= low && (double)(s.min - low) < width / 100 + 1);
    assert_true(s.max <= high && (double)(high - s.max) < width / 100 + 1);
    double off = s.mean - (double)(low + high) / 2;
    assert_true((off < 0 ? -off : off) < width / 100 + 0.01);
}

static void full_jitter_is_uniform_from_a_tenth(void **state)
{
    (void)state;
    struct sc_backoff b = kind(SC_JITTER_FULL);
    assert_uniform(&b, 1, 100, 1000);
    assert_uniform(&b, 4, 800, 8000);
    assert_uniform(&b, 40, 6000, 60000);
    b.base_ms = 1; /* never at once */
    assert_uniform(&b, 1, 1, 1);
}

static void equal_jitter_keeps_one_half(void **state)
{
    (void)state;
    struct sc_backoff b = kind(SC_JITTER_EQUAL);
    assert_uniform(&b, 1, 500, 1000);
    assert_uniform(&b, 3, 2000, 4000);
    b.base_ms = 1001;
    assert_uniform(&b, 1, 501, 1001);
}

static void proportional_jitter_adds_a_share(void **state)
{
    (void)state;
    struct sc_backoff b = kind(SC_JITTER_PROPORTIONAL);
    assert_uniform(&b, 1, 1000, 1100);
    assert_uniform(&b, 5, 16000, 17600);
}

static void additive_jitter_adds_a_constant(void **state)
{
    (void)state;
    struct sc_backoff b = kind(SC_JITTER_ADDITIVE);
    assert_uniform(&b, 1, 1000, 1300);
    assert_uniform(&b, 5, 16000, 16300);
}

static void decorrelated_jitter_grows_from_the_previous_delay(void **state)
{
    (void)state;
    struct sc_backoff b = kind(SC_JITTER_DECORRELATED);
    assert_uniform(&b, 1, 1000, 3000);
    for (int i = 0; i < DRAWS; i++) {
        int64_t previous = sc_uniform(70000, next_random()), before = previous;
        int64_t d = sc_backoff_delay(&b, 2, &previous, next_random());
        int64_t top = 3 * (before > 1000 ? before : 1000);
        assert_in_range(d, 1000, top < 60000 ? top : 60000);
    }
}

static void without_jitter_the_sequence_is_exact(void **state)
{
    (void)state;
    static const struct {
        double factor;
        int64_t expected[8];
    } cases[] = {
        {2, {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000}},
        {1, {1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000}},
        {1.5, {1000, 1500, 2250, 3375, 5062, 7593, 11390, 17085}},
        {3, {1000, 3000, 9000, 27000, 60000, 60000, 60000, 60000}},
        {0.5, {1000, 500, 250, 125, 62, 31, 15, 7}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct sc_backoff b = kind(SC_JITTER_NONE);
        b.factor = cases[c].factor;
        for (int attempt = 1; attempt <= 8; attempt++) {
            int64_t previous = 0;
            assert_int_equal(sc_backoff_delay(&b, attempt, &previous, next_random()),
                             cases[c].expected[attempt - 1]);
        }
    }
}

static void extreme_settings_neither_overflow_nor_hang(void **state)
{
    (void)state;
    int64_t previous = INT64_MAX;
    struct sc_backoff b = kind(SC_JITTER_NONE);
    b.factor = 1e300;
    assert_int_equal(sc_backoff_delay(&b, INT32_MAX, &previous, 1), 60000);
    b.base_ms = INT64_MAX;
    b.max_ms = INT64_MAX;
    assert_true(sc_backoff_delay(&b, 3, &previous, 1) > 0);
    b.jitter = SC_JITTER_PROPORTIONAL;
    b.jitter_ratio = 1e18;
    assert_true(sc_backoff_delay(&b, 3, &previous, UINT64_MAX) > 0);
    b.jitter = SC_JITTER_DECORRELATED;
    previous = INT64_MAX;
    assert_true(sc_backoff_delay(&b, 3, &previous, UINT64_MAX) > 0);
    b = kind(SC_JITTER_FULL);
    b.base_ms = 0;
    assert_int_equal(sc_backoff_delay(&b, 1, &previous, UINT64_MAX), 0);
}

static void a_list_of_delays_replaces_the_exponential_and_its_last_repeats(void **state)
{
    (void)state;
    struct sc_backoff b = kind(SC_JITTER_NONE);
    static const int64_t expected[] = {100, 5000, 200, 200, 200};
    b.n_delays = 3;
    memcpy(b.delays_ms, expected, 3 * sizeof *expected);
    for (int attempt = 1; attempt <= 5; attempt++) {
        int64_t previous = 0;
        assert_int_equal(sc_backoff_delay(&b, attempt, &previous, next_random()),
                         expected[attempt - 1]);
    }
    b.jitter = SC_JITTER_ADDITIVE;
    assert_uniform(&b, 2, 5000, 5300);
}

static void a_hint_is_exceeded_by_up_to_a_quarter_and_never_undercut(void **state)
{
    (void)state;
    static const int64_t hints[] = {1, 3, 40, 1000, 2000, 30000, 120000, 86400000};
    for (size_t h = 0; h < sizeof hints / sizeof *hints; h++) {
        int64_t spread =
            hints[h] / 4 < SC_HINT_JITTER_MAX_MS ? hints[h] / 4 : SC_HINT_JITTER_MAX_MS;
        int64_t low = INT64_MAX, high = 0;
        for (int i = 0; i < DRAWS; i++) {
            int64_t d = sc_backoff_hint(hints[h], next_random());
            low = d < low ? d : low;
            high = d > high ? d : high;
        }
        assert_true(low > hints[h]);
        assert_true(high <= hints[h] + (spread > 1 ? spread : 1));
        assert_true(high - low >= spread * 9 / 10 - 1);
    }
}

static void uniform_reaches_both_ends(void **state)
{
    (void)state;
    assert_int_equal(sc_uniform(9, 0), 0);
    assert_int_equal(sc_uniform(9, UINT64_MAX), 9);
    assert_int_equal(sc_uniform(0, UINT64_MAX), 0);
    assert_int_equal(sc_uniform(-5, UINT64_MAX), 0);
    assert_int_equal(sc_uniform(INT64_MAX, UINT64_MAX), INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(full_jitter_is_uniform_from_a_tenth, start),
        cmocka_unit_test_setup(equal_jitter_keeps_one_half, start),
        cmocka_unit_test_setup(proportional_jitter_adds_a_share, start),
        cmocka_unit_test_setup(additive_jitter_adds_a_constant, start),
        cmocka_unit_test_setup(decorrelated_jitter_grows_from_the_previous_delay, start),
        cmocka_unit_test_setup(without_jitter_the_sequence_is_exact, start),
        cmocka_unit_test_setup(extreme_settings_neither_overflow_nor_hang, start),
        cmocka_unit_test_setup(a_list_of_delays_replaces_the_exponential_and_its_last_repeats,
                               start),
        cmocka_unit_test_setup(a_hint_is_exceeded_by_up_to_a_quarter_and_never_undercut, start),
        cmocka_unit_test_setup(uniform_reaches_both_ends, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
