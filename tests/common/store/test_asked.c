/* The key of a kept answer: it never depends on what changes nothing of the answer, and always on
 * what does. A table of members by API, and texts that say the same in other words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "store/asked.h"
#include "store/canon.h"

#define STR(s) ((struct sc_str){(s), sizeof(s) - 1})

static const uint8_t salt[SC_STORE_SALT] = "0123456789abcdef";

struct key {
    bool has;
    uint8_t k[SC_STORE_KEY];
};

static struct key key_of(const struct sc_asked *a)
{
    struct sc_buf text = {.max = 1 << 20};
    struct key key = {.has = sc_asked_text(a, &text)};

    if (key.has)
        sc_asked_key(salt, sc_buf_view(&text), key.k);
    sc_buf_free(&text);
    return key;
}

static struct key key_at(const char *path, const char *body)
{
    struct sc_asked a = {.method = STR("POST"),
                         .host = STR("api.example.com:443"),
                         .path = {path, strlen(path)},
                         .body = {body, strlen(body)}};

    return key_of(&a);
}

static bool same(struct key a, struct key b)
{
    return a.has && b.has && memcmp(a.k, b.k, sizeof a.k) == 0;
}

#define CHAT "/v1/chat/completions"
#define RESPONSES "/v1/responses"
#define MESSAGES "/v1/messages"
#define GEMINI "/v1beta/models/gemini-2.5-flash:generateContent"
#define EMBEDDINGS "/v1/embeddings"

static void test_members_count_as_their_api_has_them(void **state)
{
    static const struct {
        const char *path, *member;
        bool counts;
    } table[] = {
        {CHAT, "\"user\":\"u1\"", false},
        {CHAT, "\"safety_identifier\":\"u1\"", false},
        {CHAT, "\"metadata\":{\"a\":\"b\"}", false},
        {CHAT, "\"prompt_cache_key\":\"k\"", false},
        {CHAT, "\"prompt_cache_retention\":\"24h\"", false},
        {CHAT, "\"service_tier\":\"flex\"", false},
        {CHAT, "\"store\":true", false},
        {CHAT, "\"stream\":false", false},
        {CHAT, "\"n\":1", false},
        {CHAT, "\"seed\":null", false},
        {CHAT, "\"stream\":true", true},
        {CHAT, "\"stream_options\":{\"include_usage\":true}", true},
        {CHAT, "\"n\":2", true},
        {CHAT, "\"seed\":7", true},
        {CHAT, "\"temperature\":0", true},
        {CHAT, "\"top_p\":0.5", true},
        {CHAT, "\"max_tokens\":5", true},
        {CHAT, "\"max_completion_tokens\":5", true},
        {CHAT, "\"stop\":[\"x\"]", true},
        {CHAT, "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]", true},
        {CHAT, "\"tool_choice\":\"none\"", true},
        {CHAT, "\"parallel_tool_calls\":false", true},
        {CHAT, "\"response_format\":{\"type\":\"json_object\"}", true},
        {CHAT, "\"logprobs\":true", true},
        {CHAT, "\"logit_bias\":{\"50\":1}", true},
        {CHAT, "\"frequency_penalty\":1", true},
        {CHAT, "\"reasoning_effort\":\"low\"", true},
        {CHAT, "\"verbosity\":\"low\"", true},
        {CHAT, "\"modalities\":[\"text\"]", true},
        {CHAT, "\"web_search_options\":{}", true},
        {CHAT, "\"something_new\":1", true},
        {EMBEDDINGS, "\"user\":\"u1\"", false},
        {EMBEDDINGS, "\"dimensions\":8", true},
        {EMBEDDINGS, "\"encoding_format\":\"base64\"", true},
        {RESPONSES, "\"stream\":false", false},
        {RESPONSES, "\"background\":false", false},
        {RESPONSES, "\"previous_response_id\":null", false},
        {RESPONSES, "\"user\":\"u1\"", true}, /* the answer repeats it */
        {RESPONSES, "\"metadata\":{\"a\":\"b\"}", true},
        {RESPONSES, "\"instructions\":\"be brief\"", true},
        {RESPONSES, "\"include\":[\"x\"]", true},
        {RESPONSES, "\"reasoning\":{\"effort\":\"low\"}", true},
        {RESPONSES, "\"text\":{\"verbosity\":\"low\"}", true},
        {RESPONSES, "\"truncation\":\"auto\"", true},
        {MESSAGES, "\"metadata\":{\"user_id\":\"u1\"}", false},
        {MESSAGES, "\"service_tier\":\"auto\"", false},
        {MESSAGES, "\"cache_control\":{\"type\":\"ephemeral\"}", false},
        {MESSAGES, "\"stream\":false", false},
        {MESSAGES, "\"user\":\"u1\"", true},
        {MESSAGES, "\"system\":\"be brief\"", true},
        {MESSAGES, "\"max_tokens\":9", true},
        {MESSAGES, "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}", true},
        {MESSAGES, "\"stop_sequences\":[\"x\"]", true},
        {MESSAGES, "\"top_k\":4", true},
        {GEMINI, "\"labels\":{\"a\":\"b\"}", false},
        {GEMINI, "\"serviceTier\":\"flex\"", false},
        {GEMINI, "\"systemInstruction\":{\"parts\":[{\"text\":\"x\"}]}", true},
        {GEMINI, "\"generationConfig\":{\"temperature\":0}", true},
        {GEMINI, "\"safetySettings\":[]", true},
        {GEMINI, "\"cachedContent\":\"cachedContents/1\"", true},
        {"/v2/rerank", "\"user\":\"u1\"", true}, /* nobody knows what it is there */
        {"/v2/rerank", "\"top_n\":null", true},
    };
    char body[512];

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct key plain = key_at(table[i].path, "{\"model\":\"m\",\"input\":\"hello\"}"), with;

        snprintf(body, sizeof body, "{\"model\":\"m\",%s,\"input\":\"hello\"}", table[i].member);
        with = key_at(table[i].path, body);
        if (!plain.has || !with.has || same(plain, with) == table[i].counts)
            fail_msg("%s %s", table[i].path, table[i].member);
    }
}

