/* Which embedding requests are too long for one, and how answers to their parts become one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "provider/batch.h"

static struct sc_str str(const char *s)
{
    return (struct sc_str){s, strlen(s)};
}

static bool find(enum sc_provider p, const char *path, const char *body, size_t max,
                 struct sc_batch_list *l)
{
    return sc_batch_find(p, str(path), str(body), max, l);
}

static void requests_with_too_many_inputs_are_found(void **state)
{
    struct sc_batch_list l;
    struct sc_str inputs[3];

    (void)state;
    assert_true(find(SC_PROVIDER_OPENAI, "/v1/embeddings",
                     "{\"model\":\"e\",\"input\":[\"a\", \"b,]\",\"c\"]}", 2, &l));
    assert_int_equal(l.n, 3);
    assert_int_equal(l.max, 2);
    assert_int_equal(sc_batch_elements(l.array, inputs, 3), 3);
    assert_memory_equal(inputs[1].p, "\"b,]\"", 5);
    assert_true(find(SC_PROVIDER_OPENAI, "/v1/embeddings", "{\"input\":[[1,2],[3],[4]]}", 2, &l));
    assert_true(find(SC_PROVIDER_COHERE, "/v2/embed", "{\"texts\":[\"a\",\"b\"]}", 1, &l));
    assert_true(find(SC_PROVIDER_GEMINI, "/v1beta/models/m:batchEmbedContents",
                     "{\"requests\":[{},{}]}", 1, &l));
}

static void providers_have_bounds_of_their_own(void **state)
{
    static const struct {
        enum sc_provider provider;
        const char *path, *key;
        size_t max;
    } rows[] = {
        {SC_PROVIDER_OPENAI, "/v1/embeddings", "input", 2048},
        {SC_PROVIDER_AZURE, "/openai/deployments/d/embeddings", "input", 2048},
        {SC_PROVIDER_MISTRAL, "/v1/embeddings", "input", 512},
        {SC_PROVIDER_COHERE, "/v2/embed", "texts", 96},
        {SC_PROVIDER_GEMINI, "/v1beta/openai/embeddings", "input", 100},
    };
    static char body[20000];
    struct sc_batch_list l;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t more = 0; more < 2; more++) {
            size_t n = (size_t)sprintf(body, "{\"%s\":[\"a\"", rows[i].key);
            for (size_t k = 1; k < rows[i].max + more; k++)
                n += (size_t)sprintf(body + n, ",\"a\"");
            strcpy(body + n, "]}");
            assert_int_equal(find(rows[i].provider, rows[i].path, body, 0, &l), more);
        }
        assert_int_equal(l.max, rows[i].max);
    }
}

static void other_requests_are_left_alone(void **state)
{
    struct sc_batch_list l;
    static const char *const bodies[] = {
        "{\"input\":\"abc\"}",         "{\"input\":[1,2,3]}", /* one input, as tokens */
        "{\"input\":[\"a\",1,\"b\"]}", "{\"input\":[]}",
        "{\"input\":[\"a\"]}",         "{\"input\":[\"a\",\"b\"],\"input\":[\"c\",\"d\"]}",
        "{\"inputs\":[\"a\",\"b\"]}",  "{}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_false(find(SC_PROVIDER_OPENAI, "/v1/embeddings", bodies[i], 1, &l));
    assert_false(
        find(SC_PROVIDER_OPENAI, "/v1/chat/completions", "{\"input\":[\"a\",\"b\"]}", 1, &l));
    assert_false(find(SC_PROVIDER_ANTHROPIC, "/v1/embeddings", "{\"input\":[\"a\",\"b\"]}", 1, &l));
    assert_false(find(SC_PROVIDER_VLLM, "/v1/embeddings", "{\"input\":[\"a\",\"b\"]}", 0, &l));
}

static void assert_merged(const char *const *texts, size_t n, const char *expected)
{
    struct sc_str answers[8];
    size_t len;
    char *out;

    for (size_t i = 0; i < n; i++)
        answers[i] = str(texts[i]);
    len = sc_batch_merge(answers, n, NULL);
    out = malloc(len + 1);
    assert_non_null(out);
    assert_int_equal(sc_batch_merge(answers, n, out), len);
    out[len] = '\0';
    assert_string_equal(out, expected);
    free(out);
}

static void answers_of_openai_become_one(void **state)
{
    static const char *const texts[] = {
        "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.5]},"
        "{\"object\":\"embedding\",\"index\":1,\"embedding\":\"\\\"x\"}],\"model\":\"m\",\"usage\":"
        "{\"prompt_tokens\":9,\"total_tokens\":10}}\n",
        "{\"object\":\"list\",\"data\":[{\"index\":0,\"embedding\":[1,-2e-3]}, {\"embedding\":[3],"
        "\"index\":1}],\"model\":\"other\",\"usage\":{\"prompt_tokens\":3,\"total_tokens\":90}}",
        "{\"usage\":{\"prompt_tokens\":1},\"data\":[{\"embedding\":[4],\"index\": 0 }]}",
    };

    (void)state;
    assert_int_equal(sc_batch_count(str(texts[0])), 2);
    assert_int_equal(sc_batch_count(str(texts[2])), 1);
    assert_merged(
        texts, 3,
        "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.5]},"
        "{\"object\":\"embedding\",\"index\":1,\"embedding\":\"\\\"x\"},"
        "{\"index\":2,\"embedding\":[1,-2e-3]},{\"embedding\":[3],\"index\":3},"
        "{\"embedding\":[4],\"index\": 4 }],\"model\":\"m\",\"usage\":"
        "{\"prompt_tokens\":13,\"total_tokens\":100}}\n");
}

