/* The calls that a log tells of: what belongs to which, what is forgotten, what is said of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/calls.h"

static void take(struct sc_calls *c, const char *format, ...)
{
    char line[2048];
    struct sc_log_line l;
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    assert_true(sc_log_line_read(&l, line, strlen(line)));
    sc_calls_take(c, &l);
}

#define AT(s) "{\"time\":\"2026-01-01T00:00:" s "Z\","

static void test_what_is_told_of_a_call_is_laid_out_in_time(void **state)
{
    struct sc_calls *c = sc_calls_new();
    const struct sc_call_seen *seen;

    (void)state;
    take(c, AT("01.000") "\"event\":\"waited\",\"call\":\"a\",\"reason\":\"limit\",\"ms\":400}");
    take(c, AT("01.100") "\"event\":\"attempt\",\"call\":\"b\",\"class\":\"ok\",\"ms\":1}");
    take(c,
         AT("02.000") "\"event\":\"attempt\",\"call\":\"a\",\"status\":503,\"class\":\"retryable\""
                      ",\"ms\":250,\"will_retry\":true}");
    take(c, AT("02.000") "\"event\":\"wait\",\"call\":\"a\",\"reason\":\"backoff\",\"ms\":700}");
    take(c, AT("02.500") "\"event\":\"fallback\",\"call\":\"a\",\"text\":\"to mini\"}");
    take(c, AT("03.000") "\"event\":\"attempt\",\"call\":\"a\",\"status\":200,\"class\":\"ok\","
                         "\"ms\":100}");
    take(c, AT("03.000") "\"event\":\"call\",\"call\":\"a\",\"outcome\":\"ok\",\"ms\":2400}");
    assert_int_equal(sc_calls_last(c), 1);
    seen = sc_calls_at(c, 0);
    assert_int_equal(seen->n_spans, 5);
    assert_int_equal(seen->waited_ms, 1100);
    assert_int_equal(seen->spans[0].kind, SC_SPAN_WAIT);
    assert_int_equal(seen->end.time_ms - seen->spans[0].begin_ms,
                     2400); /* it is written at its end */
    assert_int_equal(seen->end.time_ms - seen->spans[1].begin_ms, 1250);
    assert_int_equal(seen->end.time_ms - seen->spans[2].begin_ms, 1000); /* and this as it begins */
    assert_string_equal(seen->spans[3].text, "to mini");
    assert_int_equal(seen->spans[4].status, 200);
    sc_calls_free(c);
}

/* A wait for a limit is told when it begins and when it is over; one before the next attempt by the
 * attempt, and in a log that has all by a line of its own. */
static void test_a_wait_counts_once_however_often_it_is_told(void **state)
{
    struct sc_calls *c = sc_calls_new();
    const struct sc_call_seen *seen;

    (void)state;
    take(c, AT("01.000") "\"event\":\"wait\",\"call\":\"a\",\"reason\":\"limit\",\"ms\":900}");
    take(c, AT("02.000") "\"event\":\"waited\",\"call\":\"a\",\"reason\":\"limit\",\"ms\":1000}");
    take(c, AT("02.100") "\"event\":\"attempt\",\"call\":\"a\",\"class\":\"overloaded\",\"ms\":100,"
                         "\"wait_ms\":300,\"will_retry\":true}");
    take(c, AT("02.100") "\"event\":\"wait\",\"call\":\"a\",\"reason\":\"hint\",\"ms\":300}");
    take(c, "[2026-01-01 00:00:03] Retry 2: HTTP 503 (class=overloaded ms=100 wait_ms=250 call=a)");
    take(c, AT("04.000") "\"event\":\"call\",\"call\":\"a\",\"outcome\":\"ok\"}");
    seen = sc_calls_at(c, 0);
    assert_int_equal(seen->waited_ms, 1550);
    assert_int_equal(seen->n_spans, 5);
    assert_string_equal(seen->spans[0].what, "limit");
    assert_string_equal(seen->spans[2].what, "hint");
    assert_string_equal(seen->spans[4].what, "backoff");
    sc_calls_free(c);
}

