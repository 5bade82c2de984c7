/* How much a stream has brought lately: what counts, and how exact the span is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "wire/trickle.h"

#define MS INT64_C(1000000)

enum { START = 7, SPAN = 1600 };

static void feed(struct sc_trickle *t, int64_t ms, const char *text)
{
    sc_trickle_fed(t, (START + ms) * MS, SPAN * MS, text, strlen(text));
}

/* Fewer than ten characters a second, so sixteen over the span. */
static bool is_slow(struct sc_trickle *t, int64_t ms)
{
    return sc_trickle_is_slow(t, (START + ms) * MS, SPAN * MS, 10);
}

static void test_it_is_slow_after_the_span_and_not_before(void **state)
{
    struct sc_trickle t = {0};

    (void)state;
    assert_false(is_slow(&t, 100000)); /* nothing has come: it has not begun */
    feed(&t, 0, "data: x\n\n");
    assert_false(is_slow(&t, SPAN - 1));
    assert_true(is_slow(&t, SPAN));
}

static void test_enough_is_enough_wherever_it_falls_in_the_span(void **state)
{
    struct sc_trickle t = {0};

    (void)state;
    for (int64_t at = 0; at < 20000; at += 100) { /* two characters each */
        feed(&t, at, "ab\n");
        assert_false(is_slow(&t, at));
    }
    assert_true(is_slow(&t, 20000 + SPAN));
}

static void test_a_trickle_after_much_is_found_within_a_sixteenth_of_the_span(void **state)
{
    struct sc_trickle t = {0};
    int64_t at;

    (void)state;
    feed(&t, 0,
         "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{}}\n\n");
    for (at = 0; at < 10 * SPAN && !is_slow(&t, at); at += 10)
        ;
    assert_in_range((unsigned long long)at, SPAN, SPAN + SPAN / SC_TRICKLE_SLOTS);
}

static void test_comments_pings_and_empty_lines_are_no_life(void **state)
{
    static const char *const nothing[] = {
        ": keep-alive, with a text that is as long as ever it may be, and then some more of it\n\n",
        "event: ping\ndata: {\"type\": \"ping\"}\n\n", "\r\n\r\n\n\n", ":\n"};

    (void)state;
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        struct sc_trickle t = {0};

        for (int64_t at = 0; at <= SPAN; at += 100)
            feed(&t, at, nothing[i]);
        assert_true(is_slow(&t, SPAN));
    }
}

static void test_a_line_counts_as_it_grows_however_it_is_cut(void **state)
{
    struct sc_trickle t = {0};
    char one[2] = "x";

    (void)state;
    feed(&t, 0, "data: {\"type\":\"response.created\",\"response\":{\"id\":\"");
    for (int64_t at = 0; at <= 4 * SPAN; at += 50) {
        feed(&t, at, one);
        assert_false(is_slow(&t, at));
    }
}

static void test_what_was_not_the_servers_time_does_not_count(void **state)
{
    struct sc_trickle t = {0};

    (void)state;
    sc_trickle_back(&t, 5 * MS); /* nothing has begun */
    feed(&t, 0, "data: x\n\n");
    sc_trickle_back(&t, 1000 * MS);
    assert_false(is_slow(&t, SPAN + 999));
    assert_true(is_slow(&t, SPAN + 1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_slow_after_the_span_and_not_before),
        cmocka_unit_test(test_enough_is_enough_wherever_it_falls_in_the_span),
        cmocka_unit_test(test_a_trickle_after_much_is_found_within_a_sixteenth_of_the_span),
        cmocka_unit_test(test_comments_pings_and_empty_lines_are_no_life),
        cmocka_unit_test(test_a_line_counts_as_it_grows_however_it_is_cut),
        cmocka_unit_test(test_what_was_not_the_servers_time_does_not_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
