/* How many tokens of output a request asks for at most: read, and lowered, in every dialect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "provider/repair.h"
#include "provider/request.h"

/* API references, 2026-11. */
static const struct {
    const char *dialect, *body;
} requests[] = {
    {"OpenAI, chat", "{\"model\":\"m\",\"messages\":[],\"max_completion_tokens\":4321}"},
    {"OpenAI, chat before 2024", "{\"max_tokens\":4321,\"model\":\"m\",\"messages\":[]}"},
    {"OpenAI, responses", "{\"input\":\"hi\",\"max_output_tokens\":4321}"},
    {"Anthropic", "{\"model\":\"m\",\"max_tokens\" : 4321, \"messages\":[]}"},
    {"Cohere", "{\"model\":\"m\",\"messages\":[],\"max_tokens\":4321}"},
    {"Gemini", "{\"contents\":[],\"generationConfig\":{\"topK\":1,\"maxOutputTokens\":4321}}"},
    {"Vertex", "{\"contents\":[],\"generation_config\":{\"max_output_tokens\":4321}}"},
    {"protobuf, names mixed", "{\"generationConfig\":{\"max_output_tokens\":4321}}"},
    {"protobuf, mixed again", "{\"generation_config\":{\"maxOutputTokens\":4321}}"},
    {"Gemini, interactions",
     "{\"input\":\"hi\",\"generation_config\":{\"max_output_tokens\":4321}}"},
    {"Bedrock, converse", "{\"messages\":[],\"inferenceConfig\":{\"maxTokens\":4321}}"},
    {"Bedrock, Nova", "{\"messages\":[],\"inferenceConfig\":{\"max_new_tokens\":4321}}"},
    {"Bedrock, Titan", "{\"inputText\":\"\",\"textGenerationConfig\":{\"maxTokenCount\":4321}}"},
    {"Bedrock, Llama", "{\"prompt\":\"\",\"max_gen_len\":4321}"},
    {"Bedrock, Claude 2", "{\"prompt\":\"\",\"max_tokens_to_sample\":4321}"},
    {"Ollama", "{\"model\":\"m\",\"prompt\":\"\",\"options\":{\"seed\":1,\"num_predict\":4321}}"},
    {"llama.cpp", "{\"prompt\":\"\",\"n_predict\":4321}"},
    {"text-generation-inference", "{\"inputs\":\"\",\"parameters\":{\"max_new_tokens\":4321}}"},
    {"null beside it", "{\"max_completion_tokens\":null,\"max_tokens\":4321}"},
    {"any number beside it", "{\"max_tokens\":-1,\"n_predict\":4321}"},
};

enum { REQUESTS = sizeof requests / sizeof *requests };

static int64_t limit_of(const char *body)
{
    return sc_request_output_limit(body, strlen(body));
}

/* The same with so much text before it that it is no short body. */
static int64_t limit_of_long(const char *body)
{
    static char text[4096];

    snprintf(text, sizeof text, "{\"system\":\"%02000d\",%s", 0, body + 1);
    return limit_of(text);
}

static void the_limit_of_every_dialect_is_read(void **state)
{
    (void)state;
    for (int i = 0; i < REQUESTS; i++) {
        print_message("# %s\n", requests[i].dialect);
        assert_int_equal(limit_of(requests[i].body), 4321);
        assert_int_equal(limit_of_long(requests[i].body), 4321);
    }
}

static void the_limit_of_every_dialect_is_lowered(void **state)
{
    (void)state;
    for (int i = 0; i < REQUESTS; i++) {
        struct sc_edits e;
        struct sc_str now;

        print_message("# %s\n", requests[i].dialect);
        if (strstr(requests[i].body, "-1"))
            continue; /* who asks for any number besides is left alone */
        sc_edits_init(&e, (struct sc_str){requests[i].body, strlen(requests[i].body)});
        assert_true(sc_repair_edit(e.original, 1234, &e));
        now.n = sc_edits_size(&e);
        char *text = test_malloc(now.n + 1);
        sc_edits_write(&e, text);
        text[now.n] = '\0';
        assert_int_equal(limit_of(text), 1234);
        assert_int_equal(now.n, strlen(requests[i].body));
        test_free(text);
    }
}

/* Each row is read by its own path: none is a prefix of what it should be. */
static void every_row_names_a_place_of_its_own(void **state)
{
    char body[256];

    (void)state;
    for (int i = 0; i < SC_OUTPUT_LIMITS; i++) {
        const struct sc_output_limit *l = &sc_output_limits[i];

        snprintf(body, sizeof body, l->parent ? "{\"%s\":{\"%s\":77}}" : "{%s\"%s\":77}",
                 l->parent ? l->parent : "", l->name);
        print_message("# %s\n", l->path);
        assert_int_equal(limit_of(body), 77);
        assert_int_equal(limit_of_long(body), 77);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(l->path, sc_output_limits[k].path);
    }
}

/* A short body is looked through by sixteen bytes: a name may begin at any of them. */
static void a_limit_is_found_at_every_place_of_a_short_body(void **state)
{
    static const char *const bodies[] = {"\"n_predict\":4321}", "\"max_gen_len\":4321}",
                                         "\"max_tokens\":4321}",
                                         "\"options\":{\"num_predict\":4321}}"};
    char text[2048], filler[1100];

    (void)state;
    memset(filler, 'x', sizeof filler);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        for (size_t before = 0; before < sizeof filler; before++) {
            snprintf(text, sizeof text, "{\"a\":\"%.*s\",%s", (int)before, filler, bodies[i]);
            assert_int_equal(limit_of(text), 4321);
        }
    assert_int_equal(limit_of("{\"n_predict\":4321}"), 4321);
    assert_int_equal(limit_of("{\"n_predict\":4}"), 4);
}

static void what_is_no_limit_is_none(void **state)
{
    static const char *const bodies[] = {
        "",
        "{}",
        "{\"model\":\"m\"}",
        "{\"max_tokens\":null}",
        "{\"max_tokens\":-1}",
        "{\"options\":{\"num_predict\":-2}}",
        "{\"metadata\":{\"max_tokens\":5}}",
        "{\"maxOutputTokens\":5}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"\\\"max_tokens\\\":5\"}]}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        print_message("# %s\n", bodies[i]);
        assert_int_equal(limit_of(bodies[i]), 0);
    }
    assert_int_equal(limit_of("{\"generationConfig\":{\"maxOutputTokens\":\"2048\"}}"), 2048);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limit_of_every_dialect_is_read),
        cmocka_unit_test(the_limit_of_every_dialect_is_lowered),
        cmocka_unit_test(every_row_names_a_place_of_its_own),
        cmocka_unit_test(a_limit_is_found_at_every_place_of_a_short_body),
        cmocka_unit_test(what_is_no_limit_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
