/* The pace that follows from what a provider says, and from what it refuses without a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/aimd.h"
#include "core/limiter.h"
#include "core/pace.h"
#include "random.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)
#define MINUTE_MS 60000

static struct sc_pace pace_of(int64_t limit, int64_t remaining, int64_t reset_ms, int64_t window_ms,
                              enum sc_rate_kind kind)
{
    struct sc_rate r = {limit, remaining, reset_ms, window_ms, kind};
    struct sc_pace p = {0};

    assert_true(sc_pace_of(&r, 0, &p));
    return p;
}

static void a_bucket_tells_its_rate_size_and_fill(void **state)
{
    struct sc_pace p = pace_of(1200, 50, 500, MINUTE_MS, SC_RATE_BUCKET);

    (void)state;
    assert_int_equal(p.period, 50 * MS * SC_PACE_NS);
    assert_int_equal(p.ahead_ns, 500 * MS);
    assert_int_equal(p.capacity_ns, 60 * 50 * MS);
    assert_int_equal(sc_pace_burst(p.capacity_ns, (uint64_t)p.period), 55 * 50 * MS);
    p = pace_of(60, 0, 60000, MINUTE_MS, SC_RATE_BUCKET);
    assert_int_equal(p.ahead_ns, 60 * SECOND);
    assert_int_equal(sc_pace_burst(p.capacity_ns, (uint64_t)p.period), 56250 * MS);
    p = pace_of(150000000, 149999000, 1, MINUTE_MS, SC_RATE_BUCKET);
    assert_int_equal(p.period, 400 * SC_PACE_NS);
    p = pace_of(14400, 14370, 180000, 86400000, SC_RATE_BUCKET); /* a day's */
    assert_int_equal(p.period, 6 * SECOND * SC_PACE_NS);
    assert_int_equal(p.ahead_ns, 0);
    p = pace_of(14400, 0, 86400000, 86400000, SC_RATE_BUCKET); /* used up: within the horizon */
    assert_int_equal(p.ahead_ns, p.capacity_ns);
    assert_in_range(p.ahead_ns, 1000 * SECOND, SC_LIMITER_HORIZON_NS / 2);
}

static void what_fits_in_is_the_least_that_was_told(void **state)
{
    struct sc_rate r = {1200, 50, 2400, MINUTE_MS, SC_RATE_BUCKET}; /* really 500 ms */
    struct sc_rate silent = {1200, 50, -1, MINUTE_MS, SC_RATE_BUCKET};
    struct sc_pace p;

    (void)state;
    assert_true(sc_pace_of(&r, 3 * SECOND, &p));
    assert_int_equal(p.capacity_ns, 3 * SECOND);
    assert_int_equal(p.ahead_ns, 500 * MS);
    r.reset_ms = 10000; /* more than rounding: it has grown */
    assert_true(sc_pace_of(&r, 3 * SECOND, &p));
    assert_int_equal(p.capacity_ns, 12500 * MS);
    assert_true(sc_pace_of(&silent, 0, &p)); /* the most that was ever left */
    assert_int_equal(p.ahead_ns, 0);
    assert_true(sc_pace_of(&silent, 3 * SECOND, &p));
    assert_int_equal(p.ahead_ns, 500 * MS);
}

static void a_window_is_spread_when_half_of_it_is_gone(void **state)
{
    struct sc_pace p = pace_of(100, 80, 40000, 0, SC_RATE_WINDOW);

    (void)state;
    assert_int_equal(p.capacity_ns, 30 * (p.period / SC_PACE_NS)); /* thirty at once */
    assert_int_equal(p.ahead_ns, 0);
    p = pace_of(100, 20, 40000, 0, SC_RATE_WINDOW);
    assert_int_equal(p.period, 2 * SECOND * SC_PACE_NS);
    assert_int_equal(p.capacity_ns, 2 * 2 * SECOND);
    p = pace_of(100, 0, 40000, 0, SC_RATE_WINDOW); /* nothing before the next one */
    assert_int_equal(p.ahead_ns, 40 * SECOND);
}

