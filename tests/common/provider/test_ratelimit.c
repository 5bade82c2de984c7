/* What each provider's rate-limit headers say, and that no header says what cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "provider/ratelimit.h"

#define NOW INT64_C(1755780000) /* 2025-08-21T12:40:00Z */
#define DAY 86400000
#define HEADERS_MAX 16

/* "name: value\n..." to headers. */
static size_t split(const char *text, struct sc_header out[HEADERS_MAX])
{
    size_t n = 0;

    while (*text && n < HEADERS_MAX) {
        const char *colon = strchr(text, ':'), *end = strchr(text, '\n');

        end = end ? end : text + strlen(text);
        out[n].name = (struct sc_str){text, (size_t)(colon - text)};
        colon += colon[1] == ' ' ? 2 : 1;
        out[n++].value = (struct sc_str){colon, (size_t)(end - colon)};
        text = *end ? end + 1 : end;
    }
    return n;
}

static bool read_text(enum sc_provider p, const char *text, struct sc_ratelimit *out)
{
    struct sc_header h[HEADERS_MAX];

    return sc_ratelimit_read(p, h, split(text, h), NOW, out);
}

static void providers_headers_are_understood(void **state)
{
    static const struct {
        enum sc_provider provider;
        const char *headers;
        struct sc_rate requests, tokens;
    } cases[] = {
        {SC_PROVIDER_OPENAI,
         "date: Thu, 21 Aug 2025 12:40:00 GMT\nx-request-id: req_1\n"
         "x-ratelimit-limit-requests: 5000\nx-ratelimit-limit-tokens: 160000\n"
         "x-ratelimit-remaining-requests: 4999\nx-ratelimit-remaining-tokens: 159976\n"
         "x-ratelimit-reset-requests: 12ms\nx-ratelimit-reset-tokens: 9ms",
         {5000, 4999, 12, 60000, SC_RATE_BUCKET},
         {160000, 159976, 9, 60000, SC_RATE_BUCKET}},
        {SC_PROVIDER_OPENAI, /* a low tier's requests are those of a day */
         "x-ratelimit-limit-requests: 200\nx-ratelimit-remaining-requests: 199\n"
         "x-ratelimit-reset-requests: 7m12s\nx-ratelimit-limit-tokens: 100000\n"
         "x-ratelimit-remaining-tokens: 0\nx-ratelimit-reset-tokens: 1m0s",
         {200, 199, 432000, DAY, SC_RATE_BUCKET},
         {100000, 0, 60000, 60000, SC_RATE_BUCKET}},
        {SC_PROVIDER_OPENAI_COMPATIBLE, /* the IETF's draft, version 07, and what came of it */
         "ratelimit-policy: 100;w=60\nratelimit: limit=100, remaining=40, reset=5",
         {100, 40, 5000, 60000, SC_RATE_WINDOW},
         {-1, -1, -1, 0, 0}},
        {SC_PROVIDER_OPENAI_COMPATIBLE, /* the one of which least is left counts */
         "RateLimit: \"day\";r=900;t=4000,\"burst, short\";r=3;t=2\n"
         "RateLimit-Policy: \"day\";q=1000;w=86400, \"burst, short\";q=10;w=10",
         {10, 3, 2000, 10000, SC_RATE_WINDOW},
         {-1, -1, -1, 0, 0}},
        {SC_PROVIDER_OPENAI, /* full: nothing to wait for */
         "X-RateLimit-Limit-Requests: 60\nX-RateLimit-Remaining-Requests: 60\n"
         "X-RateLimit-Reset-Requests: 0s",
         {60, 60, 0, 60000, SC_RATE_BUCKET},
         {-1, -1, -1, 0, 0}},
        {SC_PROVIDER_OPENAI, /* the usual names count before the usage based ones */
         "x-ratelimit-limit-tokens_usage_based: 7\nx-ratelimit-remaining-tokens_usage_based: 6\n"
         "x-ratelimit-limit-tokens: 1000\nx-ratelimit-remaining-tokens: 900\n"
         "x-ratelimit-reset-tokens_usage_based: 9ms",
         {-1, -1, -1, 0, 0},
         {1000, 900, -1, 60000, SC_RATE_BUCKET}},
        {SC_PROVIDER_AZURE,
         "x-ratelimit-limit-requests: 60\nx-ratelimit-remaining-requests: 59\n"
         "x-ratelimit-remaining-tokens: 100",
         {60, 59, -1, 60000, SC_RATE_BUCKET},
         {-1, -1, -1, 0, 0}},
        {SC_PROVIDER_GROQ,
         "x-ratelimit-limit-requests: 14400\nx-ratelimit-limit-tokens: 18000\n"
         "x-ratelimit-remaining-requests: 14370\nx-ratelimit-remaining-tokens: 17997\n"
         "x-ratelimit-reset-requests: 2m59.56s\nx-ratelimit-reset-tokens: 7.66s",
         {14400, 14370, 179560, DAY, SC_RATE_BUCKET},
         {18000, 17997, 7660, 60000, SC_RATE_BUCKET}},
        {SC_PROVIDER_ANTHROPIC,
         "date: Thu, 21 Aug 2025 12:40:30 GMT\n"
         "anthropic-ratelimit-requests-limit: 50\nanthropic-ratelimit-requests-remaining: 49\n"
         "anthropic-ratelimit-requests-reset: 2025-08-21T12:40:59Z\n"
         "anthropic-ratelimit-input-tokens-limit: 30000\n"
         "anthropic-ratelimit-input-tokens-remaining: 11000\n"
         "anthropic-ratelimit-input-tokens-reset: 2025-08-21T12:41:05Z\n"
         "anthropic-ratelimit-tokens-limit: 38000\nanthropic-ratelimit-tokens-remaining: 19000\n"
         "anthropic-ratelimit-tokens-reset: 2025-08-21T14:41:00.5+02:00",
         {50, 49, 29000, 60000, SC_RATE_BUCKET},
         {38000, 19000, 30500, 60000, SC_RATE_BUCKET}},
        {SC_PROVIDER_ANTHROPIC, /* no Date: the clock at hand */
         "anthropic-ratelimit-input-tokens-limit: 30000\n"
         "anthropic-ratelimit-input-tokens-remaining: 11000\n"
         "anthropic-ratelimit-input-tokens-reset: 2025-08-21T12:40:05Z",
         {-1, -1, -1, 0, 0},
         {30000, 11000, 5000, 60000, SC_RATE_BUCKET}},
        {SC_PROVIDER_MISTRAL,
         "x-ratelimit-limit-tokens-minute: 5000000\n"
         "x-ratelimit-remaining-tokens-minute: 4999911\nx-ratelimit-tokens-query-cost: 52\n"
         "x-ratelimit-limit-req-minute: 720\nx-ratelimit-remaining-req-minute: 717",
         {720, 717, -1, 60000, SC_RATE_BUCKET},
         {5000000, 4999911, -1, 60000, SC_RATE_BUCKET}},
        {SC_PROVIDER_MISTRAL,
         "ratelimitbysize-limit: 500000\nratelimitbysize-remaining: 499000\n"
         "ratelimitbysize-reset: 22\nratelimitbysize-query-cost: 1000",
         {-1, -1, -1, 0, 0},
         {500000, 499000, 22000, 60000, SC_RATE_BUCKET}},
        {SC_PROVIDER_COHERE,
         "x-trial-endpoint-call-limit: 40\nx-trial-endpoint-call-remaining: 3\n"
         "x-ratelimit-reset: 1755780042",
         {40, 3, 42000, 60000, SC_RATE_WINDOW},
         {-1, -1, -1, 0, 0}},
        {SC_PROVIDER_OPENROUTER,
         "x-ratelimit-limit: 20\nx-ratelimit-remaining: 0\nx-ratelimit-reset: 1755780060500",
         {20, 0, 60500, 0, SC_RATE_WINDOW},
         {-1, -1, -1, 0, 0}},
        {SC_PROVIDER_TOGETHER,
         "x-ratelimit-limit: 10.0\nx-ratelimit-remaining: 9\nx-ratelimit-reset: 1\n"
         "x-tokenlimit-limit: 3000\nx-tokenlimit-remaining: 2900\nx-tokenlimit-reset: 0.5",
         {10, 9, 1000, 0, SC_RATE_WINDOW},
         {3000, 2900, 500, 0, SC_RATE_WINDOW}},
        {SC_PROVIDER_OPENAI_COMPATIBLE, /* gateways: in whichever form */
         "x-ratelimit-limit-requests: 60\nx-ratelimit-remaining-requests: 10\n"
         "x-ratelimit-reset-requests: 50\nx-ratelimit-limit-tokens: 90\n"
         "x-ratelimit-remaining-tokens: 80\nx-ratelimit-reset-tokens: 1755780007",
         {60, 10, 50000, 60000, SC_RATE_BUCKET},
         {90, 80, 7000, 60000, SC_RATE_BUCKET}},
        {SC_PROVIDER_OPENAI_COMPATIBLE, /* the IETF draft */
         "ratelimit-limit: 100;w=60\nratelimit-remaining: 5\nratelimit-reset: 30",
         {100, 5, 30000, 0, SC_RATE_WINDOW},
         {-1, -1, -1, 0, 0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_ratelimit out;
        const struct sc_rate *want[] = {&cases[i].requests, &cases[i].tokens};

        assert_true(read_text(cases[i].provider, cases[i].headers, &out));
        for (int k = 0; k < SC_RATE_COUNT; k++)
            if (memcmp(&out.of[k], want[k], offsetof(struct sc_rate, kind)) != 0 ||
                out.of[k].kind != want[k]->kind)
                fail_msg("case %zu, %s: %lld of %lld, reset %lld, window %lld, kind %d", i,
                         k ? "tokens" : "requests", (long long)out.of[k].remaining,
                         (long long)out.of[k].limit, (long long)out.of[k].reset_ms,
                         (long long)out.of[k].window_ms, out.of[k].kind);
    }
}

static void silence_and_strangers_say_nothing(void **state)
{
    static const char *const texts[] = {
        "",
        "content-type: application/json\nx-request-id: abc\nalt-svc: h3",
        "x-ratelimit-limit-requestz: 5\nx-ratelimit-remaining-requestz: 4",
        "anthropic-ratelimit-requests-limit: 50\nanthropic-ratelimit-requests-remaining: 49",
        "x-ratelimit-limit-requests: 500",   /* how much, but not what is left */
        "x-ratelimit-remaining-requests: 5", /* of what, until when? */
        "x-ratelimit-limit-requests: 0\nx-ratelimit-remaining-requests: 0",
        "x-ratelimit-limit-requests: 60\nx-ratelimit-remaining-requests: many",
        "x-ratelimit-limit-requests: 60\nx-ratelimit-remaining-requests:",
        "x-ratelimit-limit-requests: 99999999999999999999\nx-ratelimit-remaining-requests: 1",
        "x-ratelimit-limit-requests: NaN\nx-ratelimit-remaining-requests: 1",
        "x-ratelimit-limit-requests: 1e300\nx-ratelimit-remaining-requests: 0x10",
    };
    struct sc_ratelimit out;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (read_text(SC_PROVIDER_OPENAI, texts[i], &out))
            fail_msg("case %zu says something", i);
    for (int p = 0; p < SC_PROVIDER_COUNT; p++)
        assert_false(read_text((enum sc_provider)p, "x-ratelimit-query-cost: 7", &out));
}

static void values_that_cannot_be_are_as_good_as_not_sent(void **state)
{
    static const char *const resets[] = {"-5s",
                                         "NaN",
                                         "inf",
                                         "1e400s",
                                         "99999999999h",
                                         "12",
                                         "12parsecs",
                                         "\x80\xff",
                                         "2025-08-21T12:40:59Z",
                                         "",
                                         "s",
                                         "ms",
                                         "1h2m3.5"};
    static const char *const dates[] = {"2025-13-21T12:40:59Z",       "2025-08-21T12:40:59",
                                        "2025-08-21T12:40:59+9:00",   "9999-08-21T12:40:59Z",
                                        "2025-08-21T12:40:59Zsecond", "XXXX-08-21T12:40:59Z",
                                        "0000-08-21T12:40:59Z",       "12ms"};
    struct sc_ratelimit out;
    char text[256];

    (void)state;
    for (size_t i = 0; i < sizeof resets / sizeof *resets; i++) {
        snprintf(text, sizeof text,
                 "x-ratelimit-limit-requests: 60\nx-ratelimit-remaining-requests: 3\n"
                 "x-ratelimit-reset-requests: %s",
                 resets[i]);
        assert_true(read_text(SC_PROVIDER_OPENAI, text, &out));
        if (out.of[0].reset_ms != -1 || out.of[0].remaining != 3)
            fail_msg("%s: %lld", resets[i], (long long)out.of[0].reset_ms);
    }
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        snprintf(text, sizeof text,
                 "anthropic-ratelimit-requests-limit: 60\n"
                 "anthropic-ratelimit-requests-remaining: 3\n"
                 "anthropic-ratelimit-requests-reset: %s",
                 dates[i]);
        assert_true(read_text(SC_PROVIDER_ANTHROPIC, text, &out));
        if (out.of[0].reset_ms != -1)
            fail_msg("%s: %lld", dates[i], (long long)out.of[0].reset_ms);
    }
    assert_true(read_text(SC_PROVIDER_OPENAI,
                          "x-ratelimit-limit-requests: 60\nx-ratelimit-remaining-requests: -4",
                          &out));
    assert_int_equal(out.of[0].remaining, 0);
    assert_true(read_text(SC_PROVIDER_OPENAI,
                          "x-ratelimit-limit-requests: 60\nx-ratelimit-remaining-requests: 400",
                          &out));
    assert_int_equal(out.of[0].remaining, 60);
    assert_true(read_text(SC_PROVIDER_COHERE, /* the past */
                          "x-trial-endpoint-call-limit: 40\nx-trial-endpoint-call-remaining: 3\n"
                          "x-ratelimit-reset: 1755779990",
                          &out));
    assert_int_equal(out.of[0].reset_ms, 0);
}

/* Every prefix of every header, in memory that ends with it. */
static void nothing_is_read_beyond_the_end(void **state)
{
    static const char *const lines[] = {"x-ratelimit-reset-requests: 1h2m3.5s",
                                        "anthropic-ratelimit-tokens-reset: "
                                        "2025-08-21T12:40:59.123+02:00",
                                        "x-ratelimit-reset: 1755780060500",
                                        "ratelimit-limit: 100;w=60"};
    struct sc_ratelimit out;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        for (size_t colon = strcspn(lines[i], ":"), n = 1; n <= strlen(lines[i]); n++) {
            size_t name_n = n < colon ? n : colon, value_n = n > colon + 2 ? n - colon - 2 : 0;
            char *name = malloc(name_n), *value = malloc(value_n + !value_n);
            struct sc_header h = {{name, name_n}, {value, value_n}};

            memcpy(name, lines[i], name_n);
            memcpy(value, lines[i] + colon + 2, value_n);
            for (int p = 0; p < SC_PROVIDER_COUNT; p++)
                sc_ratelimit_read((enum sc_provider)p, &h, 1, NOW, &out);
            free(name);
            free(value);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(providers_headers_are_understood),
        cmocka_unit_test(silence_and_strangers_say_nothing),
        cmocka_unit_test(values_that_cannot_be_are_as_good_as_not_sent),
        cmocka_unit_test(nothing_is_read_beyond_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
