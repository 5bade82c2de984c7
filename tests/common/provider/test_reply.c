/* Answers that we make, by provider and by why: each must read as the provider's own. */
/* link with: -lcjson */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "core/classify.h"
#include "provider/reply.h"

static struct sc_verdict read_back(enum sc_provider p, const struct sc_reply_text *t)
{
    struct sc_header headers[2] = {{{"content-type", 12}, {"application/json", 16}}};
    struct sc_response r = {.provider = p,
                            .status = t->status,
                            .headers = headers,
                            .n_headers = 1,
                            .body = t->body,
                            .body_len = t->len};
    struct sc_facts f;
    struct sc_verdict v;

    if (t->error_type)
        headers[r.n_headers++] =
            (struct sc_header){{"x-amzn-errortype", 16}, {t->error_type, strlen(t->error_type)}};
    sc_facts_read(&r, &f);
    sc_classify(&f, &v);
    return v;
}

/* What our own classifier makes of it is what every client that knows the provider must make. */
static void each_is_of_the_class_that_it_tells_of(void **state)
{
    (void)state;
    static const enum sc_class classes[] = {SC_CLASS_BAD_REQUEST, SC_CLASS_AUTH,
                                            SC_CLASS_RATE_LIMITED, SC_CLASS_QUOTA_EXHAUSTED,
                                            SC_CLASS_OVERLOADED};
    struct sc_reply_text t;

    for (int p = 0; p < SC_PROVIDER_COUNT; p++)
        for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
            cJSON *json;

            sc_reply_error((enum sc_provider)p, classes[i], "Because.", &t);
            print_message("# %s %s: %d %s\n", sc_provider_name((enum sc_provider)p),
                          sc_class_name(classes[i]), t.status, t.body);
            json = cJSON_Parse(t.body);
            assert_non_null(json);
            cJSON_Delete(json);
            assert_non_null(strstr(t.body, "Because."));
            assert_string_equal(sc_class_name(read_back((enum sc_provider)p, &t).class),
                                sc_class_name(classes[i]));
            assert_true(read_back((enum sc_provider)p, &t).proof != SC_PROOF_NONE ||
                        (classes[i] != SC_CLASS_AUTH && classes[i] != SC_CLASS_QUOTA_EXHAUSTED));
        }
}

static void a_spent_quota_has_the_providers_own_code(void **state)
{
    (void)state;
    static const struct {
        enum sc_provider provider;
        int status;
        const char *has;
    } cases[] = {
        {SC_PROVIDER_OPENAI, 429, "\"code\":\"insufficient_quota\""},
        {SC_PROVIDER_OPENAI_COMPATIBLE, 429, "\"type\":\"insufficient_quota\""},
        {SC_PROVIDER_AZURE, 429, "\"code\":\"insufficient_quota\""},
        {SC_PROVIDER_ANTHROPIC, 402, "\"type\":\"billing_error\""},
        {SC_PROVIDER_GEMINI, 429, "PerDay"},
        {SC_PROVIDER_MISTRAL, 402, "{\"detail\":\"Payment required. Because.\"}"},
        {SC_PROVIDER_COHERE, 402, "payment method"},
        {SC_PROVIDER_GROQ, 400, "\"code\":\"blocked_api_access\""},
        {SC_PROVIDER_DEEPSEEK, 402, "Insufficient Balance"},
        {SC_PROVIDER_XAI, 429, "used all available credits"},
        {SC_PROVIDER_TOGETHER, 402, "\"type\":\"credit_limit\""},
        {SC_PROVIDER_OPENROUTER, 402, "\"code\":402"},
        {SC_PROVIDER_OLLAMA, 429, "{\"error\":\"you have reached your usage limit, upgrade"},
    };
    struct sc_reply_text t;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sc_reply_error(cases[i].provider, SC_CLASS_QUOTA_EXHAUSTED, "Because.", &t);
        print_message("# %s\n", t.body);
        assert_int_equal(t.status, cases[i].status);
        assert_non_null(strstr(t.body, cases[i].has));
    }
    sc_reply_error(SC_PROVIDER_BEDROCK, SC_CLASS_QUOTA_EXHAUSTED, "Because.", &t);
    assert_string_equal(t.error_type, "ServiceQuotaExceededException");
}

static void llama_servers_words_have_their_numbers(void **state)
{
    static const struct sc_excess x = {4096, 5000, 0};
    char body[512];

    (void)state;
    sc_reply_context(SC_PROVIDER_LLAMACPP, &x, body, sizeof body);
    assert_string_equal(body,
                        "{\"error\":{\"code\":400,\"message\":\"request (5000 tokens) exceeds "
                        "the available context size (4096 tokens), try increasing it\","
                        "\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":5000,"
                        "\"n_ctx\":4096}}");
}

static void a_long_reason_is_cut_and_still_json(void **state)
{
    char reason[2000];
    struct sc_reply_text t;

    (void)state;
    memset(reason, 'x', sizeof reason - 1);
    reason[sizeof reason - 1] = '\0';
    for (int p = 0; p < SC_PROVIDER_COUNT; p++) {
        cJSON *json;

        sc_reply_error((enum sc_provider)p, SC_CLASS_QUOTA_EXHAUSTED, reason, &t);
        json = cJSON_Parse(t.body);
        assert_non_null(json);
        cJSON_Delete(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_of_the_class_that_it_tells_of),
        cmocka_unit_test(a_spent_quota_has_the_providers_own_code),
        cmocka_unit_test(llama_servers_words_have_their_numbers),
        cmocka_unit_test(a_long_reason_is_cut_and_still_json),
    };
    return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