static void test_the_last_calls_are_kept(void **state)
{
    struct sc_calls *c = sc_calls_new();

    (void)state;
    for (int i = 0; i < SC_CALLS_KEPT + 5; i++) {
        take(c, AT("01.000") "\"event\":\"attempt\",\"call\":\"%x\",\"class\":\"ok\"}", i);
        take(c, AT("01.000") "\"event\":\"call\",\"call\":\"%x\",\"outcome\":\"ok\"}", i);
    }
    assert_int_equal(sc_calls_first(c), 5);
    assert_int_equal(sc_calls_last(c), SC_CALLS_KEPT + 5);
    assert_string_equal(sc_calls_at(c, 5)->end.call, "5");
    assert_int_equal(sc_calls_at(c, SC_CALLS_KEPT + 4)->n_spans, 1);
    sc_calls_free(c);
}

/* Of programs that were killed, more than there is room for; a call with very many parts. */
static void test_calls_that_never_end_do_not_pile_up(void **state)
{
    struct sc_calls *c = sc_calls_new();

    (void)state;
    for (int i = 0; i < 4 * SC_CALLS_OPEN; i++)
        take(c, AT("01.000") "\"event\":\"attempt\",\"call\":\"%x\",\"class\":\"ok\"}", i);
    for (int i = 0; i < 4 * SC_SPANS_MAX; i++)
        take(c, AT("01.000") "\"event\":\"attempt\",\"call\":\"z\",\"class\":\"retryable\"}");
    take(c, AT("01.000") "\"event\":\"call\",\"call\":\"z\",\"outcome\":\"failed\"}");
    assert_int_equal(sc_calls_last(c), 1);
    assert_int_equal(sc_calls_at(c, 0)->n_spans, SC_SPANS_MAX);
    sc_calls_free(c);
}

static void test_rates_are_of_the_calls_since_then(void **state)
{
    struct sc_calls *c = sc_calls_new();
    struct sc_calls_rate r;

    (void)state;
    sc_calls_rate(c, 0, &r);
    assert_int_equal(r.calls, 0);
    assert_int_equal(r.p50_ms, -1);
    for (int i = 0; i < 20; i++)
        take(c,
             AT("%02d.000") "\"event\":\"call\",\"call\":\"%x\",\"outcome\":\"%s\",\"ms\":%d,"
                            "\"attempts\":2}",
             i, i, i % 4 ? "ok" : "failed", 1000 - i * 10);
    sc_calls_rate(c, sc_calls_at(c, 10)->end.time_ms, &r);
    assert_int_equal(r.calls, 10);
    assert_int_equal(r.failed, 2);
    assert_int_equal(r.attempts, 20);
    assert_int_equal(r.p50_ms, 850);
    assert_int_equal(r.p95_ms, 890);
    assert_int_equal(r.since_ms, sc_calls_at(c, 10)->end.time_ms);
    for (int i = 0; i < SC_CALLS_KEPT + 500; i++) /* more than are kept: of less time */
        take(c, AT("%02d.000") "\"event\":\"call\",\"call\":\"%x\",\"outcome\":\"ok\",\"ms\":1}",
             20 + i / 100, i);
    sc_calls_rate(c, sc_calls_at(c, sc_calls_first(c))->end.time_ms - 9000, &r);
    assert_int_equal(r.calls, SC_CALLS_KEPT);
    assert_int_equal(r.since_ms, sc_calls_at(c, sc_calls_first(c))->end.time_ms);
    sc_calls_free(c);
}

/* What a log holds may be anything. */
static void test_json_is_valid_and_holds_no_control_characters(void **state)
{
    struct sc_calls *c = sc_calls_new();
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);

    (void)state;
    take(c, AT("01.000") "\"event\":\"call\",\"call\":\"a\",\"outcome\":\"ok\",\"program\":"
                         "\"</script><b>\\u001b[31m\\\"\\\\\",\"cost_usd\":1.5}");
    sc_calls_put_json(f, sc_calls_at(c, 0), 0);
    fclose(f);
    assert_null(strchr(text, 27));
    assert_non_null(strstr(text, "\"program\":\"</script><b>\\u001b[31m\\\"\\\\\""));
    assert_non_null(strstr(text, "\"cost_usd\":1.500000000"));
    free(text);
    sc_calls_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_told_of_a_call_is_laid_out_in_time),
        cmocka_unit_test(test_a_wait_counts_once_however_often_it_is_told),
        cmocka_unit_test(test_the_last_calls_are_kept),
        cmocka_unit_test(test_calls_that_never_end_do_not_pile_up),
        cmocka_unit_test(test_rates_are_of_the_calls_since_then),
        cmocka_unit_test(test_json_is_valid_and_holds_no_control_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
