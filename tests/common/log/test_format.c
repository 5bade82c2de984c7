/* The lines of the log, text and JSON. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/call.h"
#include "log/fixed.h"
#include "log/log.h"
#include "log/out.h"

/* 2025-08-08T09:32:01.042Z */
#define WHEN 1754645521042000000

static struct sc_event event(enum sc_event_kind kind)
{
    return (struct sc_event){.kind = kind,
                             .level = SC_LOG_INFO,
                             .ms = -1,
                             .retry_after_ms = -1,
                             .input_tokens = -1,
                             .output_tokens = -1};
}

static const char *format(enum sc_log_format f, enum sc_log_level level, const struct sc_event *e,
                          int64_t when)
{
    static char line[SC_LOG_LINE_MAX];
    struct sc_log log = {"/nowhere", f, level, 0, 0600, false, false};
    size_t n = sc_log_format(&log, e, when, line, sizeof line);
    assert_true(n < sizeof line);
    assert_int_equal(strlen(line) * (n != 0), n);
    return n ? line : "";
}

static const char *text(const struct sc_event *e)
{
    return format(SC_LOG_TEXT, SC_LOG_INFO, e, WHEN);
}

static const char *json(const struct sc_event *e)
{
    return format(SC_LOG_JSON, SC_LOG_INFO, e, WHEN);
}

static void starts(const char *line, const char *want)
{
    if (strncmp(line, want, strlen(want)) != 0)
        fail_msg("\"%s\" does not start with \"%s\"", line, want);
}

static void has(const char *line, const char *part)
{
    if (!strstr(line, part))
        fail_msg("\"%s\" lacks \"%s\"", line, part);
}

static void lacks(const char *line, const char *part)
{
    if (strstr(line, part))
        fail_msg("\"%s\" has \"%s\"", line, part);
}

static struct sc_event retry(void)
{
    struct sc_event e = event(SC_EVENT_ATTEMPT);
    e.attempt = 1;
    e.status = 500;
    e.class = "retryable";
    e.will_retry = true;
    e.provider = "openai";
    e.model = "gpt-4o";
    e.wait_ms = 512;
    return e;
}

static void retry_line_is_the_one_users_know(void **state)
{
    (void)state;
    struct sc_event e = retry();
    starts(text(&e), "[2025-08-08 09:32:01] Retry 1: HTTP 500 (provider=openai model=gpt-4o "
                     "class=retryable wait_ms=512 program=");
    e.wait_ms = 0; /* at once is an answer, too */
    has(text(&e), " wait_ms=0 ");
    has(json(&e), "\"wait_ms\":0");
    e.attempt = 12;
    e.status = 0;
    e.curl_code = 56;
    starts(text(&e), "[2025-08-08 09:32:01] Retry 12: Failure when receiving data from the peer (");
    e.text = "Recv failure: Connection reset by peer";
    starts(text(&e), "[2025-08-08 09:32:01] Retry 12: Recv failure: Connection reset by peer (");
    e.text = NULL;
    e.curl_code = 99;
    starts(text(&e), "[2025-08-08 09:32:01] Retry 12: curl error 99 (");
    e.curl_code = 22;
    e.status = 503;
    starts(text(&e), "[2025-08-08 09:32:01] Retry 12: HTTP 503 (");
}

static void used_up_attempts_end_with_the_known_line(void **state)
{
    (void)state;
    struct sc_event e = event(SC_EVENT_CALL);
    e.outcome = "failed";
    e.status = 500;
    e.class = "retryable";
    e.attempts = 4;
    e.reason = sc_give_up_name(SC_GIVE_UP_ATTEMPTS);
    starts(text(&e), "[2025-08-08 09:32:01] Max retries reached. Request failed. (");
    has(text(&e), "status=500");
}

