/* Second attempts in virtual time: what they save and cost, what stops them, what is learned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/hedge.h"
#include "random.h"

#define MS INT64_C(1000000)
#define CALLS 20000

/* ---- a service ---- */

struct shared {
    sc_word credit, begins[SC_HEDGE_BEGINS];
};

/* Times to the first token, in ms, of a service that is slow in some of its calls. */
struct service {
    int64_t usual_ms, slow_ms, slow_percent;
};

static int64_t first_token_ms(const struct service *s)
{
    int64_t ms = below(100) < s->slow_percent ? s->slow_ms : s->usual_ms;

    return ms + below(ms / 100 + 1); /* nobody is exact */
}

/* One call: when its program sees the first token. */
static int64_t call(const struct sc_hedge_settings *set, struct shared *w, const struct service *s,
                    int *attempts)
{
    int64_t extra = (int64_t)(set->max_extra * SC_HEDGE_WHOLE + 0.5);
    int64_t first = first_token_ms(s), delay, second;
    struct sc_hedge h;
    bool taken;

    sc_word_update(&w->credit, sc_hedge_earn, &extra);
    delay = sc_hedge_delay_ms(set, w->begins);
    sc_hedge_begin(&h, 0, delay);
    ++*attempts;
    if (delay < 0 || first <= delay || !sc_hedge_is_due(&h, delay * MS, false)) {
        sc_hedge_learn(w->begins, first, false);
        return first;
    }
    sc_word_update(&w->credit, sc_hedge_take, &taken);
    if (!taken) {
        sc_hedge_forbid(&h);
        sc_hedge_learn(w->begins, first, false);
        return first;
    }
    sc_hedge_sent(&h);
    ++*attempts;
    second = delay + first_token_ms(s);
    sc_hedge_output(&h, first <= second ? SC_HEDGE_FIRST : SC_HEDGE_SECOND);
    if (h.winner == SC_HEDGE_FIRST)
        sc_hedge_learn(w->begins, first, false);
    else
        sc_hedge_learn(w->begins, second, true);
    return h.winner == SC_HEDGE_FIRST ? first : second;
}

static int rising(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

struct outcome {
    int64_t p50, p99;
    double attempts; /* per call */
};

static struct outcome run(const struct sc_hedge_settings *set, struct service s)
{
    static int64_t seen[CALLS];
    struct shared w;
    int attempts = 0;

    memset(&w, 0, sizeof w);
    for (int i = 0; i < CALLS; i++)
        seen[i] = call(set, &w, &s, &attempts);
    qsort(seen, CALLS, sizeof *seen, rising);
    return (struct outcome){seen[CALLS / 2], seen[CALLS * 99 / 100], (double)attempts / CALLS};
}

/* ---- what it saves ---- */

/* The time that the rule names, or what is learned: 20 s become 3, for no more than 6 % more. */
static void one_slow_answer_in_twenty_is_cut_off(void **state)
{
    static const struct sc_hedge_settings ways[] = {
        {.enabled = true, .after = SC_HEDGE_P95, .max_extra = 0.05},
        {.enabled = true, .after_ms = 1500, .max_extra = 0.05},
    };
    static const struct sc_hedge_settings none = {.after = SC_HEDGE_P95, .max_extra = 0};
    struct service s = {1000, 20000, 5};

    (void)state;
    for (int turn = 0; turn < 5; turn++) {
        struct outcome o = run(&none, s);

        assert_true(o.attempts == 1);
        assert_true(o.p99 >= 20000);
        for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
            o = run(&ways[i], s);
            assert_in_range(o.p99, 1000, 3000);
            assert_true(o.attempts <= 1.06);
        }
    }
}

/* A whole service that is slow is not helped by twice the load: max_extra holds. */
static void a_service_that_is_slow_for_all_gets_no_more_than_max_extra(void **state)
{
    struct sc_hedge_settings set = {.enabled = true, .after_ms = 500, .max_extra = 0.05};
    struct service s = {8000, 20000, 5};

    (void)state;
    assert_true(run(&set, s).attempts <= 1.051);
}

static void what_is_learned_follows_a_service_that_has_changed(void **state)
{
    sc_word begins[SC_HEDGE_BEGINS];

    (void)state;
    memset(begins, 0, sizeof begins);
    for (int i = 0; i < 19; i++)
        sc_hedge_learn(begins, 300, false);
    assert_int_equal(sc_hedge_learned(begins, 95), -1); /* too few */
    sc_hedge_learn(begins, 300, false);
    assert_in_range(sc_hedge_learned(begins, 95), 301, 300 * 3 / 2);
    for (int i = 0; i < 5000; i++)
        sc_hedge_learn(begins, 3000, false);
    assert_in_range(sc_hedge_learned(begins, 95), 3001, 3000 * 3 / 2);
    for (int i = 0; i < 5000; i++)
        sc_hedge_learn(begins, 20, false);
    assert_in_range(sc_hedge_learned(begins, 95), 21, 30);
}

