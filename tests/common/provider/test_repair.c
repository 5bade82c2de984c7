/* What errors say about the output limit that would have been taken, and the request with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/classify.h"
#include "provider/repair.h"
#include "provider/reply.h"

static struct sc_str str(const char *s)
{
    return (struct sc_str){s, strlen(s)};
}

static void errors_name_what_would_fit(void **state)
{
    static const struct {
        const char *message;
        int64_t limit;
    } cases[] = {
        {"This model's maximum context length is 8192 tokens. However, you requested 9000 tokens "
         "(5000 in the messages, 4000 in the completion). Please reduce the length of the messages "
         "or completion.",
         3192},
        {"This model's maximum context length is 4097 tokens. However, you requested 5360 tokens "
         "(1000 in the messages, 360 in the functions, and 4000 in the completion).",
         2737},
        {"This model's maximum context length is 4097 tokens, however you requested 4162 tokens "
         "(162 "
         "in your prompt; 4000 for the completion). Please reduce your prompt; or completion "
         "length.",
         3935},
        {"'max_tokens' or 'max_completion_tokens' is too large: 9000. This model's maximum context "
         "length is 8192 tokens and your request has 100 input tokens (9000 > 8192 - 100).",
         8092},
        {"This endpoint's maximum context length is 32768 tokens. However, you requested about "
         "40010 "
         "tokens (10 of text input, 40000 in the output).",
         32758},
        {"max_tokens is too large: 32000. This model supports at most 16384 completion tokens, "
         "whereas "
         "you provided 32000.",
         16384},
        {"max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for "
         "claude-3-5-sonnet-20241022",
         8192},
        {"input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease "
         "input "
         "length or `max_tokens` and try again",
         10000},
        {"`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is "
         "less "
         "than the `context_window` for this model",
         8192},
        {"Unable to submit request because it has a maxOutputTokens value of 100000 but the "
         "supported "
         "range is from 1 (inclusive) to 8193 (exclusive). Update the value and try again.",
         8192},
        {"Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", 8192},
        {"The maximum tokens you requested exceeds the model limit of 4096. Try again with a "
         "maximum "
         "tokens value that is lower than 4096.",
         4096},
        {"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097. Given: 2100 "
         "`inputs` tokens and 2500 `max_new_tokens`",
         1997},
        {"`inputs` tokens + `max_new_tokens` must be <= 4097.", 0},
        /* The input alone is too long, or next to nothing is left. */
        {"This model's maximum context length is 8192 tokens. However, your messages resulted in "
         "9000 "
         "tokens. Please reduce the length of the messages.",
         0},
        {"This model's maximum context length is 8192 tokens. However, you requested 13000 tokens "
         "(9000 "
         "in the messages, 4000 in the completion).",
         0},
        {"This model's maximum context length is 8192 tokens. However, you requested 12180 tokens "
         "(8180 "
         "in the messages, 4000 in the completion).",
         0},
        {"prompt is too long: 208310 tokens > 200000 maximum", 0},
        {"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
         0},
        {"Invalid request.", 0},
        {"", 0},
        {"supports at most ", 0},
        {"supports at most 99999999999999999999 completion tokens", 0},
        {" in the completion maximum context length is requested ", 0},
        {"exceed context limit: 5", 0},
        {" (exclusive) maxOutputTokens", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (sc_repair_limit(str(cases[i].message)) != cases[i].limit)
            fail_msg("%lld of: %s", (long long)sc_repair_limit(str(cases[i].message)),
                     cases[i].message);
}

/* The request with another limit; "" if it stays as it is. */
static const char *lowered(const char *body, int64_t limit)
{
    static char out[512];
    struct sc_edits e;

    sc_edits_init(&e, str(body));
    out[0] = '\0';
    if (!sc_repair_edit(e.original, limit, &e))
        return out;
    assert_false(e.failed);
    sc_edits_write(&e, out);
    out[sc_edits_size(&e)] = '\0';
    return out;
}

