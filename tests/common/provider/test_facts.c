/* Facts are read from where they stand, and from nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "provider/facts.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct sc_str str(const char *s)
{
    return (struct sc_str){s, strlen(s)};
}

static struct sc_response response(int status, const char *body)
{
    return (struct sc_response){.provider = SC_PROVIDER_OPENAI,
                                .status = status,
                                .body = body,
                                .body_len = strlen(body),
                                .now_unix = 1696004797};
}

static struct sc_facts read_body(int status, const char *body)
{
    struct sc_response r = response(status, body);
    struct sc_facts f;
    sc_facts_read(&r, &f);
    return f;
}

static void assert_message(const struct sc_facts *f, const char *expected)
{
    assert_int_equal(f->message.n, strlen(expected));
    assert_memory_equal(f->message.p, expected, f->message.n);
}

static void every_error_shape_gives_its_facts(void **state)
{
    (void)state;
    static const struct {
        const char *body, *type, *code, *message;
        int inner;
    } cases[] = {
        {"{\"error\":{\"message\":\"m\",\"type\":\"t\",\"param\":null,\"code\":\"c\"}}", "t", "c",
         "m", 0},
        {"{\"error\":{\"message\":\"m\",\"type\":null,\"code\":null}}", "", "", "m", 0},
        {"{\"error\":{\"code\":\"429\",\"message\":\"m\"}}", "", "429", "m", 429},
        {"{\"error\":{\"code\":429,\"message\":\"m\",\"status\":\"RESOURCE_EXHAUSTED\"}}",
         "RESOURCE_EXHAUSTED", "429", "m", 429},
        {"[{\"error\":{\"code\":429,\"message\":\"m\",\"status\":\"S\"}}]", "S", "429", "m", 429},
        {"{\"error\":{\"message\":\"m\",\"type\":null,\"code\":\"content_filter\",\"status\":400}}",
         "", "content_filter", "m", 400},
        {"{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}",
         "overloaded_error", "", "m", 0},
        {"{\"object\":\"error\",\"message\":\"m\",\"type\":\"rate_limited\",\"code\":\"1300\","
         "\"raw_status_code\":429}",
         "rate_limited", "1300", "m", 429},
        {"{\"object\":\"error\",\"message\":{\"detail\":[{\"msg\":\"x\"}]},\"type\":\"t\"}", "t",
         "", "", 0},
        {"{\"id\":\"1\",\"message\":\"m\"}", "", "", "m", 0},
        {"{\"code\":\"c\",\"error\":\"m\"}", "", "c", "m", 0},
        {"{\"error\":\"m\"}", "", "", "m", 0},
        {"{\"detail\":\"Unauthorized\"}", "", "", "Unauthorized", 0},
        {"{\"detail\":[{\"msg\":\"x\"}]}", "", "", "", 0},
        {"{\"statusCode\":401,\"message\":\"m\"}", "", "", "m", 401},
        {"{\"__type\":\"ThrottlingException\",\"message\":\"m\"}", "ThrottlingException", "", "m",
         0},
        {"{\"success\":false,\"errors\":[{\"code\":3040,\"message\":\"m\"}]}", "", "3040", "m", 0},
        {"{\"errors\":{\"model\":[\"required\"]},\"title\":\"m\",\"status\":400}", "", "", "m",
         400},
        {"{\"error\":[{\"code\":2003,\"message\":\"m\"}]}", "", "2003", "m", 0},
        {"{\"error\":[\"m\"],\"warnings\":[]}", "", "", "m", 0},
        {"{\"error\":\"m\",\"error_type\":\"overloaded\"}", "overloaded", "", "m", 0},
        {"{\"detail\":{\"msg\":\"m\",\"type\":\"t\"}}", "t", "", "m", 0},
        {"{\"detail\":{\"error\":{\"message\":\"m\",\"code\":\"c\"}}}", "", "c", "m", 0},
        {"{\"error_code\":\"APIG.0308\",\"error_msg\":\"m\"}", "", "APIG.0308", "m", 0},
        {"{\"error_code\":18,\"error_msg\":\"m\"}", "", "error_code:18", "m", 0},
        {"{\"base_resp\":{\"status_code\":1002,\"status_msg\":\"m\"}}", "", "status_code:1002", "m",
         0},
        {"{\"base_resp\":{\"status_code\":0,\"status_msg\":\"\"}}", "", "", "", 0},
        {"{\"Response\":{\"Error\":{\"Code\":\"c\",\"Message\":\"m\"}}}", "", "c", "m", 0},
        {"{\"code\":403,\"reason\":\"NOT_ENOUGH\",\"message\":\"m\"}", "NOT_ENOUGH", "403", "m",
         403},
        {"{\"status\":429,\"title\":\"m\"}", "", "", "m", 429},
        {"{\"error\":{}}", "", "", "", 0},
        {"{\"error\":null}", "", "", "", 0},
        {"<html>429 Too Many Requests</html>", "", "", "", 0},
        {"error code: 524", "", "", "", 0},
        {"{\"error\":{\"message\":\"cut he", "", "", "cut he", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sc_facts f = read_body(500, cases[i].body);
        print_message("# %s\n", cases[i].body);
        assert_string_equal(f.type, cases[i].type);
        assert_string_equal(f.code, cases[i].code);
        assert_message(&f, cases[i].message);
        assert_int_equal(f.inner_status, cases[i].inner);
    }
}

static void details_are_collected(void **state)
{
    (void)state;
    struct sc_facts f = read_body(
        429, "{\"error\":{\"details\":[{\"violations\":[{\"quotaId\":\"A\"},{\"quotaId\":\"B\"}]},"
             "{\"reason\":\"C\",\"retryDelay\":\"1.5s\"}]}}");
    assert_string_equal(f.detail, "A B C");
    assert_int_equal(f.hint_ms, 1500);
    assert_false(f.hint_in_header);
    f = read_body(429, "{\"error\":{\"details\":{\"error_code\":\"E\"},\"innererror\":{\"code\":"
                       "\"I\"},\"metadata\":{\"limit_source\":\"L\",\"flagged_input\":\"x\"}}}");
    assert_string_equal(f.detail, "I E L flagged_input");
}

static void an_error_encoded_twice_is_looked_into(void **state)
{
    (void)state;
    struct sc_facts f = read_body(
        429, "[{\"error\":{\"code\":429,\"message\":\"{\\\"error\\\":{\\\"status\\\":"
             "\\\"RESOURCE_EXHAUSTED\\\",\\\"details\\\":[{\\\"retryDelay\\\":\\\"7s\\\"},"
             "{\\\"violations\\\":[{\\\"quotaId\\\":\\\"PerDay\\\"}]}]}}\"}}]");
    assert_string_equal(f.type, "RESOURCE_EXHAUSTED");
    assert_string_equal(f.detail, "PerDay");
    assert_int_equal(f.hint_ms, 7000);
}

static void hints_follow_their_precedence(void **state)
{
    (void)state;
    static const struct {
        const char *ms, *after, *azure;
        int64_t expected;
    } cases[] = {
        {"300", "1", "900", 300}, {"NaN", "1", "900", 1000}, {"0", "-1", "900", 900},
        {"", "soon", "", 5000},   {"", "", "", 5000},        {"-7", "2", "", 2000},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct sc_header headers[] = {
            {str("X-Ms-Retry-After-Ms"), str(cases[i].azure)},
            {str("Retry-After"), str(cases[i].after)},
            {str("retry-after-ms"), str(cases[i].ms)},
        };
        struct sc_response r = response(429, "{\"error\":{\"message\":\"try again in 5s\"}}");
        struct sc_facts f;
        r.headers = headers;
        r.n_headers = COUNT(headers);
        sc_facts_read(&r, &f);
        assert_int_equal(f.hint_ms, cases[i].expected);
        assert_int_equal(f.hint_in_header, cases[i].expected != 5000);
    }
}

static void a_byte_order_mark_hides_nothing(void **state)
{
    (void)state;
    struct sc_facts f =
        read_body(429, "\xef\xbb\xbf{\"error\":{\"message\":\"m\",\"type\":\"t\",\"code\":\"c\"}}");

    assert_string_equal(f.type, "t");
    assert_string_equal(f.code, "c");
    assert_message(&f, "m");
    assert_true(f.from_api);
}

/* Two hops ask for different waits: neither is asked before its own is over. */
static void of_two_hints_the_longer_counts(void **state)
{
    const struct sc_header headers[] = {{str("Retry-After"), str("5")},
                                        {str("retry-after"), str("60")},
                                        {str("Retry-After"), str("soon")}};
    struct sc_response r = response(503, "");
    struct sc_facts f;

    (void)state;
    r.headers = headers;
    r.n_headers = COUNT(headers);
    sc_facts_read(&r, &f);
    assert_int_equal(f.hint_ms, 60000);
}

