/* GCRA word: costs, order, and no window over the limit in a million random schedules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/limiter.h"
#include "core/word.h"
#include "random.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)
#define FOREVER INT64_MAX

static struct sc_limiter_ask take(uint64_t *tat, int64_t cost, int64_t burst, int64_t now,
                                  int64_t latest)
{
    struct sc_limiter_ask a = {
        .cost_ns = cost, .burst_ns = burst, .now_ns = now, .latest_ns = latest};

    *tat = sc_limiter_reserve(*tat, &a);
    return a;
}

static void costs_do_not_overflow_or_lose_a_fraction(void **state)
{
    (void)state;
    assert_int_equal(sc_limiter_cost(1, 600), 100 * MS);
    assert_int_equal(sc_limiter_cost(1, 7000000), 8572);
    assert_int_equal(sc_limiter_cost(7000000, 7000000), SC_MINUTE_NS);
    assert_int_equal(sc_limiter_cost(INT64_MAX, 1), SC_LIMITER_HORIZON_NS);
    assert_int_equal(sc_limiter_cost(0, 10), 0);
    assert_int_equal(sc_limiter_cost(-5, 10), 0);
    assert_true(sc_limiter_fits(100, 100));
    assert_false(sc_limiter_fits(101, 100));
    assert_true(sc_limiter_fits(101, 0));
}

static void slots_follow_each_other(void **state)
{
    uint64_t tat = 0;

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(take(&tat, 100 * MS, 0, SECOND, FOREVER).start_ns, SECOND + i * 100 * MS);
    assert_int_equal(sc_limiter_backlog(tat, SECOND), 500 * MS);
    assert_int_equal(sc_limiter_backlog(tat, 2 * SECOND), 0);
}

static void a_burst_goes_at_once_and_no_more(void **state)
{
    uint64_t tat = 0;

    (void)state;
    for (int i = 0; i < 8; i++) {
        int64_t start = take(&tat, 100 * MS, 500 * MS, SECOND, FOREVER).start_ns;

        assert_int_equal(start, i < 5 ? SECOND : SECOND + (i - 4) * 100 * MS);
    }
}

static void more_than_the_burst_waits_for_a_full_bucket(void **state)
{
    uint64_t tat = 0;

    (void)state;
    assert_int_equal(take(&tat, 10 * SECOND, SECOND, SECOND, FOREVER).start_ns, SECOND);
    assert_int_equal(take(&tat, 10 * SECOND, SECOND, SECOND, FOREVER).start_ns, 11 * SECOND);
}

static void a_refusal_takes_nothing(void **state)
{
    uint64_t tat = 0, before;
    struct sc_limiter_ask a;

    (void)state;
    take(&tat, SECOND, 0, SECOND, FOREVER);
    before = tat;
    a = take(&tat, SECOND, 0, SECOND, SECOND + 999 * MS);
    assert_false(a.taken);
    assert_int_equal(a.start_ns, 2 * SECOND);
    assert_int_equal(tat, before);
}

static void an_undo_never_takes_from_others(void **state)
{
    uint64_t tat = 0, mine;
    struct sc_limiter_ask first, second;

    (void)state;
    first = take(&tat, SECOND, 0, SECOND, FOREVER);
    second = take(&tat, SECOND, 0, SECOND, FOREVER);
    mine = tat;
    assert_int_equal(sc_limiter_undo(tat, &first), mine);
    assert_int_equal(sc_limiter_undo(tat, &second), first.after);
}

static void damage_reads_as_idle(void **state)
{
    (void)state;
    for (int i = 0; i < 100000; i++) {
        int64_t now = SECOND + below(1 << 30);
        uint64_t tat = random64();
        struct sc_limiter_ask a = take(&tat, SECOND, 0, now, now + SC_LIMITER_HORIZON_NS / 2);

        assert_true(a.start_ns >= now);
        assert_true(a.start_ns <= now + SC_LIMITER_HORIZON_NS);
        assert_true(!a.taken || tat <= (uint64_t)now + SC_LIMITER_HORIZON_NS);
    }
}

/* One schedule: arrivals at random times, sizes, refusals. For all i <= j the cost of what starts
 * from i to j is at most the time between them plus the burst (or the last one's own cost): that
 * is "no window over the limit" for every window at once. Checked in one pass by keeping the
 * smallest (cost before i) - (start of i). */
static void one_schedule(void)
{
    int64_t burst = below(3) ? below(6000) * MS : 0, now = SECOND + below(SECOND);
    int64_t cost_before = 0, least = INT64_MAX, last_start = 0;
    int64_t unit = 1 + below(300 * MS), sizes = 1 + below(20), patience = below(60) * SECOND;
    uint64_t tat = below(4) ? 0 : (uint64_t)now, last_tat = 0;

    for (int i = 0, n = 4 + (int)below(16); i < n; i++) {
        int64_t cost = unit * (1 + below(sizes));
        struct sc_limiter_ask a = take(&tat, cost, burst, now, now + patience);

        if (a.taken) {
            assert_true(a.start_ns >= now && a.start_ns <= now + patience);
            assert_true(tat > last_tat); /* monotone */
            if (sizes == 1)
                assert_true(a.start_ns >= last_start); /* first come, first served */
            if (cost_before - a.start_ns < least)
                least = cost_before - a.start_ns;
            cost_before += cost;
            assert_true(cost_before - a.start_ns - least <= (cost > burst ? cost : burst));
            last_start = a.start_ns;
        } else {
            assert_true(tat == last_tat || i == 0);
        }
        last_tat = tat;
        now += below(4) ? below(2 * unit) : below(20 * SECOND);
    }
}

static void no_window_is_over_the_limit(void **state)
{
    (void)state;
    for (int i = 0; i < 1000000; i++)
        one_schedule();
}

static void moves_never_go_back_beyond_now(void **state)
{
    (void)state;
    for (int i = 0; i < 200000; i++) {
        int64_t now = SECOND + below(1 << 30);
        uint64_t tat = (uint64_t)(now + below(100 * SECOND));
        struct sc_limiter_move m = {.by_ns = below(200 * SECOND) - 100 * SECOND, .now_ns = now};
        uint64_t to = sc_limiter_shift(tat, &m);

        assert_true(to >= (uint64_t)now);
        assert_int_equal((int64_t)(to - tat), m.moved_ns);
        if (m.by_ns >= 0)
            assert_int_equal(m.moved_ns, m.by_ns);
        else
            assert_true(m.moved_ns <= 0 && m.moved_ns >= m.by_ns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_do_not_overflow_or_lose_a_fraction),
        cmocka_unit_test(slots_follow_each_other),
        cmocka_unit_test(a_burst_goes_at_once_and_no_more),
        cmocka_unit_test(more_than_the_burst_waits_for_a_full_bucket),
        cmocka_unit_test(a_refusal_takes_nothing),
        cmocka_unit_test(an_undo_never_takes_from_others),
        cmocka_unit_test(damage_reads_as_idle),
        cmocka_unit_test(no_window_is_over_the_limit),
        cmocka_unit_test(moves_never_go_back_beyond_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