static void the_limit_is_lowered_wherever_it_stands(void **state)
{
    (void)state;
    assert_string_equal(lowered("{\"max_tokens\": 4000 ,\"n\":1}", 3192),
                        "{\"max_tokens\": 3192 ,\"n\":1}");
    assert_string_equal(lowered("{\"max_completion_tokens\":20000}", 16384),
                        "{\"max_completion_tokens\":16384}");
    assert_string_equal(lowered("{\"max_output_tokens\":20000}", 999),
                        "{\"max_output_tokens\":999}");
    assert_string_equal(lowered("{\"generationConfig\":{\"topK\":1,\"maxOutputTokens\":9}}", 8),
                        "{\"generationConfig\":{\"topK\":1,\"maxOutputTokens\":8}}");
    assert_string_equal(lowered("{\"inferenceConfig\":{\"maxTokens\":9000}}", 4096),
                        "{\"inferenceConfig\":{\"maxTokens\":4096}}");
    assert_string_equal(lowered("{\"max_tokens\":100,\"max_completion_tokens\":200}", 150),
                        "{\"max_tokens\":100,\"max_completion_tokens\":150}");
    assert_string_equal(lowered("{\"max_tokens\":null,\"max_completion_tokens\":200}", 150),
                        "{\"max_tokens\":null,\"max_completion_tokens\":150}");
}

static void what_cannot_be_lowered_stays(void **state)
{
    (void)state;
    assert_string_equal(lowered("{\"messages\":[]}", 100), "");
    assert_string_equal(lowered("{\"max_tokens\":100}", 100), "");
    assert_string_equal(lowered("{\"max_tokens\":\"200\"}", 100), "");
    assert_string_equal(lowered("{\"max_tokens\":2e2}", 100), "");
    assert_string_equal(lowered("{\"max_tokens\":-200}", 100), "");
    assert_string_equal(lowered("{\"max_tokens\":200,\"max_tokens\":300}", 100), "");
    assert_string_equal(lowered("{\"metadata\":{\"max_tokens\":200}}", 100), "");
    assert_string_equal(
        lowered("{\"max_tokens\":20000,\"thinking\":{\"budget_tokens\":8000}}", 8000), "");
    assert_string_equal(
        lowered("{\"max_tokens\":20000,\"thinking\":{\"budget_tokens\":8000}}", 8192),
        "{\"max_tokens\":8192,\"thinking\":{\"budget_tokens\":8000}}");
}

/* Our own answer about a request that is too long is one of the provider's to whoever reads it. */
static void our_context_errors_read_as_the_providers(void **state)
{
    static const struct sc_excess cases[] = {{8192, 9000, 0}, {200000, 190000, 20000}};
    struct sc_response r = {.status = 400};
    struct sc_verdict v;
    char body[640];

    (void)state;
    for (int p = 0; p < SC_PROVIDER_COUNT; p++)
        for (size_t i = 0; i < 2; i++) {
            r.provider = (enum sc_provider)p;
            r.body = body;
            r.body_len = sc_reply_context(r.provider, &cases[i], body, sizeof body);
            assert_true(r.body_len > 0 && r.body_len == strlen(body));
            {
                struct sc_facts f;

                sc_facts_read(&r, &f);
                sc_classify(&f, &v);
            }
            if (v.class != SC_CLASS_TOKEN_LIMIT)
                fail_msg("%s: %s", sc_provider_name(r.provider), body);
        }
    sc_reply_context(SC_PROVIDER_OPENAI, &cases[0], body, sizeof body);
    assert_string_equal(
        body, "{\"error\":{\"message\":\"This model's maximum context length is 8192 tokens. "
              "However, your messages resulted in 9000 tokens. Please reduce the length of "
              "the messages.\",\"type\":\"invalid_request_error\",\"param\":\"messages\","
              "\"code\":\"context_length_exceeded\"}}");
    sc_reply_context(SC_PROVIDER_ANTHROPIC, &cases[1], body, sizeof body);
    assert_string_equal(body,
                        "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\","
                        "\"message\":\"input length and `max_tokens` exceed context limit: "
                        "190000 + 20000 > 200000, decrease input length or `max_tokens` and try "
                        "again\"}}");
    assert_int_equal(sc_reply_context(SC_PROVIDER_OPENAI, &cases[0], body, 100), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_name_what_would_fit),
        cmocka_unit_test(the_limit_is_lowered_wherever_it_stands),
        cmocka_unit_test(what_cannot_be_lowered_stays),
        cmocka_unit_test(our_context_errors_read_as_the_providers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
