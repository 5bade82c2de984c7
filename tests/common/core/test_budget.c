/* The retry budget: a share of recent first attempts plus a minimum, over a sliding minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/budget.h"
#include "random.h"

#define SECOND INT64_C(1000000000)

static bool take(sc_word *w, int64_t now, double ratio, int64_t min)
{
    struct sc_budget_ask a = {.window = w, .now_ns = now, .ratio = ratio, .min_per_minute = min};

    sc_word_update(sc_budget_word(w, now), sc_budget_take, &a);
    return a.allowed;
}

static int take_all(sc_word *w, int64_t now, double ratio, int64_t min)
{
    int n = 0;

    while (take(w, now, ratio, min))
        n++;
    return n;
}

static void the_minimum_is_there_without_traffic(void **state)
{
    sc_word w[SC_WINDOW_WORDS] = {0};

    (void)state;
    assert_int_equal(sc_budget_left(w, SECOND, 0.2, 10), 10);
    assert_int_equal(take_all(w, SECOND, 0.2, 10), 10);
    assert_int_equal(sc_budget_left(w, SECOND, 0.2, 10), 0);
    assert_int_equal(take_all(w, 30 * SECOND, 0.2, 10), 0);
    assert_int_equal(take_all(w, 62 * SECOND, 0.2, 10), 10);
}

static void first_attempts_earn_their_share(void **state)
{
    sc_word w[SC_WINDOW_WORDS] = {0};

    (void)state;
    sc_budget_count(w, 100 * SECOND, 1000, 0);
    assert_int_equal(take_all(w, 110 * SECOND, 0.2, 0), 200);
    sc_budget_count(w, 120 * SECOND, 10, 0);
    assert_int_equal(take_all(w, 120 * SECOND, 0.2, 0), 2);
}

static void a_zero_budget_allows_nothing(void **state)
{
    sc_word w[SC_WINDOW_WORDS] = {0};

    (void)state;
    sc_budget_count(w, SECOND, 1000, 0);
    assert_false(take(w, SECOND, 0, 0));
    assert_false(take(w, SECOND, -1, -5));
}

/* At every moment of a random schedule, retries of the last 50 s (what the window surely covers)
 * are within the share of first attempts of the last 60 s. */
static void one_schedule(void)
{
    sc_word w[SC_WINDOW_WORDS] = {0};
    int64_t now = 1000 * SECOND, first_at[64], retry_at[64];
    int64_t min = below(6);
    double ratio = (double)below(5) / 10;
    int firsts = 0, retries = 0;

    for (int i = 0; i < 40; i++) {
        if (below(2) && firsts < 64) {
            sc_budget_count(w, now, 1, 0);
            first_at[firsts++] = now;
        } else if (take(w, now, ratio, min)) {
            int f = 0, r = 1;

            for (int k = 0; k < firsts; k++)
                f += first_at[k] > now - 60 * SECOND;
            for (int k = 0; k < retries; k++)
                r += retry_at[k] > now - 50 * SECOND;
            assert_true(r <= ratio * f + (double)min + 1e-6);
            retry_at[retries++] = now;
        }
        now += below(4 * SECOND);
    }
}

static void random_schedules_stay_within_the_share(void **state)
{
    (void)state;
    for (int i = 0; i < 100000; i++)
        one_schedule();
}

static void counts_stop_instead_of_wrapping(void **state)
{
    sc_word w[SC_WINDOW_WORDS] = {0};

    (void)state;
    sc_budget_count(w, SECOND, 0xffffff, 5);
    sc_budget_count(w, SECOND, 0xffffff, 0);
    assert_int_equal(sc_window_sum(w, sc_window_epoch(SECOND, 60 * SECOND), 0).all, 0xffffff);
    assert_int_equal(sc_window_sum(w, sc_window_epoch(SECOND, 60 * SECOND), 0).bad, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_minimum_is_there_without_traffic),
        cmocka_unit_test(first_attempts_earn_their_share),
        cmocka_unit_test(a_zero_budget_allows_nothing),
        cmocka_unit_test(random_schedules_stay_within_the_share),
        cmocka_unit_test(counts_stop_instead_of_wrapping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
