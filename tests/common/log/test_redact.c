/* What must never reach a log, and what must stay readable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "log/log.h"

#define R "[redacted]"

static void check(const char *in, const char *want)
{
    char out[512];
    size_t n = strlen(in);
    char *copy = malloc(n ? n : 1); /* ends where the text ends, for the sanitizers */
    memcpy(copy, in, n);
    size_t got = sc_redact(copy, n, out, sizeof out);
    free(copy);
    assert_string_equal(out, want);
    assert_int_equal(got, strlen(want));
}

static void secrets_are_taken_out(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"Incorrect API key provided: sk-abcdefghijkl.", "Incorrect API key provided: " R},
        {"key sk-proj-Ab_9-xyzxyzxyz, see", "key " R ", see"},
        {"you gave sk-abcd***************wxyz here", "you gave " R " here"},
        {"sk-ant-api03-abcdefgh_ijk-AA", R},
        {"sk-or-v1-0123456789abcdef", R},
        {"(gsk_0123456789abcdef)", "(" R ")"},
        {"xai-0123456789abcdef", R},
        {"AIzaSyA0123456789_-abc", R},
        {"ya29.a0AfB_by0123456789", R},
        {"AKIAIOSFODNN7EXAMPLE", R},
        {"ASIAIOSFODNN7EXAMPLE", R},
        {"{\"SecretAccessKey\": \"wJal/rXUt\"}", "{\"SecretAccessKey\": \"" R "\"}"},
        {"clientSecret=abc&accessToken=def", "clientSecret=" R "&accessToken=" R},
        {"maxTokens: 5, totalTokens=7", "maxTokens: 5, totalTokens=7"},
        {"hf_abcdefghijklmnop", R},
        {"r8_abcdefghijklmnop", R},
        {"nvapi-abcdefghijkl", R},
        {"ghp_abcdefghijklmnop", R},
        {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", R},
        {"Authorization: Bearer abc.def-ghi", "Authorization: " R},
        {"authorization: Basic dTpw", "authorization: " R},
        {"sent Bearer abc+/=", "sent Bearer " R},
        {"sent bearer  abc", "sent bearer  " R},
        {"x-api-key: 12345", "x-api-key: " R},
        {"X-Goog-Api-Key:12345\r\nHost: h", "X-Goog-Api-Key:" R "\r\nHost: h"},
        {"api-key: 12345", "api-key: " R},
        {"Ocp-Apim-Subscription-Key: a1", "Ocp-Apim-Subscription-Key: " R},
        {"Cookie: session=abc; x=y", "Cookie: " R "; x=y"},
        {"https://h/v1?key=abc&x=1", "https://h/v1?key=" R "&x=1"},
        {"https://h/v1?x=1&api_key=abc#f", "https://h/v1?x=1&api_key=" R "#f"},
        {"https://h/v1?access_token=abc", "https://h/v1?access_token=" R},
        {"/o?X-Amz-Signature=ab&X-Amz-Security-Token=cd",
         "/o?X-Amz-Signature=" R "&X-Amz-Security-Token=" R},
        {"?code=1&sig=abc%3D", "?code=1&sig=" R},
        {"{\"api_key\":\"abc def\"}", "{\"api_key\":\"" R "\"}"},
        {"{\"token\" : \"abc\", \"n\":1}", "{\"token\" : \"" R "\", \"n\":1}"},
        {"{\\\"api_key\\\":\\\"abc\\\"}", "{\\\"api_key\\\":\\\"" R "\\\"}"},
        {"password = 'a b'", "password = '" R "'"},
        {"https://user:pass@h/x", "https://" R "@h/x"},
        {"https://user:p@ss@h/x", "https://" R "@h/x"},
        {"http://token@h", "http://" R "@h"},
        {"proxy socks5h://u:p@127.0.0.1:1080 failed",
         "proxy socks5h://" R "@127.0.0.1:1080 failed"},
        {"cut short sk-ab", "cut short " R}, /* the text's end may have cut it */
        {"KEY=abc", "KEY=" R},
        {"OPENAI_API_KEY=abc", "OPENAI_API_KEY=" R},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i].in, cases[i].out);
}

static void ordinary_text_stays(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "HTTP 503 from api.openai.com",
        "This model's maximum context length is 8192 tokens.",
        "max_tokens=100, prompt_tokens: 5, \"total_tokens\": 7",
        "https://api.openai.com/v1/chat/completions?x=1&y=2",
        "monkey=banana keyboard: de",
        "task-force risk-averse-but-fine sk-learn is a library",
        "user@example.com wrote",
        "the key is missing",
        "a bearer of news, basic stuff, done",
        "/models/claude@20240229:predict",
        "caf\xc3\xa9 \xff",
        "[redacted] key=[redacted] Bearer [redacted]",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i], cases[i]);
}

static void output_is_bounded_and_terminated(void **state)
{
    (void)state;
    const char *in = "https://h/?key=secret and a tail";
    for (size_t size = 1; size < 40; size++) {
        char out[40];
        memset(out, 'x', sizeof out);
        size_t n = sc_redact(in, strlen(in), out, size);
        assert_true(n < size);
        assert_int_equal(out[n], 0);
        assert_null(strstr(out, "sec"));
    }
    assert_int_equal(sc_redact(in, strlen(in), NULL, 0), 0);
}

/* A provider's error text is up to the provider: a long one must not cost seconds. */
static void cost_is_bounded(void **state)
{
    (void)state;
    size_t n = 1 << 20;
    char *in = malloc(n), *out = malloc(n);
    for (size_t i = 0; i < n; i++)
        in[i] = "://"[i % 3];
    sc_redact(in, n, out, n);
    memset(in, 'k', n);
    sc_redact(in, n, out, n);
    free(in);
    free(out);
}

static void drawn_names_are_taken_out(void **state)
{
    (void)state;
    static const char *const written[] = {
        "insufficient_quota",
        "rate_limit_exceeded RESOURCE_EXHAUSTED",
        "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
        "GenerateContentInputTokensPerModelPerMinute-FreeTier",
        "ThrottlingException",
        "MODEL_CAPACITY_EXHAUSTED API_KEY_INVALID",
        "context_length_exceeded 1302 20012",
        "openai_v1_error",
        "ServiceUnavailableException",
        "InternalServerError",
        "",
    };
    static const char *const drawn[] = {
        "60181590830166131860913",
        "aB3xY9kQ2mZ7",
        "deadbeef0123cafe99",
        "NjAxODE1OTA4MzAx",
        "abcdefghijklmnopqrstuvw",
        "x%2Dabc",
        "ab****yz",
        "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    };
    char out[256];
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        assert_int_equal(sc_redact_names(written[i], out, sizeof out), strlen(written[i]));
        assert_string_equal(out, written[i]);
    }
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++) {
        char in[256];
        snprintf(in, sizeof in, "quota %s end", drawn[i]);
        sc_redact_names(in, out, sizeof out);
        assert_string_equal(out, "quota " R " end");
    }
    assert_int_equal(sc_redact_names("x", NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_taken_out),
        cmocka_unit_test(ordinary_text_stays),
        cmocka_unit_test(output_is_bounded_and_terminated),
        cmocka_unit_test(cost_is_bounded),
        cmocka_unit_test(drawn_names_are_taken_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
