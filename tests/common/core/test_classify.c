/* What the table of rules must keep, besides the cases of the shared collection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/classify.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct sc_verdict classify(enum sc_provider p, int curl_code, int status, const char *header,
                                  const char *value, const char *body)
{
    const struct sc_header headers[] = {
        {{header ? header : "x", header ? strlen(header) : 1}, {value, value ? strlen(value) : 0}}};
    struct sc_response r = {.provider = p,
                            .curl_code = curl_code,
                            .status = status,
                            .headers = headers,
                            .n_headers = header ? 1 : 0,
                            .body = body,
                            .body_len = strlen(body),
                            .now_unix = 1700000000};
    struct sc_facts f;
    struct sc_verdict v;
    sc_facts_read(&r, &f);
    sc_classify(&f, &v);
    return v;
}

static struct sc_verdict by_status(int status)
{
    return classify(SC_PROVIDER_OPENAI_COMPATIBLE, 0, status, NULL, NULL, "");
}

static void statuses_alone(void **state)
{
    (void)state;
    static const struct {
        int status;
        enum sc_class class;
    } cases[] = {
        {200, SC_CLASS_OK},
        {201, SC_CLASS_OK},
        {204, SC_CLASS_OK},
        {302, SC_CLASS_OK},
        {400, SC_CLASS_BAD_REQUEST},
        {401, SC_CLASS_AUTH},
        {402, SC_CLASS_QUOTA_EXHAUSTED},
        {403, SC_CLASS_AUTH},
        {404, SC_CLASS_NOT_FOUND},
        {408, SC_CLASS_RETRYABLE},
        {409, SC_CLASS_RETRYABLE},
        {410, SC_CLASS_NOT_FOUND},
        {413, SC_CLASS_BAD_REQUEST},
        {418, SC_CLASS_BAD_REQUEST},
        {422, SC_CLASS_BAD_REQUEST},
        {425, SC_CLASS_RETRYABLE},
        {429, SC_CLASS_RATE_LIMITED},
        {500, SC_CLASS_RETRYABLE},
        {501, SC_CLASS_BAD_REQUEST},
        {502, SC_CLASS_RETRYABLE},
        {503, SC_CLASS_OVERLOADED},
        {504, SC_CLASS_RETRYABLE},
        {520, SC_CLASS_RETRYABLE},
        {527, SC_CLASS_RETRYABLE},
        {529, SC_CLASS_OVERLOADED},
        {599, SC_CLASS_RETRYABLE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sc_verdict v = by_status(cases[i].status);
        print_message("# %d: %s\n", cases[i].status, v.row);
        assert_string_equal(sc_class_name(v.class), sc_class_name(cases[i].class));
        assert_int_equal(v.retry, sc_class_retryable(cases[i].class));
    }
}

static void transport_errors_by_whose_fault_they_are(void **state)
{
    (void)state;
    static const int retried[] = {5, 6, 7, 16, 18, 28, 35, 52, 55, 56, 92, 95};
    static const int never[] = {1,  2,  3,  4,  23, 26, 27, 42, 43, 51, 58, 59,
                                60, 63, 65, 67, 77, 83, 90, 91, 93, 98, 47, 61};
    for (size_t i = 0; i < COUNT(retried); i++) {
        struct sc_verdict v = classify(SC_PROVIDER_OPENAI, retried[i], 0, NULL, NULL, "");
        assert_int_equal(v.class, SC_CLASS_RETRYABLE);
        assert_true(v.retry);
    }
    for (size_t i = 0; i < COUNT(never); i++) {
        struct sc_verdict v = classify(SC_PROVIDER_OPENAI, never[i], 0, NULL, NULL, "");
        assert_false(v.retry);
        assert_false(sc_class_counts_for_breaker(v.class));
        v = classify(SC_PROVIDER_OPENAI, never[i], 503, NULL, NULL, "");
        assert_true(v.retry == (never[i] == 61 || never[i] == 63));
    }
    assert_int_equal(classify(SC_PROVIDER_OPENAI, 42, 200, NULL, NULL, "").class, SC_CLASS_ABORTED);
    assert_int_equal(classify(SC_PROVIDER_OPENAI, 18, 200, NULL, NULL, "{\"choices\":[").class,
                     SC_CLASS_RETRYABLE);
}

static void a_failing_status_outweighs_a_broken_transfer(void **state)
{
    (void)state;
    assert_int_equal(classify(SC_PROVIDER_OPENAI, 18, 401, NULL, NULL, "").class, SC_CLASS_AUTH);
    assert_int_equal(classify(SC_PROVIDER_OPENAI, 56, 429, "retry-after", "3", "").class,
                     SC_CLASS_RATE_LIMITED);
    assert_int_equal(classify(SC_PROVIDER_OPENAI, 22, 503, NULL, NULL, "").class,
                     SC_CLASS_OVERLOADED);
}

static void a_proxys_refusal_is_not_the_services_fault(void **state)
{
    (void)state;
    static const struct {
        int status;
        enum sc_class class;
    } cases[] = {{407, SC_CLASS_AUTH},      {403, SC_CLASS_AUTH},      {400, SC_CLASS_BAD_REQUEST},
                 {502, SC_CLASS_RETRYABLE}, {200, SC_CLASS_RETRYABLE}, {0, SC_CLASS_RETRYABLE}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sc_response r = {.curl_code = 56, .connect_status = cases[i].status};
        struct sc_facts f;
        struct sc_verdict v;
        sc_facts_read(&r, &f);
        sc_classify(&f, &v);
        assert_int_equal(v.class, cases[i].class);
    }
}

static void a_failing_status_says_more_than_what_libcurl_made_of_its_body(void **state)
{
    (void)state;
    enum { TOO_LARGE = 63, BAD_RANGE = 33, CUT = 18, WRITE = 23, READ = 26 };
    static const int of_the_answer[] = {TOO_LARGE, BAD_RANGE, CUT},
                     of_the_program[] = {WRITE, READ};
    const enum sc_provider p = SC_PROVIDER_OPENAI;

    for (size_t i = 0; i < COUNT(of_the_answer); i++)
        assert_int_equal(classify(p, of_the_answer[i], 503, NULL, NULL, "").class,
                         SC_CLASS_OVERLOADED);
    for (size_t i = 0; i < COUNT(of_the_program); i++)
        assert_int_equal(classify(p, of_the_program[i], 503, NULL, NULL, "").class,
                         SC_CLASS_BAD_REQUEST);
    assert_int_equal(classify(p, TOO_LARGE, 200, NULL, NULL, "").class, SC_CLASS_BAD_REQUEST);
}

static void x_should_retry_is_a_directive(void **state)
{
    (void)state;
    struct sc_verdict v = classify(SC_PROVIDER_OPENAI, 0, 503, "X-Should-Retry", "false", "");
    assert_int_equal(v.class, SC_CLASS_OVERLOADED);
    assert_false(v.retry);
    v = classify(SC_PROVIDER_OPENAI, 0, 400, "x-should-retry", "true", "");
    assert_int_equal(v.class, SC_CLASS_BAD_REQUEST);
    assert_true(v.retry);
    v = classify(SC_PROVIDER_OPENAI, 0, 400, "x-should-retry", "perhaps", "");
    assert_false(v.retry);
    v = classify(SC_PROVIDER_OPENAI, 0, 200, "x-should-retry", "true", "{}");
    assert_false(v.retry);
}

static void patience_ends_at_its_limit(void **state)
{
    (void)state;
    assert_true(classify(SC_PROVIDER_OPENAI, 0, 429, "retry-after", "120", "").retry);
    struct sc_verdict v = classify(SC_PROVIDER_OPENAI, 0, 429, "retry-after", "121", "");
    assert_false(v.retry);
    assert_int_equal(v.class, SC_CLASS_RATE_LIMITED);
    assert_int_equal(v.hint_ms, 121000);
}

static void a_5xx_that_is_a_429_inside(void **state)
{
    (void)state;
    struct sc_verdict v = classify(SC_PROVIDER_OPENROUTER, 0, 500, NULL, NULL,
                                   "{\"error\":{\"code\":429,\"message\":\"upstream\"}}");
    assert_int_equal(v.class, SC_CLASS_RATE_LIMITED);
    v = classify(SC_PROVIDER_OPENAI, 0, 400, NULL, NULL, "{\"error\":{\"code\":429}}");
    assert_int_equal(v.class, SC_CLASS_BAD_REQUEST);
}

static void a_phrase_ending_in_a_digit_is_a_whole_number(void **state)
{
    (void)state;
    static const struct {
        const char *message;
        enum sc_class class;
    } cases[] = {
        {"limit: 0", SC_CLASS_QUOTA_EXHAUSTED},  {"limit: 0\\nPlease", SC_CLASS_QUOTA_EXHAUSTED},
        {"limit: 0.", SC_CLASS_QUOTA_EXHAUSTED}, {"limit: 05", SC_CLASS_RATE_LIMITED},
        {"limit: 0.5", SC_CLASS_RATE_LIMITED},   {"limit: 2", SC_CLASS_RATE_LIMITED}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        char body[128];
        snprintf(body, sizeof body, "{\"error\":{\"message\":\"%s\"}}", cases[i].message);
        assert_int_equal(classify(SC_PROVIDER_GEMINI, 0, 429, NULL, NULL, body).class,
                         cases[i].class);
    }
}

/* Every phrase, code and detail that a row looks for, as a prompt would echo them. */
#define ALSO                                                                                \
    "429 503 rate limit try again in 5s Limit 5, Requested 9 finish_reason content_filter " \
    "stop_reason refusal Retry-After: 7 "
