/* Spans by their size, seconds, and the order of events. */
/* link with: -lm */
#include "support.h"

#include "simulate/heap.h"

static uint64_t draw(uint64_t *s)
{
    *s = *s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *s >> 33;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

#define N 5000

/* Whatever the distribution: what is said of a part of them is off by 1 % at most. */
static void parts_of_spans_are_right_within_a_hundredth(void **state)
{
    static const double parts[] = {0.01, 0.25, 0.5, 0.95, 0.99, 1};
    struct sc_spread *s = calloc(1, sizeof *s);
    static int64_t all[N];
    uint64_t seed = 3;

    (void)state;
    for (int i = 0; i < N; i++) {
        all[i] =
            (int64_t)(1 + draw(&seed) % (UINT64_C(1) << (1 + draw(&seed) % 24))) * SC_NS_PER_MS;
        sc_spread_add(s, all[i]);
    }
    qsort(all, N, sizeof all[0], by_size);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        int64_t exact = all[(size_t)(parts[i] * N + 0.5) - 1], said = sc_spread_at(s, parts[i]);

        assert_true(llabs(said - exact) <= exact / 100);
    }
    free(s);
}

static void of_no_spans_nothing_is_said(void **state)
{
    struct sc_spread *s = calloc(1, sizeof *s);

    (void)state;
    assert_int_equal(sc_spread_at(s, 0.5), 0);
    sc_spread_add(s, 0);
    sc_spread_add(s, INT64_MAX);
    assert_int_equal(sc_spread_at(s, 0.5), 0);
    assert_true(sc_spread_at(s, 1) > 0);
    free(s);
}

static void seconds_are_all_there_and_empty_at_first(void **state)
{
    struct sc_sim_tally *t = calloc(1, sizeof *t);

    (void)state;
    sc_sim_second(t, 0)->due = 1;
    sc_sim_second(t, 5000 * SC_NS_PER_S)->due = 2;
    assert_int_equal(t->n_seconds, 5001);
    assert_int_equal(t->seconds[0].due, 1);
    assert_int_equal(t->seconds[5000].due, 2);
    for (size_t i = 1; i < 5000; i++)
        assert_int_equal(t->seconds[i].due, 0);
    sc_sim_tally_free(t);
    free(t);
}

/* By their times, and what has the same time as it was put in: while others come and go. */
static void events_come_in_their_order(void **state)
{
    struct sc_sim_heap h = {0};
    struct sc_sim_due d, last = {.at_ns = -1};
    uint64_t seed = 5;
    size_t in = 0, out = 0;

    (void)state;
    while (in < N || h.n > 0) {
        if (in < N && draw(&seed) % 3 > 0) {
            int64_t from = last.at_ns > 0 ? last.at_ns : 0;

            assert_true(sc_sim_push(&h, from + (int64_t)(draw(&seed) % 8), 0, (uint32_t)in++, 0));
        } else if (sc_sim_pop(&h, &d)) {
            assert_true(d.at_ns > last.at_ns || (d.at_ns == last.at_ns && d.order > last.order) ||
                        out == 0);
            last = d;
            out++;
        }
    }
    assert_int_equal(out, N);
    assert_false(sc_sim_pop(&h, &d));
    sc_sim_heap_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_spans_are_right_within_a_hundredth),
        cmocka_unit_test(of_no_spans_nothing_is_said),
        cmocka_unit_test(seconds_are_all_there_and_empty_at_first),
        cmocka_unit_test(events_come_in_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
