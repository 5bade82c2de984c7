/* What a request does, by its method and path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "provider/paths.h"

static enum sc_request_kind kind(const char *provider, const char *method, const char *path,
                                 bool asks)
{
    return sc_request_kind(sc_provider_by_name(provider), (struct sc_str){method, strlen(method)},
                           (struct sc_str){path, strlen(path)}, asks);
}

static void paths_tell_what_a_post_does(void **state)
{
    (void)state;
    static const struct {
        const char *provider, *path;
        enum sc_request_kind kind;
    } cases[] = {
        {"openai", "/v1/chat/completions", SC_REQUEST_GENERATES},
        {"openai", "/v1/chat/completions/", SC_REQUEST_GENERATES},
        {"openai", "/v1/chat/completions/chatcmpl-1", SC_REQUEST_CHANGES},
        {"openai", "/v1/responses", SC_REQUEST_GENERATES},
        {"openai", "/v1/responses/resp_1/cancel", SC_REQUEST_CHANGES},
        {"openai", "/v1/audio/transcriptions", SC_REQUEST_GENERATES},
        {"openai", "/v1/moderations", SC_REQUEST_GENERATES},
        {"openai", "/v1/files", SC_REQUEST_CHANGES},
        {"openai", "/v1/batches", SC_REQUEST_CHANGES},
        {"openai", "/v1/fine_tuning/jobs", SC_REQUEST_CHANGES},
        {"openai", "/v1/threads/thread_1/runs", SC_REQUEST_CHANGES},
        {"openai", "/v1/threads/thread_1/messages", SC_REQUEST_CHANGES},
        {"openai", "/v1/videos", SC_REQUEST_CHANGES},
        {"openai", "/v1/vector_stores", SC_REQUEST_CHANGES},
        {"openai", "/", SC_REQUEST_CHANGES},
        {"azure", "/openai/deployments/house/chat/completions", SC_REQUEST_GENERATES},
        {"azure", "/anthropic/v1/messages", SC_REQUEST_GENERATES},
        {"azure", "/openai/deployments/house/images/generations:submit", SC_REQUEST_CHANGES},
        {"anthropic", "/v1/messages", SC_REQUEST_GENERATES},
        {"anthropic", "/v1/messages/count_tokens", SC_REQUEST_GENERATES},
        {"anthropic", "/v1/messages/batches", SC_REQUEST_CHANGES},
        {"anthropic", "/v1/files", SC_REQUEST_CHANGES},
        {"gemini", "/v1beta/models/g:generateContent", SC_REQUEST_GENERATES},
        {"gemini", "/v1beta/models/g%3AstreamGenerateContent", SC_REQUEST_GENERATES},
        {"gemini", "/v1beta/models/g:embedContent", SC_REQUEST_GENERATES},
        {"gemini", "/v1beta/models/g:batchGenerateContent", SC_REQUEST_CHANGES},
        {"gemini", "/v1beta/models/g:predictLongRunning", SC_REQUEST_CHANGES},
        {"gemini", "/v1beta/openai/chat/completions", SC_REQUEST_GENERATES},
        {"gemini", "/upload/v1beta/files", SC_REQUEST_CHANGES},
        {"gemini", "/v1beta/cachedContents", SC_REQUEST_CHANGES},
        {"gemini", "/v1beta/interactions", SC_REQUEST_GENERATES},
        {"vertex", "/v1/p/m/claude:streamRawPredict", SC_REQUEST_GENERATES},
        {"vertex", "/v1/p/m/veo:fetchPredictOperation", SC_REQUEST_IDEMPOTENT},
        {"vertex", "/v1/p/batchPredictionJobs", SC_REQUEST_CHANGES},
        {"mistral", "/v1/fim/completions", SC_REQUEST_GENERATES},
        {"mistral", "/v1/ocr", SC_REQUEST_GENERATES},
        {"mistral", "/v1/conversations", SC_REQUEST_GENERATES},
        {"mistral", "/v1/conversations/conv_1", SC_REQUEST_CHANGES},
        {"mistral", "/v1/batch/jobs", SC_REQUEST_CHANGES},
        {"cohere", "/v2/chat", SC_REQUEST_GENERATES},
        {"cohere", "/v1/embed-jobs", SC_REQUEST_CHANGES},
        {"bedrock", "/model/anthropic.claude-v2%3A1/invoke", SC_REQUEST_GENERATES},
        {"bedrock", "/model/m/converse-stream", SC_REQUEST_GENERATES},
        {"bedrock", "/async-invoke", SC_REQUEST_CHANGES},
        {"openrouter", "/api/v1/chat/completions", SC_REQUEST_GENERATES},
        {"openrouter", "/api/v1/keys", SC_REQUEST_CHANGES},
        {"ollama", "/api/generate", SC_REQUEST_GENERATES},
        {"ollama", "/api/show", SC_REQUEST_IDEMPOTENT},
        {"ollama", "/api/pull", SC_REQUEST_CHANGES},
        {"vllm", "/v1/score", SC_REQUEST_GENERATES},
        {"vllm", "/tokenize", SC_REQUEST_GENERATES},
        {"vllm", "/survey/generate", SC_REQUEST_CHANGES},
        {"vllm", "/surveys/1/responses", SC_REQUEST_CHANGES},
        {"vllm", "/v1/load_lora_adapter", SC_REQUEST_CHANGES},
        {"llamacpp", "/completion", SC_REQUEST_GENERATES},
        {"llamacpp", "/chat/completions", SC_REQUEST_GENERATES},
        {"llamacpp", "/prefix/v1/chat/completions", SC_REQUEST_GENERATES},
        {"llamacpp", "/orders", SC_REQUEST_CHANGES},
        {"llamacpp", "/slots/1", SC_REQUEST_CHANGES},
        {"llamacpp", "/models/load", SC_REQUEST_CHANGES},
        {"openai-compatible", "/llm/v1/chat/completions", SC_REQUEST_GENERATES},
        {"openai-compatible", "/orders", SC_REQUEST_CHANGES},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("# %s %s\n", cases[i].provider, cases[i].path);
        assert_int_equal(kind(cases[i].provider, "POST", cases[i].path, false), cases[i].kind);
    }
}

static void methods_tell_what_may_be_repeated(void **state)
{
    (void)state;
    static const char *const idempotent[] = {"GET", "HEAD", "OPTIONS", "PUT"};
    static const char *const changing[] = {"POST", "PATCH", "DELETE", "GETS", "ET", "", "post"};

    for (size_t i = 0; i < sizeof idempotent / sizeof *idempotent; i++)
        assert_int_equal(kind("openai", idempotent[i], "/v1/files/file-1", true),
                         SC_REQUEST_IDEMPOTENT);
    for (size_t i = 0; i < sizeof changing / sizeof *changing; i++)
        assert_int_equal(kind("openai", changing[i], "/v1/files/file-1", true), SC_REQUEST_CHANGES);
    assert_int_equal(kind("openai", "DELETE", "/v1/chat/completions", true), SC_REQUEST_CHANGES);
}

/* Where nothing is known of a host, a body says what it is for; where its paths are known, not. */
static void a_body_tells_where_no_path_does(void **state)
{
    (void)state;
    static const char *const for_a_model[] = {"{\"model\":\"m\"}",  "{\"x\":1,\"messages\":[]}",
                                              "{\"prompt\":\"a\"}", "{\"contents\":[]}",
                                              "{\"inputs\":\"a\"}", " {\"input\":[1]}"};
    static const char *const for_others[] = {
        "", "{}", "[]", "model=m", "{\"order\":{\"model\":1}}", "{\"quantity\":5}"};

    for (size_t i = 0; i < sizeof for_a_model / sizeof *for_a_model; i++)
        assert_true(sc_request_asks(for_a_model[i], strlen(for_a_model[i])));
    for (size_t i = 0; i < sizeof for_others / sizeof *for_others; i++)
        assert_false(sc_request_asks(for_others[i], strlen(for_others[i])));
    assert_int_equal(kind("openai-compatible", "POST", "/x", true), SC_REQUEST_GENERATES);
    assert_int_equal(kind("openai-compatible", "PATCH", "/x", true), SC_REQUEST_CHANGES);
    assert_int_equal(kind("llamacpp", "POST", "/x", true), SC_REQUEST_CHANGES);
    assert_int_equal(kind("openai", "POST", "/v2/new-way-to-ask", true), SC_REQUEST_GENERATES);
    assert_int_equal(kind("openai", "POST", "/v1/fine_tuning/jobs", true), SC_REQUEST_CHANGES);
    assert_int_equal(kind("openai", "POST", "/v1/videos", true), SC_REQUEST_CHANGES);
    assert_int_equal(kind("anthropic", "POST", "/v1/messages/batches", true), SC_REQUEST_CHANGES);
    assert_int_equal(kind("gemini", "POST", "/v1beta/models/g:newVerb", true), SC_REQUEST_CHANGES);
}

static void long_paths_are_read_from_their_end(void **state)
{
    char path[600];

    (void)state;
    memset(path, 'a', sizeof path);
    path[0] = '/';
    memcpy(path + sizeof path - 21, "/v1/chat/completions", 21);
    assert_int_equal(kind("openai", "POST", path, false), SC_REQUEST_GENERATES);
    path[sizeof path - 2] = 'x';
    assert_int_equal(kind("openai", "POST", path, false), SC_REQUEST_CHANGES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_tell_what_a_post_does),
        cmocka_unit_test(methods_tell_what_may_be_repeated),
        cmocka_unit_test(a_body_tells_where_no_path_does),
        cmocka_unit_test(long_paths_are_read_from_their_end),
    };
    return cmocka_run_group_tests_name("paths", tests, NULL, NULL);
}