static void test_nested_members_count_whatever_their_name(void **state)
{
    (void)state;
    assert_false(same(key_at(CHAT, "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"),
                      key_at(CHAT, "{\"messages\":[{\"role\":\"user\",\"content\":\"a\","
                                   "\"user\":\"x\"}]}")));
    assert_false(same(key_at(CHAT, "{\"tools\":[{\"metadata\":1}]}"),
                      key_at(CHAT, "{\"tools\":[{\"metadata\":2}]}")));
    /* Marks for the provider's own cache say nothing at any depth. */
    assert_true(same(key_at(MESSAGES, "{\"system\":[{\"type\":\"text\",\"text\":\"s\"}]}"),
                     key_at(MESSAGES, "{\"system\":[{\"cache_control\":{\"type\":\"ephemeral\"},"
                                      "\"type\":\"text\",\"text\":\"s\"}]}")));
}

static void test_one_text_in_other_words_has_one_key(void **state)
{
    static const char *const alike[] = {
        "{\"a\":\"h\\u00e9\",\"b\":[1,2.5,true,null,{\"x\":1,\"y\":2}]}",
        " { \"b\" : [ 1.0 , 25e-1 , true , null , {\"y\":2.00,\"x\":1e0} ] "
        ",\t\"a\":\"h\xc3\xa9\"}\n",
        "{\"\\u0061\":\"\\u0068\\u00E9\",\"b\":[0.1e1,0.25E+1,true,null,{\"x\":10e-1,\"y\":20E-1}]"
        "}",
    };

    (void)state;
    for (size_t i = 1; i < sizeof alike / sizeof *alike; i++)
        assert_true(same(key_at("/v2/x", alike[0]), key_at("/v2/x", alike[i])));
    /* A character that stands for "unknown" is one like others, and so is what no UTF-8 can say. */
    assert_true(same(key_at("/v2/x", "{\"a\":\"b\xef\xbf\xbd\\u0063\"}"),
                     key_at("/v2/x", "{\"a\":\"\\u0062\\uFFFDc\"}")));
    assert_true(same(key_at("/v2/x", "{\"a\":\"\\u0000b\\uD83D\"}"),
                     key_at("/v2/x", "{\"a\":\"\\u0000\\u0062\\ud83d\"}")));
    assert_true(same(key_at("/v2/x", "{\"a\":\"\xf0\x9f\x98\x80\"}"),
                     key_at("/v2/x", "{\"a\":\"\\uD83D\\ude00\"}")));
}

static void test_different_texts_have_different_keys(void **state)
{
    static const char *const all[] = {
        "{}",
        "{\"a\":1}",
        "{\"a\":-1}",
        "{\"a\":10}",
        "{\"a\":100}",
        "{\"a\":0.1}",
        "{\"a\":0}",
        "{\"a\":\"1\"}",
        "{\"a\":true}",
        "{\"a\":false}",
        "{\"a\":null}",
        "{\"a\":[]}",
        "{\"a\":{}}",
        "{\"a\":[1]}",
        "{\"a\":[[1]]}",
        "{\"a\":[1,2]}",
        "{\"a\":[2,1]}",
        "{\"a\":[12]}",
        "{\"a\":9007199254740993}",
        "{\"a\":9007199254740992}",
        "{\"a\":1e400}",
        "{\"a\":1e401}",
        "{\"a\":\"\"}",
        "{\"a\":\"x\"}",
        "{\"a\":\"X\"}",
        "{\"a\":\" x\"}",
        "{\"a\":\"x\\n\"}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":\"\\ufffd\"}",
        "{\"a\":\"\\\\u0000\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":1,\"b\":2}",
        "{\"a\":2,\"b\":1}",
        "{\"a\":{\"b\":1}}",
        "{\"a\":\"b\",\"c\":\"\"}",
        "{\"a\":\"\",\"bc\":\"\"}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":2,\"a\":1}",
    };
    enum { N = sizeof all / sizeof *all };

    (void)state;
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < i; j++)
            if (same(key_at("/v2/x", all[i]), key_at("/v2/x", all[j])))
                fail_msg("%s and %s", all[i], all[j]);
}