static void answers_of_cohere_become_one(void **state)
{
    static const char *const by_type[] = {
        "{\"id\":\"a\",\"embeddings\":{\"float\":[[1],[2]],\"int8\":[[3],[4]]},\"texts\":[\"a\","
        "\"b\"],\"meta\":{\"api_version\":{\"version\":\"2\"},\"billed_units\":"
        "{\"input_tokens\":5}}}",
        "{\"id\":\"b\",\"embeddings\":{\"int8\":[[7]],\"float\":[[6]]},\"texts\":[\"c\"],\"meta\":"
        "{\"api_version\":{\"version\":\"2\"},\"billed_units\":{\"input_tokens\":7}}}"};
    static const char *const plain[] = {"{\"embeddings\":[[1],[2]],\"meta\":{\"x\":1}}",
                                        "{\"embeddings\":[[3]],\"meta\":{\"x\":1}}"};

    (void)state;
    assert_int_equal(sc_batch_count(str(by_type[0])), 2);
    assert_merged(by_type, 2,
                  "{\"id\":\"a\",\"embeddings\":{\"float\":[[1],[2],[6]],\"int8\":[[3],[4],[7]]},"
                  "\"texts\":[\"a\",\"b\",\"c\"],\"meta\":{\"api_version\":{\"version\":\"2\"},"
                  "\"billed_units\":{\"input_tokens\":12}}}");
    assert_merged(plain, 2, "{\"embeddings\":[[1],[2],[3]],\"meta\":{\"x\":1}}");
}

static void answers_of_gemini_become_one(void **state)
{
    static const char *const texts[] = {
        "{\n  \"embeddings\": [\n    {\n      \"values\": [0.1]\n    }\n  ]\n}\n",
        "{\n  \"embeddings\": [\n    {\n      \"values\": [0.2]\n    }\n  ]\n}\n"};

    (void)state;
    assert_merged(texts, 2,
                  "{\n  \"embeddings\": [{\n      \"values\": [0.1]\n    },{\n      \"values\": "
                  "[0.2]\n    }]\n}\n");
}

static void counts_that_are_none_stay_the_firsts(void **state)
{
    static const char *const texts[] = {
        "{\"data\":[],\"usage\":{\"a\":1,\"b\":1.5,\"c\":null,\"d\":{\"e\":2},\"f\":"
        "1234567890123456}}",
        "{\"data\":[],\"usage\":{\"a\":\"x\",\"b\":2.5,\"c\":7,\"d\":{\"e\":3},\"f\":1}}"};

    (void)state;
    assert_merged(texts, 2,
                  "{\"data\":[],\"usage\":{\"a\":1,\"b\":1.5,\"c\":null,\"d\":{\"e\":5},"
                  "\"f\":1234567890123456}}");
}

static void blanks_before_an_answer_lose_none(void **state)
{
    static const char *const texts[] = {"\n {\"data\":[1]}", "\r\n{\"data\":[2]}\n"};

    (void)state;
    assert_int_equal(sc_batch_count(str(texts[0])), 1);
    assert_merged(texts, 2, "\n {\"data\":[1,2]}");
}

/* As a hostile server may answer: objects in objects, and nothing but sums. */
static void an_answer_without_a_bottom_is_merged_in_time(void **state)
{
    enum { DEEP = 1000000, WIDE = 200000 };
    size_t n = 0;
    char *text = malloc(8 * (DEEP + WIDE) + 100), *out;
    struct sc_str answers[2];

    (void)state;
    assert_non_null(text);
    n += (size_t)sprintf(text, "{\"data\":[1],\"usage\":{\"d\":");
    for (int i = 0; i < DEEP; i++, n += 5)
        memcpy(text + n, "{\"a\":", 5);
    text[n++] = '1';
    for (int i = 0; i < DEEP; i++)
        text[n++] = '}';
    for (int i = 0; i < WIDE; i++, n += 6)
        memcpy(text + n, ",\"b\":1", 6);
    n += (size_t)sprintf(text + n, "}}");
    answers[0] = answers[1] = (struct sc_str){text, n};
    assert_int_equal(sc_batch_count(answers[0]), 1);
    n = sc_batch_merge(answers, 2, NULL);
    out = malloc(n);
    assert_non_null(out);
    assert_int_equal(sc_batch_merge(answers, 2, out), n);
    assert_memory_equal(out, "{\"data\":[1,1],", 14);
    free(out);
    free(text);
}

static void what_is_no_such_answer_counts_nothing(void **state)
{
    static const char *const texts[] = {"",
                                        "{}",
                                        "{\"data\":{}}",
                                        "{\"data\":[{\"a\":1}",
                                        "{\"data\":[1]} x",
                                        "[{\"data\":[1]}]",
                                        "{\"data\":\"[1]\"}",
                                        "data: {}"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(sc_batch_count(str(texts[i])), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_with_too_many_inputs_are_found),
        cmocka_unit_test(providers_have_bounds_of_their_own),
        cmocka_unit_test(other_requests_are_left_alone),
        cmocka_unit_test(answers_of_openai_become_one),
        cmocka_unit_test(answers_of_cohere_become_one),
        cmocka_unit_test(answers_of_gemini_become_one),
        cmocka_unit_test(counts_that_are_none_stay_the_firsts),
        cmocka_unit_test(blanks_before_an_answer_lose_none),
        cmocka_unit_test(an_answer_without_a_bottom_is_merged_in_time),
        cmocka_unit_test(what_is_no_such_answer_counts_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