static void other_ends_of_a_call_read_well(void **state)
{
    (void)state;
    struct sc_event e = event(SC_EVENT_CALL);
    e.outcome = "ok";
    e.status = 200;
    e.class = "ok";
    e.attempts = 3;
    e.ms = 1234;
    e.input_tokens = 0;
    starts(text(&e), "[2025-08-08 09:32:01] Success: HTTP 200 (class=ok attempts=3 ms=1234 "
                     "input_tokens=0 program=");
    e.outcome = "failed";
    e.status = 401;
    e.class = "auth";
    e.reason = sc_give_up_name(SC_GIVE_UP_CLASS);
    starts(text(&e), "[2025-08-08 09:32:01] Non-retryable error: HTTP 401 (class=auth");
    e.class = "aborted";
    e.status = 0;
    e.curl_code = 42;
    starts(text(&e), "[2025-08-08 09:32:01] Stopped by the program: Operation was aborted");
    e.class = "rate_limited";
    e.status = 429;
    e.curl_code = 0;
    e.reason = sc_give_up_name(SC_GIVE_UP_DEADLINE);
    starts(text(&e), "[2025-08-08 09:32:01] Request failed: HTTP 429, not retried: ");
}

static void last_attempt_and_short_waits_are_for_debugging(void **state)
{
    (void)state;
    struct sc_event e = retry();
    e.will_retry = false;
    assert_string_equal(text(&e), "");
    starts(format(SC_LOG_TEXT, SC_LOG_DEBUG, &e, WHEN),
           "[2025-08-08 09:32:01] Attempt 1: HTTP 500");
    assert_int_not_equal(strlen(json(&e)), 0);
    struct sc_event w = event(SC_EVENT_WAIT);
    w.reason = "backoff";
    w.ms = 7;
    assert_string_equal(text(&w), "");
    w.reason = "limit";
    starts(text(&w), "[2025-08-08 09:32:01] Waiting 7 ms (reason=limit");
    w.ms = 288893000;
    starts(text(&w), "[2025-08-08 09:32:01] Waiting 3 d 8 h (ms=288893000 reason=limit");
    has(json(&w), "\"ms\":288893000");
}

static void json_attempt_has_every_field_of_the_contract(void **state)
{
    (void)state;
    struct sc_event e = retry();
    e.call = 0xabc;
    e.ms = 17;
    e.host = "api.openai.com";
    const char *line = json(&e);
    starts(line, "{\"time\":\"2025-08-08T09:32:01.042Z\",\"event\":\"attempt\",\"pid\":");
    has(line, "\"program\":\"test_format\",\"call\":\"0000000000000abc\",\"attempt\":1,");
    has(line, "\"rule\":null,\"provider\":\"openai\",\"host\":\"api.openai.com\","
              "\"model\":\"gpt-4o\",\"status\":500,\"curl_code\":0,\"class\":\"retryable\"");
    has(line, "\"ms\":17");
    lacks(line, "retry_after_ms");
    e.retry_after_ms = 2000;
    has(json(&e), "\"retry_after_ms\":2000");
    assert_string_equal(line + strlen(line) - 2, "}\n");
}

static void json_call_and_wait_have_theirs(void **state)
{
    (void)state;
    struct sc_event e = event(SC_EVENT_WAIT);
    e.reason = "hint";
    e.ms = 2000;
    has(json(&e), "\"event\":\"wait\"");
    has(json(&e), "\"call\":null,\"reason\":\"hint\",\"ms\":2000");
    e = event(SC_EVENT_CALL);
    e.outcome = "ok";
    e.class = "ok";
    e.attempts = 2;
    e.ms = 0;
    has(json(&e), "\"outcome\":\"ok\"");
    has(json(&e), "\"attempts\":2,\"ms\":0");
    lacks(json(&e), "tokens");
    e.input_tokens = 12;
    e.output_tokens = 34;
    e.task = "t";
    has(json(&e), "\"input_tokens\":12,\"output_tokens\":34,\"task\":\"t\"");
}