static void test_the_rest_of_a_request_counts(void **state)
{
    static const struct sc_header version[] = {{STR("anthropic-version"), STR("2023-06-01")}},
                                  other[] = {{STR("anthropic-version"), STR("2024-01-01")}};
    const struct sc_asked base = {.method = STR("POST"),
                                  .host = STR("h:443"),
                                  .path = STR("/p"),
                                  .query = STR("alt=sse"),
                                  .credential = STR("Bearer k"),
                                  .headers = version,
                                  .n_headers = 1,
                                  .body = STR("{\"a\":1}")};
    struct sc_asked a[8];
    struct key first = key_of(&base);

    (void)state;
    for (size_t i = 0; i < 8; i++)
        a[i] = base;
    a[0].method = STR("PUT");
    a[1].host = STR("h:444");
    a[2].path = STR("/q");
    a[3].query = STR("");
    a[4].credential = STR("Bearer l");
    a[5].headers = other;
    a[6].n_headers = 0;
    a[7].host = STR("h:443/");
    for (size_t i = 0; i < 8; i++)
        assert_false(same(first, key_of(&a[i])));
    assert_true(same(first, key_of(&base)));
}

static void test_what_lies_with_the_provider_or_is_no_json_has_no_key(void **state)
{
    (void)state;
    assert_false(key_at(RESPONSES, "{\"input\":\"x\",\"previous_response_id\":\"resp_1\"}").has);
    assert_false(key_at(RESPONSES, "{\"input\":\"x\",\"conversation\":\"conv_1\"}").has);
    assert_false(key_at(MESSAGES, "{\"container\":\"c1\"}").has);
    assert_false(key_at(CHAT, "").has);
    assert_false(key_at(CHAT, "a=b").has);
    assert_false(key_at(CHAT, "{\"a\":").has);
    assert_false(key_at(CHAT, "{\"a\":1} x").has);
    assert_false(key_of(&(struct sc_asked){.path = STR(CHAT), .body = STR("\0{\"a\":1}")}).has);
}

static void test_a_request_can_forbid_to_keep_its_answer(void **state)
{
    (void)state;
    assert_true(sc_asked_forbids(SC_ASKED_CHAT, STR("{\"store\":false}")));
    assert_true(sc_asked_forbids(SC_ASKED_RESPONSES, STR("{\"model\":\"m\",\"store\":false}")));
    assert_true(sc_asked_forbids(SC_ASKED_RESPONSES, STR("{\"background\":true}")));
    assert_false(sc_asked_forbids(SC_ASKED_CHAT, STR("{\"store\":true}")));
    assert_false(sc_asked_forbids(SC_ASKED_CHAT, STR("{\"messages\":[{\"store\":false}]}")));
    assert_false(sc_asked_forbids(SC_ASKED_MESSAGES, STR("{\"store\":false}")));
}

static void test_another_salt_makes_other_keys(void **state)
{
    static const uint8_t other[SC_STORE_SALT] = "0123456789abcdeF";
    uint8_t a[SC_STORE_KEY], b[SC_STORE_KEY];

    (void)state;
    sc_asked_key(salt, STR("text"), a);
    sc_asked_key(other, STR("text"), b);
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_not_equal(a, a + 8, 8); /* its halves are two hashes */
}

static void test_depth_is_bounded(void **state)
{
    char deep[2048];
    size_t n = 0;

    (void)state;
    n += (size_t)snprintf(deep, sizeof deep, "{\"a\":");
    for (int i = 0; i < 500; i++)
        deep[n++] = '[';
    for (int i = 0; i < 500; i++)
        deep[n++] = ']';
    deep[n++] = '}';
    deep[n] = '\0';
    assert_false(key_at(CHAT, deep).has);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_count_as_their_api_has_them),
        cmocka_unit_test(test_nested_members_count_whatever_their_name),
        cmocka_unit_test(test_one_text_in_other_words_has_one_key),
        cmocka_unit_test(test_different_texts_have_different_keys),
        cmocka_unit_test(test_the_rest_of_a_request_counts),
        cmocka_unit_test(test_what_lies_with_the_provider_or_is_no_json_has_no_key),
        cmocka_unit_test(test_a_request_can_forbid_to_keep_its_answer),
        cmocka_unit_test(test_another_salt_makes_other_keys),
        cmocka_unit_test(test_depth_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