static void nothing_said_gives_no_pace(void **state)
{
    struct sc_rate none = {-1, -1, -1, 0, SC_RATE_BUCKET};
    struct sc_rate no_limit = {-1, 5, 100, MINUTE_MS, SC_RATE_BUCKET};
    struct sc_rate no_window = {100, 5, -1, 0, SC_RATE_WINDOW};
    struct sc_pace p;

    (void)state;
    assert_false(sc_pace_of(&none, 0, &p));
    assert_false(sc_pace_of(&no_limit, 0, &p));
    assert_false(sc_pace_of(&no_window, 0, &p));
}

/* Whatever a server says, the numbers stay within what a limiter can use. */
static void absurd_values_stay_in_bounds(void **state)
{
    static const int64_t values[] = {-1, 0, 1, 2, 59, 1000, INT64_C(1000000000000000)};
    static const int64_t times[] = {-1, 0, 1, 999, 60000, INT64_C(31622400000)};

    (void)state;
    for (int i = 0; i < 7 * 7 * 6 * 6 * 2; i++) {
        struct sc_rate r = {values[i % 7], values[i / 7 % 7], times[i / 49 % 6],
                            times[i / 294 % 6] < 0 ? 0 : times[i / 294 % 6],
                            (enum sc_rate_kind)(i / 1764)};
        struct sc_pace p;

        if (!sc_pace_of(&r, values[i % 7], &p))
            continue;
        assert_in_range(p.period, 1, SC_PACE_PERIOD_MAX);
        assert_in_range(p.capacity_ns, 0, SC_LIMITER_HORIZON_NS);
        assert_in_range(sc_pace_burst(p.capacity_ns, (uint64_t)p.period), 0, p.capacity_ns);
        assert_in_range(p.ahead_ns, 0, SC_LIMITER_HORIZON_NS);
        assert_in_range(sc_pace_cost(1, (uint64_t)p.period), 1, SC_LIMITER_HORIZON_NS);
    }
    assert_int_equal(sc_pace_cost(1, UINT64_MAX), 0);
}

static void drift_is_what_lies_outside_of_what_may_be(void **state)
{
    (void)state;
    assert_int_equal(sc_pace_drift(10400, 10000, 10200, 600), 200);
    assert_int_equal(sc_pace_drift(10700, 10000, 10200, 600), 0);
    assert_int_equal(sc_pace_drift(10900, 10000, 10200, 600), -100);
}

static void what_is_not_confirmed_is_not_believed(void **state)
{
    int64_t now = 5000 * SECOND;
    uint64_t seen = sc_pace_seen(3 * SECOND, now);

    (void)state;
    assert_int_equal(sc_pace_capacity(seen), 3 * SECOND);
    assert_true(sc_pace_fresh(seen, now));
    assert_true(sc_pace_fresh(seen, now + 59 * SECOND));
    assert_false(sc_pace_fresh(seen, now + 61 * SECOND));
    assert_false(sc_pace_fresh(seen, now - 2 * SECOND)); /* of the future: damage */
    assert_false(sc_pace_fresh(0, now));
}

static void a_refusal_cuts_and_time_raises(void **state)
{
    int64_t now = 5000 * SECOND;
    struct sc_aimd_refused before = {now - 2 * SECOND, 36000}, a = {now, 36000}; /* 600 a minute */
    uint64_t word = sc_aimd_cut(sc_aimd_cut(0, &before), &a);
    int64_t was;

    (void)state;
    assert_int_equal(sc_aimd_rate(0, now), 0);
    assert_in_range(sc_aimd_rate(word, now), 30600, 30700);
    assert_in_range(sc_aimd_rate(word, now + 4 * SECOND), 60000, 62000); /* the first one */
    a.now_ns = now + SECOND / 2;                                         /* of the same overload */
    assert_true(sc_aimd_cut(word, &a) == word);
    a.now_ns = now + 20 * SECOND;
    a.measured = 33000;
    word = sc_aimd_cut(word, &a);
    was = sc_aimd_rate(word, a.now_ns);
    assert_in_range(sc_aimd_rate(word, a.now_ns + 9 * SECOND), was * 117 / 100, was * 119 / 100);
    assert_in_range(sc_aimd_rate(word, a.now_ns + 60 * SECOND), was * 39 / 10, was * 41 / 10);
    assert_int_equal(sc_aimd_rate(word, a.now_ns + 151 * SECOND), 0); /* forgotten */
}