static void json_strings_are_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"line\nend\t\x01\x7f", "\"line\\u000aend\\u0009\\u0001\\u007f\""},
        {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
         "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\""},
        {"\xff\xc3", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                 /* overlong */
        {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* surrogate */
        {"\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
        {"", "\"\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_event e = event(SC_EVENT_NOTE);
        e.model = cases[i].in;
        has(json(&e), cases[i].out);
    }
}

static void text_lines_cannot_be_forged(void **state)
{
    (void)state;
    struct sc_event e = event(SC_EVENT_NOTE);
    e.text = "a\n[2025-08-08 09:32:01] Retry 9: HTTP 500\x1b[31m";
    e.model = "x y\nz";
    const char *line = text(&e);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    assert_null(strchr(line, '\x1b'));
    has(line, "model=\"x y z\"");
}

static void free_text_is_redacted(void **state)
{
    (void)state;
    struct sc_event e = event(SC_EVENT_NOTE);
    e.text = "bad key sk-abcdefghijkl";
    lacks(text(&e), "sk-abc");
    lacks(json(&e), "sk-abc");
}

/* Whatever the sizes, a line ends in a newline and a JSON object is closed. */
static void long_fields_leave_a_whole_line(void **state)
{
    (void)state;
    char *large = malloc(1 << 16);
    for (size_t i = 0; i < (1 << 16) - 1; i++)
        large[i] = "\"\xff\xe2\x82\xac z\\\n"[i % 9];
    large[(1 << 16) - 1] = '\0';
    struct sc_event e = retry();
    e.text = e.rule = e.provider = e.host = e.model = e.row = large;
    char line[SC_LOG_LINE_MAX];
    for (int f = 0; f < 2; f++) {
        struct sc_log log = {
            "/nowhere", f ? SC_LOG_JSON : SC_LOG_TEXT, SC_LOG_DEBUG, 0, 0600, false, false};
        for (size_t size = 3; size <= sizeof line; size++) {
            size_t n = sc_log_format(&log, &e, WHEN, line, size);
            assert_true(n < size && line[n] == '\0' && line[n - 1] == '\n');
            assert_ptr_equal(memchr(line, '\n', n), line + n - 1);
            if (f)
                assert_int_equal(line[n - 2], '}');
        }
        assert_int_equal(sc_log_format(&log, &e, WHEN, line, 2), 0);
    }
    free(large);
}

/* What is kept of a handle's last line is used for the next one exactly where it is the same. */
static void numbers_are_those_of_printf(void **state)
{
    int64_t power = 1;

    (void)state;
    for (int digits = 1; digits < 19; digits++, power *= 10) {
        const int64_t values[] = {power - 1, power,     power + 1, 12345678901234567 % power,
                                  -power,    INT64_MAX, INT64_MIN};

        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
            char want[32], got[32] = "";
            struct sc_out o = {got, 0, sizeof got - 1};

            snprintf(want, sizeof want, "%lld", (long long)values[i]);
            assert_true(sc_out_int(&o, values[i]));
            assert_string_equal(got, want);
            o = (struct sc_out){got, 0, strlen(want) - 1};
            assert_false(sc_out_int(&o, values[i]));
        }
    }
}

static void kept_fields_are_those_of_the_event(void **state)
{
    static const char *const rules[] = {"r", "another"}, *const providers[] = {"openai", NULL};
    static const char *const models[] = {NULL, "gpt-4o", "m \"quoted\"\n\xff",
                                         "a-model-of-a-very-long-name-"
                                         "which-is-not-kept-since-it-has-more-than-64"};
    static const enum sc_event_kind kinds[] = {SC_EVENT_CALL, SC_EVENT_ATTEMPT, SC_EVENT_WAIT,
                                               SC_EVENT_BREAKER};
    struct sc_log_fixed fixed = {0};
    char host[80], filler[SC_LOG_LINE_MAX], with[SC_LOG_LINE_MAX];
    unsigned random = 1;
    (void)state;
    memset(filler, 'x', sizeof filler);
    for (int i = 0; i < 20000; i++) {
        random = random * 1103515245 + 12345;
        unsigned r = random >> 8;
        struct sc_event e = event(kinds[r & 3]);
        enum sc_log_format f = i / 50 & 1 ? SC_LOG_JSON : SC_LOG_TEXT;
        e.rule = rules[r >> 2 & 1];
        e.provider = providers[(r >> 3 & 7) == 0];
        e.model = models[r >> 6 & 3];
        snprintf(host, sizeof host, "%.*sh%u.example", (r >> 8 & 7) == 0 ? 60 : 0, filler,
                 r >> 11 & 1);
        e.host = (r >> 12 & 7) ? host : NULL;
        e.ms = r >> 15 & 1 ? 1500 : -1;
        e.reason = "limit";
        filler[sizeof filler - 1 - (r >> 3) % sizeof filler] = '\0';
        e.text = e.said = (r & 0x700) == 0 ? filler : "t";
        e.fixed = &fixed;
        memcpy(with, format(f, SC_LOG_DEBUG, &e, WHEN), sizeof with);
        e.fixed = NULL;
        assert_string_equal(with, format(f, SC_LOG_DEBUG, &e, WHEN));
        memset(filler, 'x', sizeof filler);
    }
}

static void times_are_right_all_over_the_calendar(void **state)
{
    (void)state;
    struct sc_event e = event(SC_EVENT_NOTE);
    for (int64_t t = 0; t < 8000000000; t += 86399 * 17) {
        struct tm tm;
        char want[64];
        time_t when = (time_t)t;
        gmtime_r(&when, &tm);
        strftime(want, sizeof want, "{\"time\":\"%Y-%m-%dT%H:%M:%S.000Z\"", &tm);
        starts(format(SC_LOG_JSON, SC_LOG_INFO, &e, t * 1000000000), want);
    }
}

static void local_time_follows_the_zone_through_a_change(void **state)
{
    (void)state;
    struct sc_event e = event(SC_EVENT_NOTE);
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    starts(format(SC_LOG_TEXT, SC_LOG_INFO, &e, 1743296399000000000), "[2025-03-30 01:59:59]");
    starts(format(SC_LOG_TEXT, SC_LOG_INFO, &e, 1743296400000000000), "[2025-03-30 03:00:00]");
    setenv("TZ", "UTC", 1);
    tzset();
}

/* Any byte, at any place, of values of any length. */
static void a_value_is_quoted_exactly_where_a_byte_asks_for_it(void **state)
{
    (void)state;
    for (int c = 1; c < 128; c++) {
        bool quoted = c <= ' ' || c == '"' || c == '(' || c == ')' || c == 0x7f;
        for (size_t length = 1; length < 20; length++) {
            for (size_t at = 0; at < length; at++) {
                char value[20], want[40];
                struct sc_event e = event(SC_EVENT_NOTE);
                memset(value, 'm', sizeof value);
                value[length] = '\0';
                value[at] = (char)c;
                e.text = "t";
                e.model = value;
                if (c < ' ' || c == 0x7f) {
                    value[at] = ' ';
                    snprintf(want, sizeof want, " (model=\"%s\" program=", value);
                    value[at] = (char)c;
                } else {
                    snprintf(want, sizeof want, quoted ? " (model=\"%s\" " : " (model=%s ", value);
                }
                has(text(&e), want);
            }
        }
    }
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    tzset();
    setlocale(LC_ALL, "");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retry_line_is_the_one_users_know),
        cmocka_unit_test(used_up_attempts_end_with_the_known_line),
        cmocka_unit_test(other_ends_of_a_call_read_well),
        cmocka_unit_test(last_attempt_and_short_waits_are_for_debugging),
        cmocka_unit_test(json_attempt_has_every_field_of_the_contract),
        cmocka_unit_test(json_call_and_wait_have_theirs),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(text_lines_cannot_be_forged),
        cmocka_unit_test(free_text_is_redacted),
        cmocka_unit_test(long_fields_leave_a_whole_line),
        cmocka_unit_test(a_value_is_quoted_exactly_where_a_byte_asks_for_it),
        cmocka_unit_test(numbers_are_those_of_printf),
        cmocka_unit_test(kept_fields_are_those_of_the_event),
        cmocka_unit_test(times_are_right_all_over_the_calendar),
        cmocka_unit_test(local_time_follows_the_zone_through_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
