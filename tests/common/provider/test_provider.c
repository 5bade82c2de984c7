/* Which host is whose, and which model a request asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "provider/provider.h"
#include "provider/request.h"

static void hosts_belong_to_providers(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        int port;
        const char *provider;
    } cases[] = {
        {"api.openai.com", 443, "openai"},
        {"api.openai.com.", 443, "openai"},
        {"eu.api.openai.com", 443, "openai"},
        {"evil-api.openai.com", 443, "openai-compatible"},
        {"api.openai.com.evil.example", 443, "openai-compatible"},
        {"xapi.openai.com", 443, "openai-compatible"},
        {"res.openai.azure.com", 443, "azure"},
        {"openai.azure.com", 443, "openai-compatible"},
        {".openai.azure.com", 443, "openai-compatible"},
        {"res.services.ai.azure.com", 443, "azure"},
        {"res.cognitiveservices.azure.com", 443, "azure"},
        {"api.anthropic.com", 443, "anthropic"},
        {"generativelanguage.googleapis.com", 443, "gemini"},
        {"aiplatform.googleapis.com", 443, "vertex"},
        {"us-central1-aiplatform.googleapis.com", 443, "vertex"},
        {"xaiplatform.googleapis.com", 443, "openai-compatible"},
        {"codestral.mistral.ai", 443, "mistral"},
        {"api.cohere.ai", 443, "cohere"},
        {"api.groq.com", 443, "groq"},
        {"api.deepseek.com", 443, "deepseek"},
        {"api.x.ai", 443, "xai"},
        {"api.together.xyz", 443, "together"},
        {"openrouter.ai", 443, "openrouter"},
        {"bedrock-runtime.us-east-1.amazonaws.com", 443, "bedrock"},
        {"bedrock-runtime..amazonaws.com", 443, "openai-compatible"},
        {"bedrock-mantle.us-east-1.api.aws", 443, "bedrock"},
        {"bedrock-runtime.eu-west-1.api.aws", 443, "bedrock"},
        {"sts.us-east-1.api.aws", 443, "openai-compatible"},
        {"aws-external-anthropic.us-west-2.api.aws", 443, "anthropic"},
        {"house.openai.azure.us", 443, "azure"},
        {"house.openai.azure.cn", 443, "azure"},
        {"house.services.ai.azure.us", 443, "azure"},
        {"house.eastus2.models.ai.azure.com", 443, "azure"},
        {"aiplatform.us.rep.googleapis.com", 443, "vertex"},
        {"aiplatform.eu.rep.googleapis.com", 443, "vertex"},
        {"storage.us.rep.googleapis.com", 443, "openai-compatible"},
        {"eu.openrouter.ai", 443, "openrouter"},
        {"ollama.com", 443, "ollama"},
        {"localhost", 9931, "llamacpp"},
        {"10.0.0.1", 9931, "openai-compatible"},
        {"localhost", 11434, "ollama"},
        {"127.0.0.1", 11434, "ollama"},
        {"127.1.2.3", 8000, "vllm"},
        {"::1", 8080, "llamacpp"},
        {"[::1]", 8080, "llamacpp"},
        {"localhost", 80, "openai-compatible"},
        {"127.0.0.1.evil.example", 11434, "openai-compatible"},
        {"127.evil.example", 11434, "openai-compatible"},
        {"10.0.0.1", 11434, "openai-compatible"},
        {"", 443, "openai-compatible"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum sc_provider p =
            sc_provider_by_host(cases[i].host, strlen(cases[i].host), cases[i].port);
        print_message("# %s\n", cases[i].host);
        assert_string_equal(sc_provider_name(p), cases[i].provider);
    }
}

static void names_go_there_and_back(void **state)
{
    (void)state;
    for (int p = 0; p < SC_PROVIDER_COUNT; p++)
        assert_int_equal(sc_provider_by_name(sc_provider_name((enum sc_provider)p)), p);
    assert_int_equal(sc_provider_by_name("OpenAI"), SC_PROVIDER_COUNT);
    assert_int_equal(sc_provider_by_name(NULL), SC_PROVIDER_COUNT);
    assert_string_equal(sc_provider_name(SC_PROVIDER_COUNT), "unknown");
}

static void models_are_in_the_path_or_in_the_body(void **state)
{
    (void)state;
    static const struct {
        const char *provider, *path, *body, *model;
    } cases[] = {
        {"openai", "/v1/chat/completions", "{\"model\":\"gpt-4o\"}", "gpt-4o"},
        {"openai", "/v1/chat/completions", "{\"messages\":[{\"model\":\"no\"}]}", ""},
        {"openai", "/models/x/y", NULL, ""},
        {"openai", "", "{\"model\":\"\"}", ""},
        {"gemini", "/v1beta/models/gemini-2.5-pro:generateContent?key=K", NULL, "gemini-2.5-pro"},
        {"gemini", "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
         "{\"model\":\"no\"}", "gemini-2.5-pro"},
        {"gemini", "/v1beta/openai/chat/completions", "{\"model\":\"gemini-2\"}", "gemini-2"},
        {"gemini", "/v1beta/models", NULL, ""},
        {"gemini", "/v1beta/models/", NULL, ""},
        {"vertex",
         "/v1/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-4@20250514:"
         "rawPredict",
         NULL, "claude-sonnet-4@20250514"},
        {"azure", "/openai/deployments/my%20dep/chat/completions?api-version=1", NULL, "my dep"},
        {"azure", "/openai/v1/chat/completions", "{\"model\":\"dep\"}", "dep"},
        {"bedrock", "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse", NULL,
         "anthropic.claude-3-haiku-20240307-v1:0"},
        {"bedrock", "/model/us.amazon.nova-lite-v1:0/invoke-with-response-stream", NULL,
         "us.amazon.nova-lite-v1:0"},
        {"bedrock", "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx/converse",
         NULL, "arn:aws:bedrock:us-east-1:1:inference-profile/x"},
        {"azure", "/openai/deployments/bad%2/x", NULL, "bad%2"},
        {"azure", "/openai/deployments/a%00b/x", NULL, "ab"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[64];
        const char *body = cases[i].body;
        struct sc_str path = {cases[i].path, strlen(cases[i].path)};
        bool found = sc_request_model(sc_provider_by_name(cases[i].provider), path, body,
                                      body ? strlen(body) : 0, out, sizeof out);
        print_message("# %s\n", cases[i].path);
        assert_string_equal(out, cases[i].model);
        assert_int_equal(found, cases[i].model[0] != '\0');
    }
}

/* A model is any text: what stands around it in the path stays as it is, to the last byte. */
static void the_path_for_another_model(void **state)
{
    static const struct {
        const char *provider, *path, *model, *other; /* NULL: it names none */
    } cases[] = {
        {"gemini", "/v1beta/models/a:generateContent?key=K&alt=sse", "b",
         "/v1beta/models/b:generateContent?key=K&alt=sse"},
        {"gemini", "/v1beta/models/a%3Ab:streamGenerateContent", "c?d#e/f g",
         "/v1beta/models/c%3Fd%23e%2Ff%20g:streamGenerateContent"},
        {"azure", "/openai/deployments/a/chat/completions?api-version=/models/x", "b",
         "/openai/deployments/b/chat/completions?api-version=/models/x"},
        {"bedrock", "/model/a:0/converse", "arn:aws:x/y", "/model/arn%3Aaws%3Ax%2Fy/converse"},
        {"vertex", "/v1/projects/p/models/claude@1:rawPredict", "claude-5@2",
         "/v1/projects/p/models/claude-5%402:rawPredict"},
        {"openai", "/v1/models/a:generateContent", "b", NULL},
        {"azure", "/openai/v1/chat/completions?x=/openai/deployments/a/", "b", NULL},
        {"gemini", "/v1beta/models/", "b", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_str path = {cases[i].path, strlen(cases[i].path)};
        struct sc_buf out = {.max = 4096};
        bool good = sc_request_other_path(sc_provider_by_name(cases[i].provider), path,
                                          cases[i].model, &out);

        print_message("# %s\n", cases[i].path);
        sc_buf_char(&out, '\0');
        assert_int_equal(good, cases[i].other != NULL);
        assert_string_equal(out.p, cases[i].other ? cases[i].other : "");
        sc_buf_free(&out);
    }
}

/* Where the body depends on the model, or is not known, another model is not asked. */
static void requests_that_suit_all_models(void **state)
{
    static const struct {
        const char *path;
        bool suits;
    } cases[] = {
        {"/model/a/converse", true}, {"/model/a/converse-stream?x=1", true},
        {"/model/a/invoke", false},  {"/model/a/invoke-with-response-stream", false},
        {"/model//converse", false}, {"/converse", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_str path = {cases[i].path, strlen(cases[i].path)};

        assert_int_equal(sc_request_suits_models(SC_PROVIDER_BEDROCK, path), cases[i].suits);
        assert_false(sc_request_suits_models(SC_PROVIDER_OPENAI, path));
    }
}

static void a_long_model_is_cut(void **state)
{
    (void)state;
    char out[4];
    struct sc_str path = {"/openai/deployments/abcdef/x", 28};
    assert_true(sc_request_model(SC_PROVIDER_AZURE, path, NULL, 0, out, sizeof out));
    assert_string_equal(out, "abc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_belong_to_providers),
        cmocka_unit_test(names_go_there_and_back),
        cmocka_unit_test(models_are_in_the_path_or_in_the_body),
        cmocka_unit_test(the_path_for_another_model),
        cmocka_unit_test(requests_that_suit_all_models),
        cmocka_unit_test(a_long_model_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