static void limits_are_read_behind_their_words(void **state)
{
    (void)state;
    struct sc_facts f = read_body(429, "{\"error\":{\"message\":\"Rate limit reached on TPM: Limit "
                                       "8000, Used 3211, Requested 4828.\"}}");
    assert_int_equal(f.limit, 8000);
    assert_int_equal(f.requested, 4828);
    f = read_body(429, "{\"error\":{\"message\":\"no limit at all\"}}");
    assert_int_equal(f.limit, -1);
}

static void a_success_has_no_error_but_may_have_a_reason_to_stop(void **state)
{
    (void)state;
    static const struct {
        const char *body, *stop;
        bool error;
    } cases[] = {
        {"{\"choices\":[{\"finish_reason\":\"content_filter\"}]}", "content_filter", false},
        {"{\"choices\":[{\"finish_reason\":null}]}", "", false},
        {"{\"choices\":[{\"message\":{\"content\":\"\\\"finish_reason\\\":\\\"x\\\"\"}}]}", "",
         false},
        {"{\"stop_reason\":\"refusal\"}", "refusal", false},
        {"{\"content\":[{\"stop_reason\":\"refusal\"}]}", "", false},
        {"{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}", "SAFETY", false},
        {"{\"candidates\":[{\"finishReason\":\"SAFETY\"}]}", "SAFETY", false},
        {"{\"error\":null,\"output\":[]}", "", false},
        {"{\"error\":{},\"x\":1}", "", false},
        {"{\"error\":\"\",\"x\":1}", "", false},
        {"{\"error\":false,\"x\":1}", "", false},
        {"{\"error\":{\"code\":502}}", "", true},
        {"{\"error\":\"boom\"}", "", true},
        {"[0.1,0.2]", "", false},
        {"not JSON", "", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sc_facts f = read_body(200, cases[i].body);
        print_message("# %s\n", cases[i].body);
        assert_string_equal(f.stop, cases[i].stop);
        assert_int_equal(f.has_error, cases[i].error);
    }
}

static void a_streams_error_is_borrowed_from_the_body(void **state)
{
    (void)state;
    const char *body = "event: ping\ndata: {}\n\n\nevent: error\ndata: {\"type\":\"error\","
                       "\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
    const struct sc_header type = {str("Content-Type"), str("text/event-stream")};
    struct sc_response r = response(200, body);
    struct sc_facts f;
    r.is_stream = true;
    r.headers = &type;
    r.n_headers = 1;
    r.provider = SC_PROVIDER_ANTHROPIC;
    const char *start = strstr(body, "event: error");
    r.body = start;
    r.body_len = strlen(start);
    sc_facts_read(&r, &f);
    assert_true(f.has_error);
    assert_string_equal(f.type, "overloaded_error");
    assert_ptr_equal(f.message.p, strstr(body, "Overloaded"));
    assert_message(&f, "Overloaded");
    assert_false(f.output_seen);
}

static void a_watchers_late_error_gives_facts_without_a_body(void **state)
{
    (void)state;
    static struct sc_stream s;
    const char *bytes = "data: {\"x\":1}\n\ndata: {\"error\":{\"code\":\"server_error\"}}\n\n";
    sc_stream_init(&s, SC_STREAM_SSE);
    sc_stream_feed(&s, bytes, strlen(bytes));
    struct sc_response r = response(200, "");
    struct sc_facts f;
    r.is_stream = true;
    sc_facts_read_event(&r, &s, &f);
    assert_true(f.has_error);
    assert_true(f.output_seen);
    assert_string_equal(f.code, "server_error");
}

/* Each prefix in a block of its own: nothing beyond is looked at. */
static void bodies_may_be_cut_anywhere(void **state)
{
    (void)state;
    const char *body = "[{\"error\":{\"code\":429,\"message\":\"{\\\"error\\\":{}} retry in 5s\","
                       "\"status\":\"R\",\"details\":[{\"retryDelay\":\"5s\",\"violations\":"
                       "[{\"quotaId\":\"q\"}]}]}}]";
    for (size_t cut = 1; cut <= strlen(body); cut++) {
        char *piece = malloc(cut);
        memcpy(piece, body, cut);
        struct sc_response r = response(429, "");
        struct sc_facts f;
        r.body = piece;
        r.body_len = cut;
        sc_facts_read(&r, &f);
        r.status = 200;
        sc_facts_read(&r, &f);
        r.is_stream = true;
        sc_facts_read(&r, &f);
        assert_true(f.message.n == 0 ||
                    (f.message.p >= piece && f.message.p + f.message.n <= piece + cut));
        free(piece);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_shape_gives_its_facts),
        cmocka_unit_test(details_are_collected),
        cmocka_unit_test(an_error_encoded_twice_is_looked_into),
        cmocka_unit_test(hints_follow_their_precedence),
        cmocka_unit_test(a_byte_order_mark_hides_nothing),
        cmocka_unit_test(of_two_hints_the_longer_counts),
        cmocka_unit_test(limits_are_read_behind_their_words),
        cmocka_unit_test(a_success_has_no_error_but_may_have_a_reason_to_stop),
        cmocka_unit_test(a_streams_error_is_borrowed_from_the_body),
        cmocka_unit_test(a_watchers_late_error_gives_facts_without_a_body),
        cmocka_unit_test(bodies_may_be_cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