static void a_lone_refusal_leaves_room(void **state)
{
    struct sc_aimd_refused a = {5000 * SECOND, 0};
    uint64_t word = sc_aimd_cut(0, &a);

    (void)state;
    assert_int_equal(sc_aimd_rate(word, a.now_ns), 0);
    a.now_ns += SECOND / 2; /* of the same overload */
    assert_true(sc_aimd_cut(word, &a) == word);
    a.now_ns += 61 * SECOND; /* long ago: alone again */
    word = sc_aimd_cut(word, &a);
    assert_int_equal(sc_aimd_rate(word, a.now_ns), 0);
    for (int i = 0; i < 100; i++) { /* and many never come to nothing */
        a.now_ns += 2 * SECOND;
        word = sc_aimd_cut(word, &a);
        assert_true(sc_aimd_rate(word, a.now_ns) >= 3600);
    }
}

static void the_meter_measures_the_last_seconds(void **state)
{
    int64_t now = 5000 * SECOND;
    uint64_t meter = 0;

    (void)state;
    for (int i = 0; i < 300; i++, now += SECOND / 10)
        meter = sc_aimd_count(meter, &now);
    assert_in_range(sc_aimd_measured(meter, now), 34000, 38000);
    assert_int_equal(sc_aimd_measured(meter, now + 30 * SECOND), 0);
}

/* A server that lets 600 a minute through in a bucket of ten, and says nothing: refusals become
 * rare while most of what it allows is used. */
static void it_settles_near_what_is_allowed(void **state)
{
    int64_t now = 5000 * SECOND, end = now + 120 * SECOND, next = now;
    uint64_t word = 0, meter = 0;
    double bucket = 10, good = 0, refused = 0;

    (void)state;
    while (now < end) {
        int64_t rate = sc_aimd_rate(word, now);
        struct sc_aimd_refused a = {now, sc_aimd_measured(meter, now)};

        if (bucket >= 1) {
            bucket -= 1;
            good++;
            meter = sc_aimd_count(meter, &now);
        } else {
            refused += now > end - 118 * SECOND; /* when it knows anything */
            word = sc_aimd_cut(word, &a);
        }
        next = now + (rate > 0 ? 3600 * SECOND / rate : SECOND / 100);
        bucket += (double)(next - now) / (double)SECOND * 10;
        bucket = bucket > 10 ? 10 : bucket;
        now = next;
    }
    if (good < 0.85 * 1210 || refused > 0.05 * good)
        fail_msg("%g went through, %g were refused", good, refused);
}

static void every_word_is_valid(void **state)
{
    (void)state;
    for (int i = 0; i < 100000; i++) {
        uint64_t word = random64();
        int64_t now = (int64_t)(random64() >> 4);
        struct sc_aimd_refused a = {now, (int64_t)(random64() >> 20)};

        assert_true(sc_aimd_rate(word, now) >= 0);
        assert_true(sc_aimd_measured(word, now) >= 0);
        assert_true(sc_aimd_cut(word, &a) != 0);
        assert_true(sc_aimd_measured(sc_aimd_count(word, &now), now) > 0);
        assert_true(sc_pace_capacity(word) >= 0);
        assert_true(sc_pace_cost(1000, word) >= 0);
        sc_pace_fresh(word, now);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_tells_its_rate_size_and_fill),
        cmocka_unit_test(what_fits_in_is_the_least_that_was_told),
        cmocka_unit_test(a_window_is_spread_when_half_of_it_is_gone),
        cmocka_unit_test(nothing_said_gives_no_pace),
        cmocka_unit_test(absurd_values_stay_in_bounds),
        cmocka_unit_test(drift_is_what_lies_outside_of_what_may_be),
        cmocka_unit_test(what_is_not_confirmed_is_not_believed),
        cmocka_unit_test(a_refusal_cuts_and_time_raises),
        cmocka_unit_test(a_lone_refusal_leaves_room),
        cmocka_unit_test(the_meter_measures_the_last_seconds),
        cmocka_unit_test(it_settles_near_what_is_allowed),
        cmocka_unit_test(every_word_is_valid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