static char echo[16384] = ALSO;

static void add_words(const char *list)
{
    for (; list && *list; list += strcspn(list, "|"), list += *list == '|') {
        size_t used = strlen(echo), n = strcspn(list, "|");
        assert_true(used + n + 2 < sizeof echo);
        snprintf(echo + used, sizeof echo - used, "%.*s ", (int)n, list);
    }
}

static void add_rows(const struct sc_class_rows *t)
{
    for (size_t i = 0; t && i < t->n; i++) {
        add_words(t->rows[i].phrase);
        add_words(t->rows[i].code);
        add_words(t->rows[i].detail);
    }
}

static void collect_echo(void)
{
    add_rows(&sc_rows_general);
    for (int p = 0; p < SC_PROVIDER_COUNT; p++)
        for (size_t i = 0; i < SC_FAMILIES_MAX; i++)
            add_rows(sc_provider_info((enum sc_provider)p)->rows[i]);
}

/* %s: the echo. Where it is not in a field of its own, it is quoted, as the providers do it. */
static const struct {
    int status;
    const char *body;
    enum sc_class class;
} echoes[] = {
    {400, "{\"error\":{\"message\":\"Bad.\",\"param\":\"%s\",\"input\":\"%s\"}}",
     SC_CLASS_BAD_REQUEST},
    {400, "{\"error\":{\"message\":\"Bad.\"},\"request\":{\"type\":\"%s\"}}", SC_CLASS_BAD_REQUEST},
    {400, "{\"error\":{\"message\":{\"detail\":[{\"input\":\"%s\"}]}}}", SC_CLASS_BAD_REQUEST},
    {400, "{\"error\":{\"message\":\"Invalid value: '%s'. Use another.\"}}", SC_CLASS_BAD_REQUEST},
    {400, "{\"error\":{\"message\":\"Cannot read \\\"%s\\\"\"}}", SC_CLASS_BAD_REQUEST},
    {400, "{\"message\":\"messages.0: expected a list, got ['%s']\"}", SC_CLASS_BAD_REQUEST},
    {400, "{\"error\":{\"message\":\"Invalid value: %s\",\"code\":\"invalid_value\"}}",
     SC_CLASS_BAD_REQUEST},
    {422, "{\"detail\":[{\"msg\":\"m\",\"input\":\"%s\"}]}", SC_CLASS_BAD_REQUEST},
    {400, "<html>%s</html>", SC_CLASS_BAD_REQUEST},
    {429, "{\"error\":{\"message\":\"Slow.\"},\"prompt\":\"%s\"}", SC_CLASS_RATE_LIMITED},
    {200,
     "{\"choices\":[{\"message\":{\"content\":\"%s\"},\"finish_reason\":\"stop\"}],"
     "\"prompt\":\"%s\"}",
     SC_CLASS_OK},
    {200, "{\"content\":[{\"text\":\"%s\"}],\"stop_reason\":\"end_turn\"}", SC_CLASS_OK},
    {200, "%s", SC_CLASS_OK},
};

