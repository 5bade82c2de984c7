/* The retry budget: failed attempts are tried again as far as answered ones pay for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/budget.h"
#include "random.h"

#define SECOND INT64_C(1000000000)

static const struct sc_budget_terms usual = {.per_success = 1, .reserve = 20};

static bool event(sc_word *w, int64_t now, enum sc_budget_event e, struct sc_budget_terms terms)
{
    struct sc_budget_ask a = {.words = w, .now_ns = now, .event = e, .terms = terms};

    sc_word_update(sc_budget_word(w, now), sc_budget_count, &a);
    return a.allowed;
}

static bool attempt(sc_word *w, int64_t now, enum sc_budget_event end, struct sc_budget_terms terms)
{
    event(w, now, SC_BUDGET_TRIED, terms);
    return event(w, now, end, terms);
}

static void answer(sc_word *w, int64_t now, int n)
{
    while (n-- > 0)
        attempt(w, now, SC_BUDGET_ANSWERED, usual);
}

/* How many attempts in a row fail and may be tried again. */
static int failing(sc_word *w, int64_t now, struct sc_budget_terms terms)
{
    int n = 0;

    while (attempt(w, now, SC_BUDGET_FAILED, terms))
        n++;
    return n;
}

static void the_reserve_is_there_without_traffic(void **state)
{
    sc_word w[SC_BUDGET_WORDS] = {0};

    (void)state;
    assert_int_equal(failing(w, SECOND, usual), 20);
    assert_int_equal(failing(w, 90 * SECOND, usual), 0);
    assert_int_equal(failing(w, 300 * SECOND, usual), 20);
}

static void each_answer_pays_for_one_failure(void **state)
{
    sc_word w[SC_BUDGET_WORDS] = {0};

    (void)state;
    answer(w, 10 * SECOND, 50);
    assert_int_equal(failing(w, 100 * SECOND, usual), 70);
    answer(w, 100 * SECOND, 5); /* one failure more than allowed is already counted */
    assert_int_equal(failing(w, 100 * SECOND, usual), 4);
}

static void per_success_says_for_how_many(void **state)
{
    sc_word w[SC_BUDGET_WORDS] = {0};

    (void)state;
    answer(w, SECOND, 50);
    assert_int_equal(failing(w, SECOND, (struct sc_budget_terms){.per_success = 0.5}), 25);
    assert_false(attempt(w, SECOND, SC_BUDGET_FAILED, (struct sc_budget_terms){0, 0}));
    assert_false(attempt(w, SECOND, SC_BUDGET_FAILED, (struct sc_budget_terms){-1, -5}));
}

/* With many answers to one's credit the reserve would only add to what a service in distress gets.
 */
static void the_reserve_fades_with_traffic(void **state)
{
    sc_word few[SC_BUDGET_WORDS] = {0}, more[SC_BUDGET_WORDS] = {0}, many[SC_BUDGET_WORDS] = {0};

    (void)state;
    answer(few, SECOND, 100);
    answer(more, SECOND, 150);
    answer(many, SECOND, 1000);
    assert_int_equal(failing(few, SECOND, usual), 120);
    assert_int_equal(failing(more, SECOND, usual), 160);
    assert_int_equal(failing(many, SECOND, usual), 1000);
}

/* A hundred start at once, thirty fail at once: the answers of the others take half a minute. */
static void what_is_under_way_counts_until_it_is_known(void **state)
{
    sc_word w[SC_BUDGET_WORDS] = {0};

    (void)state;
    for (int i = 0; i < 100; i++)
        event(w, SECOND, SC_BUDGET_TRIED, usual);
    for (int i = 0; i < 30; i++)
        assert_true(event(w, SECOND, SC_BUDGET_FAILED, usual));
    for (int i = 0; i < 40; i++) /* then it takes them for dead: 50 failed, 50 under way */
        assert_int_equal(event(w, SECOND, SC_BUDGET_FAILED, usual), i < 20);
    for (int i = 0; i < 20; i++) /* the program gave those up: nothing more is known */
        event(w, SECOND, SC_BUDGET_DROPPED, usual);
    assert_int_equal(sc_budget_sum(w, SECOND).tried, 80);
    answer(w, SECOND, 100);
    assert_true(event(w, SECOND, SC_BUDGET_FAILED, usual));
}

/* At every moment of a random schedule: whoever is allowed to try again was paid for by what was
 * answered or under way in the last two minutes, or by the reserve. */
static void one_schedule(void)
{
    struct {
        int64_t at;
        enum sc_budget_event e;
    } past[128];
    struct sc_budget_terms terms = {(double)below(5) / 2, below(6)};
    sc_word w[SC_BUDGET_WORDS] = {0};
    int64_t now = 1000 * SECOND;

    for (int n = 0; n < 128; n++) {
        enum sc_budget_event e = (enum sc_budget_event)below(3);
        bool allowed = event(w, now, e, terms);

        past[n].at = now;
        past[n].e = e;
        if (e == SC_BUDGET_FAILED && allowed) {
            int64_t count[3] = {0, 0, 0}, recent_failures = 0;

            for (int k = 0; k <= n; k++) {
                if (past[k].at > now - 120 * SECOND)
                    count[past[k].e]++;
                recent_failures += past[k].at > now - 96 * SECOND && past[k].e == SC_BUDGET_FAILED;
            }
            int64_t good = count[0] > count[1] ? count[0] : count[1];
            assert_true((double)recent_failures <=
                        terms.per_success * (double)good + (double)terms.reserve + 1e-6);
        }
        now += below(4 * SECOND);
    }
}

static void random_schedules_stay_within_what_was_paid_for(void **state)
{
    (void)state;
    for (int i = 0; i < 30000; i++)
        one_schedule();
}

static void full_counts_keep_their_proportions(void **state)
{
    sc_word w[SC_BUDGET_WORDS] = {0};
    struct sc_budget_counts c;

    (void)state;
    for (int i = 0; i < 500000; i++)
        attempt(w, SECOND, i % 4 ? SC_BUDGET_ANSWERED : SC_BUDGET_FAILED, usual);
    c = sc_budget_sum(w, SECOND);
    assert_in_range(c.tried, 30000, 65535);
    assert_in_range(c.failed * 4, c.tried - 100, c.tried + 100);
    assert_true(attempt(w, SECOND, SC_BUDGET_FAILED, usual));
}

static void terms_come_back_as_they_were(void **state)
{
    struct sc_budget_terms t = {.per_success = 0.35, .reserve = 100000};
    struct sc_budget_terms back = sc_budget_unpack(sc_budget_pack(&t));

    (void)state;
    assert_true(back.per_success == t.per_success && back.reserve == t.reserve);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reserve_is_there_without_traffic),
        cmocka_unit_test(each_answer_pays_for_one_failure),
        cmocka_unit_test(per_success_says_for_how_many),
        cmocka_unit_test(the_reserve_fades_with_traffic),
        cmocka_unit_test(what_is_under_way_counts_until_it_is_known),
        cmocka_unit_test(random_schedules_stay_within_what_was_paid_for),
        cmocka_unit_test(full_counts_keep_their_proportions),
        cmocka_unit_test(terms_come_back_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