static void any_time_and_any_word_is_good(void **state)
{
    sc_word begins[SC_HEDGE_BEGINS];

    (void)state;
    memset(begins, 0, sizeof begins);
    for (int i = 0; i < 40; i++)
        sc_hedge_learn(begins, i % 2 ? INT64_MAX : -1, i % 3 == 0);
    assert_true(sc_hedge_learned(begins, 99) > 0);
    for (int i = 0; i < 1000; i++) {
        bool taken;
        uint64_t word = random64();

        for (int j = 0; j < SC_HEDGE_BEGINS; j++)
            begins[j] = random64();
        sc_hedge_learn(begins, (int64_t)(random64() >> (random64() & 63)), false);
        assert_true(sc_hedge_learned(begins, 95) > 0);
        assert_in_range(sc_hedge_credit(word), 0, SC_HEDGE_SAVED * SC_HEDGE_WHOLE);
        word = sc_hedge_take(word, &taken);
        assert_in_range(sc_hedge_credit(word), 0, SC_HEDGE_SAVED * SC_HEDGE_WHOLE);
    }
}

static void the_first_is_given_and_ten_are_saved(void **state)
{
    int64_t extra = SC_HEDGE_WHOLE / 20;
    uint64_t word = 0;
    bool taken;
    int n = 0;

    (void)state;
    word = sc_hedge_take(word, &taken);
    assert_true(taken);
    word = sc_hedge_take(word, &taken);
    assert_false(taken);
    for (int i = 0; i < 20; i++)
        word = sc_hedge_earn(word, &extra);
    word = sc_hedge_take(word, &taken);
    assert_true(taken);
    for (int i = 0; i < 10000; i++)
        word = sc_hedge_earn(word, &extra);
    for (taken = true; taken; n += taken)
        word = sc_hedge_take(word, &taken);
    assert_int_equal(n, SC_HEDGE_SAVED);
}

/* ---- who wins, and what stops it ---- */

static struct sc_hedge begun(bool sent)
{
    struct sc_hedge h;

    sc_hedge_begin(&h, 0, 100);
    if (sent)
        sc_hedge_sent(&h);
    return h;
}

static void the_second_is_due_once_and_only_while_the_first_is_silent(void **state)
{
    struct sc_hedge h = begun(false);

    (void)state;
    assert_false(sc_hedge_is_due(&h, 99 * MS, false));
    assert_true(sc_hedge_is_due(&h, 100 * MS, false));
    sc_hedge_sent(&h);
    assert_false(sc_hedge_is_due(&h, 500 * MS, false));
    h = begun(false);
    assert_false(sc_hedge_is_due(&h, 100 * MS, true));
    assert_false(sc_hedge_is_due(&h, 500 * MS, false)); /* it has begun, and that is that */
    h = begun(false);
    sc_hedge_forbid(&h);
    assert_false(sc_hedge_is_due(&h, 500 * MS, false));
    sc_hedge_begin(&h, 5, INT64_MAX);
    assert_false(sc_hedge_is_due(&h, INT64_MAX - 1, false));
    sc_hedge_begin(&h, 5, -1);
    assert_false(sc_hedge_is_due(&h, INT64_MAX - 1, false));
}

static void a_failure_before_the_second_is_the_retrys_business(void **state)
{
    struct sc_hedge h = begun(false);

    (void)state;
    assert_int_equal(sc_hedge_ended(&h, SC_HEDGE_FIRST, SC_HEDGE_FAILED), SC_HEDGE_FIRST);
    assert_false(sc_hedge_is_due(&h, 500 * MS, false));
}

static void one_failure_waits_for_the_other_two_are_the_calls(void **state)
{
    (void)state;
    for (int lane = 0; lane < SC_HEDGE_LANES; lane++) {
        struct sc_hedge h = begun(true);

        assert_int_equal(sc_hedge_ended(&h, lane, SC_HEDGE_FAILED), -1);
        assert_int_equal(sc_hedge_ended(&h, 1 - lane, SC_HEDGE_FAILED), 1 - lane);
    }
}

static void what_no_other_attempt_could_mend_ends_the_race(void **state)
{
    (void)state;
    for (int lane = 0; lane < SC_HEDGE_LANES; lane++) {
        struct sc_hedge h = begun(true);

        assert_int_equal(sc_hedge_ended(&h, lane, SC_HEDGE_FATAL), lane);
        assert_int_equal(sc_hedge_ended(&h, 1 - lane, SC_HEDGE_ANSWERED), lane);
    }
}

static void the_first_output_wins_whatever_comes_after(void **state)
{
    struct sc_hedge h = begun(true);

    (void)state;
    sc_hedge_output(&h, SC_HEDGE_SECOND);
    sc_hedge_output(&h, SC_HEDGE_FIRST);
    assert_int_equal(h.winner, SC_HEDGE_SECOND);
    assert_int_equal(sc_hedge_ended(&h, SC_HEDGE_FIRST, SC_HEDGE_ANSWERED), SC_HEDGE_SECOND);
    assert_int_equal(sc_hedge_ended(&h, SC_HEDGE_SECOND, SC_HEDGE_FAILED), SC_HEDGE_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_slow_answer_in_twenty_is_cut_off),
        cmocka_unit_test(a_service_that_is_slow_for_all_gets_no_more_than_max_extra),
        cmocka_unit_test(what_is_learned_follows_a_service_that_has_changed),
        cmocka_unit_test(any_time_and_any_word_is_good),
        cmocka_unit_test(the_first_is_given_and_ten_are_saved),
        cmocka_unit_test(the_second_is_due_once_and_only_while_the_first_is_silent),
        cmocka_unit_test(a_failure_before_the_second_is_the_retrys_business),
        cmocka_unit_test(one_failure_waits_for_the_other_two_are_the_calls),
        cmocka_unit_test(what_no_other_attempt_could_mend_ends_the_race),
        cmocka_unit_test(the_first_output_wins_whatever_comes_after),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