static void an_echoed_prompt_changes_nothing(void **state)
{
    (void)state;
    static char body[3 * sizeof echo];
    for (size_t i = 0; i < COUNT(echoes); i++) {
        snprintf(body, sizeof body, echoes[i].body, echo, echo);
        for (int p = 0; p < SC_PROVIDER_COUNT; p++) {
            struct sc_verdict v =
                classify((enum sc_provider)p, 0, echoes[i].status, NULL, NULL, body);
            print_message("# %zu %s: %s\n", i, sc_provider_name((enum sc_provider)p), v.row);
            assert_string_equal(sc_class_name(v.class), sc_class_name(echoes[i].class));
            assert_int_equal(v.hint_ms, -1);
        }
    }
}

static void a_message_says_what_it_does_not_quote(void **state)
{
    (void)state;
    static const struct {
        const char *message;
        enum sc_class class;
    } cases[] = {
        {"prompt is too long: 9 tokens > 8 maximum", SC_CLASS_TOKEN_LIMIT},
        {"model 'a b': prompt is too long", SC_CLASS_TOKEN_LIMIT},
        {"the model's prompt is too long for the model's window", SC_CLASS_TOKEN_LIMIT},
        {"'a' and 'prompt is too long' and 'b'", SC_CLASS_BAD_REQUEST},
        {"`prompt is too long` is no role", SC_CLASS_BAD_REQUEST},
        {"got \\\"x, prompt is too long\\\", expected a list", SC_CLASS_BAD_REQUEST},
        {"'prompt is too long", SC_CLASS_TOKEN_LIMIT},
        {"'prompt is too long' is what the prompt is: prompt is too long", SC_CLASS_TOKEN_LIMIT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char body[256];
        snprintf(body, sizeof body, "{\"error\":{\"message\":\"%s\"}}", cases[i].message);
        print_message("# %s\n", cases[i].message);
        assert_int_equal(classify(SC_PROVIDER_ANTHROPIC, 0, 400, NULL, NULL, body).class,
                         cases[i].class);
    }
}

static void the_head_decides_where_no_body_can_change_it(void **state)
{
    (void)state;
    static const struct {
        enum sc_provider provider;
        int status;
        enum sc_head_verdict expected;
    } cases[] = {
        {SC_PROVIDER_OPENAI, 200, SC_HEAD_SUCCESS},
        {SC_PROVIDER_OPENAI, 302, SC_HEAD_SUCCESS},
        {SC_PROVIDER_OPENAI, 401, SC_HEAD_FINAL},
        {SC_PROVIDER_OPENAI, 404, SC_HEAD_FINAL},
        {SC_PROVIDER_OPENAI, 402, SC_HEAD_FINAL},
        {SC_PROVIDER_OPENROUTER, 402, SC_HEAD_NEEDS_BODY},
        {SC_PROVIDER_OPENAI, 400, SC_HEAD_NEEDS_BODY},
        {SC_PROVIDER_OPENAI, 403, SC_HEAD_NEEDS_BODY},
        {SC_PROVIDER_OPENAI, 429, SC_HEAD_NEEDS_BODY},
        {SC_PROVIDER_OPENAI, 500, SC_HEAD_RETRY},
        {SC_PROVIDER_OPENAI, 503, SC_HEAD_RETRY},
        {SC_PROVIDER_ANTHROPIC, 529, SC_HEAD_RETRY},
        {SC_PROVIDER_OLLAMA, 500, SC_HEAD_NEEDS_BODY},
        {SC_PROVIDER_OPENAI_COMPATIBLE, 500, SC_HEAD_NEEDS_BODY},
        {SC_PROVIDER_BEDROCK, 424, SC_HEAD_RETRY},
        {SC_PROVIDER_OPENAI, 408, SC_HEAD_RETRY},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        print_message("# %s %d\n", sc_provider_name(cases[i].provider), cases[i].status);
        assert_int_equal(sc_classify_head(cases[i].provider, NULL, cases[i].status),
                         cases[i].expected);
    }
}

static void the_heads_headers_settle_it(void **state)
{
    (void)state;
    static const struct sc_header yes = {{"x-should-retry", 14}, {"true", 4}};
    static const struct sc_header no = {{"x-should-retry", 14}, {"false", 5}};
    struct sc_response r = {.status = 404, .headers = &yes, .n_headers = 1};
    assert_int_equal(sc_classify_headers(&r, NULL), SC_HEAD_RETRY);
    r.status = 200;
    assert_int_equal(sc_classify_headers(&r, NULL), SC_HEAD_SUCCESS);
    r.headers = &no;
    r.status = 500;
    assert_int_equal(sc_classify_headers(&r, NULL), SC_HEAD_FINAL);
    r.n_headers = 0;
    assert_int_equal(sc_classify_headers(&r, NULL), SC_HEAD_RETRY);
}

/* The head's answer must hold for every body: here, those that the rules look for. */
static void head_and_body_never_disagree(void **state)
{
    (void)state;
    static char said[sizeof echo + 64];
    snprintf(said, sizeof said, "{\"error\":{\"message\":\"%s\"}}", echo);
    const char *const bodies[] = {
        "",
        "{\"error\":{\"type\":\"insufficient_quota\"}}",
        "{\"error\":{\"type\":\"overloaded_error\"}}",
        "{\"error\":{\"code\":\"context_length_exceeded\"}}",
        "{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"Limit 5, Requested 9\"}}",
        "{\"error\":{\"code\":429}}",
        said,
        "{\"error\":{\"details\":[{\"violations\":[{\"quotaId\":\"PerDay\"}]}]}}",
        "{\"error\":{\"metadata\":{\"limit_source\":\"openrouter_in_flight_budget\"}}}",
        "{\"__type\":\"ThrottlingException\"}",
    };
    for (int p = 0; p < SC_PROVIDER_COUNT; p++)
        for (int status = 400; status < 600; status++) {
            enum sc_head_verdict head = sc_classify_head((enum sc_provider)p, NULL, status);
            for (size_t b = 0; b < COUNT(bodies); b++) {
                struct sc_verdict v =
                    classify((enum sc_provider)p, 0, status, "retry-after", "1", bodies[b]);
                assert_false(head == SC_HEAD_RETRY && !v.retry);
                assert_false(head == SC_HEAD_FINAL && v.retry);
            }
        }
}

static void a_plain_success_is_what_its_facts_come_to(void **state)
{
    struct sc_verdict v = by_status(200), ok;

    (void)state;
    memset(&ok, 0xff, sizeof ok);
    sc_classify_ok(&ok);
    assert_int_equal(ok.class, v.class);
    assert_int_equal(ok.retry, v.retry);
    assert_int_equal(ok.hint_ms, v.hint_ms);
    assert_int_equal(ok.unprocessed, v.unprocessed);
    assert_int_equal(ok.of_model, v.of_model);
    assert_int_equal(ok.proof, v.proof);
    assert_string_equal(ok.row, v.row);
}

/* Whether another model would do: as the services write it. */
static void a_model_that_is_not_there_is_told_from_a_path(void **state)
{
    static const struct {
        enum sc_provider provider;
        bool of_model;
        const char *body;
    } cases[] = {
        {SC_PROVIDER_OPENAI, true,
         "{\"error\":{\"message\":\"The model `gpt-9` does not exist or you do not have access to "
         "it.\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"model_not_found\"}}"},
        {SC_PROVIDER_OPENAI, false,
         "{\"error\":{\"message\":\"Invalid URL (POST /v1/models/chat)\",\"type\":"
         "\"invalid_request_error\",\"param\":null,\"code\":null}}"},
        {SC_PROVIDER_OPENAI, false,
         "{\"error\":{\"message\":\"No response found with id 'resp_1'.\",\"type\":"
         "\"invalid_request_error\",\"param\":\"previous_response_id\",\"code\":null}}"},
        {SC_PROVIDER_ANTHROPIC, true,
         "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"model: "
         "claude-x\"}}"},
        {SC_PROVIDER_ANTHROPIC, false,
         "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"Not "
         "Found\"}}"},
        {SC_PROVIDER_GEMINI, true,
         "{\"error\":{\"code\":404,\"message\":\"models/gemini-0 is not found for API version "
         "v1beta.\",\"status\":\"NOT_FOUND\"}}"},
        {SC_PROVIDER_GEMINI, false,
         "{\"error\":{\"code\":404,\"message\":\"Method not found.\",\"status\":\"NOT_FOUND\"}}"},
        {SC_PROVIDER_AZURE, true,
         "{\"error\":{\"code\":\"DeploymentNotFound\",\"message\":\"The API deployment for this "
         "resource does not exist.\"}}"},
        {SC_PROVIDER_AZURE, false,
         "{\"error\":{\"code\":\"404\",\"message\":\"Resource not found\"}}"},
        {SC_PROVIDER_GROQ, false,
         "{\"error\":{\"message\":\"Unknown request URL: POST /openai/v1/models. Please check the "
         "URL\",\"type\":\"invalid_request_error\",\"code\":\"unknown_url\"}}"},
        {SC_PROVIDER_OLLAMA, true, "{\"error\":\"model 'llama9' not found\"}"},
        {SC_PROVIDER_OLLAMA, false, "404 page not found"},
        {SC_PROVIDER_VLLM, false, "{\"detail\":\"Not Found\"}"},
        {SC_PROVIDER_LLAMACPP, false,
         "{\"error\":{\"code\":404,\"message\":\"File Not Found\",\"type\":\"not_found_error\"}}"},
        {SC_PROVIDER_OPENROUTER, true,
         "{\"error\":{\"message\":\"No endpoints found for anthropic/claude-x.\",\"code\":404}}"},
        {SC_PROVIDER_OPENAI_COMPATIBLE, false, ""},
        {SC_PROVIDER_OPENAI_COMPATIBLE, false, "<html><title>404 Not Found</title></html>"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sc_verdict v = classify(cases[i].provider, 0, 404, NULL, NULL, cases[i].body);

        if (v.class != SC_CLASS_NOT_FOUND || v.of_model != cases[i].of_model)
            fail_msg("%s: %s, row %s", cases[i].body, sc_class_name(v.class), v.row);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_alone),
        cmocka_unit_test(a_model_that_is_not_there_is_told_from_a_path),
        cmocka_unit_test(transport_errors_by_whose_fault_they_are),
        cmocka_unit_test(a_failing_status_outweighs_a_broken_transfer),
        cmocka_unit_test(a_proxys_refusal_is_not_the_services_fault),
        cmocka_unit_test(a_failing_status_says_more_than_what_libcurl_made_of_its_body),
        cmocka_unit_test(x_should_retry_is_a_directive),
        cmocka_unit_test(patience_ends_at_its_limit),
        cmocka_unit_test(a_5xx_that_is_a_429_inside),
        cmocka_unit_test(a_phrase_ending_in_a_digit_is_a_whole_number),
        cmocka_unit_test(an_echoed_prompt_changes_nothing),
        cmocka_unit_test(a_message_says_what_it_does_not_quote),
        cmocka_unit_test(the_head_decides_where_no_body_can_change_it),
        cmocka_unit_test(the_heads_headers_settle_it),
        cmocka_unit_test(head_and_body_never_disagree),
        cmocka_unit_test(a_plain_success_is_what_its_facts_come_to),
    };
    collect_echo();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
