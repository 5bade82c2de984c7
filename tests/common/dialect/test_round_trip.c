/*
 * There and back: what one dialect says, another says, and the first says again, is the same. Read
 * by cJSON, so that both sides cannot share a mistake of ours in reading.
 */
/* link with: -lcjson */
#include "golden.h"

#include <cjson/cJSON.h>

static const struct sc_str path = {"/v1beta/models/m:generateContent", 32};
static const struct sc_dialect_made made = {.seed = 7, .unix_time = 1767225600, .model = "m"};

/* ---- draws ---- */

static uint64_t state;

static unsigned draw(unsigned below)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(state >> 33) % below;
}

/* A string of JSON with whatever strings may have; never blank, which not all services take. */
static void put_text(struct sc_buf *b, unsigned most)
{
    static const char *const pieces[] = {"a",
                                         "word ",
                                         "\\n",
                                         "\\\"",
                                         "\\\\",
                                         "\\u00e9",
                                         "\xC3\xA9",
                                         "\xF0\x9F\x98\x80",
                                         "\\ud83d\\ude00",
                                         "{",
                                         "}",
                                         "[1,2]",
                                         "data: ",
                                         "\\/",
                                         ":",
                                         ",",
                                         "\\t",
                                         "\\u0000",
                                         "'",
                                         "<b>"};

    sc_buf_text(b, "\"x");
    for (unsigned n = draw(most); n > 0; n--) {
        const char *piece = pieces[draw(sizeof pieces / sizeof *pieces)];
        sc_buf_add(b, piece, strlen(piece));
    }
    sc_buf_text(b, "\"");
}

static void put_value(struct sc_buf *b, int depth)
{
    static const char *const plain[] = {"null", "true", "-1.5e3", "12345678901234567890",
                                        "[]",   "{}"};

    switch (depth > 3 ? draw(2) : draw(4)) {
    case 0:
        put_text(b, 5);
        return;
    case 1: {
        const char *value = plain[draw(6)];
        sc_buf_add(b, value, strlen(value));
        return;
    }
    case 2:
        sc_buf_text(b, "[");
        put_value(b, depth + 1);
        sc_buf_text(b, ", ");
        put_value(b, depth + 1);
        sc_buf_text(b, "]");
        return;
    default:
        sc_buf_text(b, "{\"k\": ");
        put_value(b, depth + 1);
        sc_buf_text(b, "}");
    }
}

static void put_arguments(struct sc_buf *b)
{
    struct sc_buf object = {.max = 1 << 20};

    sc_buf_text(&object, "{\"a\":");
    put_value(&object, 0);
    sc_buf_text(&object, "}");
    sc_buf_text(b, "\"");
    sc_buf_escaped(b, sc_buf_view(&object));
    sc_buf_text(b, "\"");
    sc_buf_free(&object);
}

static void put_calls(struct sc_buf *b, unsigned round, unsigned calls)
{
    sc_buf_text(b, ",\"tool_calls\":[");
    for (unsigned i = 0; i < calls; i++) {
        sc_buf_add(b, ",", i > 0);
        sc_buf_text(b, "{\"id\":\"call_");
        sc_buf_number(b, round * 10 + i);
        sc_buf_text(b, "\",\"type\":\"function\",\"function\":{\"name\":\"tool_");
        sc_buf_number(b, draw(2));
        sc_buf_text(b, "\",\"arguments\":");
        put_arguments(b);
        sc_buf_text(b, "}}");
    }
    sc_buf_text(b, "]}");
    for (unsigned i = 0; i < calls; i++) {
        sc_buf_text(b, ",{\"role\":\"tool\",\"tool_call_id\":\"call_");
        sc_buf_number(b, round * 10 + i);
        sc_buf_text(b, "\",\"content\":");
        put_text(b, 9);
        sc_buf_text(b, "}");
    }
}

/* What all four can say. */
static void put_request(struct sc_buf *b)
{
    sc_buf_text(b, "{\"model\":\"m\",\"messages\":[");
    if (draw(2)) {
        sc_buf_text(b, "{\"role\":\"system\",\"content\":");
        put_text(b, 9);
        sc_buf_text(b, "},");
    }
    for (unsigned round = 0, rounds = draw(4); round < rounds; round++) {
        unsigned calls = draw(4);
        sc_buf_text(b, "{\"role\":\"user\",\"content\":");
        put_text(b, 20);
        sc_buf_text(b, "},{\"role\":\"assistant\",\"content\":");
        put_text(b, 9);
        if (calls)
            put_calls(b, round, calls);
        else
            sc_buf_text(b, "}");
        sc_buf_text(b, ",");
        if (calls) { /* the model's word on the results */
            sc_buf_text(b, "{\"role\":\"assistant\",\"content\":");
            put_text(b, 9);
            sc_buf_text(b, "},");
        }
    }
    sc_buf_text(b, "{\"role\":\"user\",\"content\":");
    put_text(b, 20);
    sc_buf_text(b, "}],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"tool_0\","
                   "\"description\":");
    put_text(b, 9);
    sc_buf_text(b, ",\"parameters\":{\"type\":\"object\",\"properties\":{\"a\":{}}}}},{\"type\":"
                   "\"function\",\"function\":{\"name\":\"tool_1\",\"parameters\":{\"type\":"
                   "\"object\",\"properties\":{}}}}],\"max_completion_tokens\":");
    sc_buf_number(b, 16 + draw(1000));
    if (draw(2))
        sc_buf_text(b, ",\"tool_choice\":\"required\"");
    if (draw(2))
        sc_buf_text(b, ",\"temperature\":0.25");
    if (draw(2))
        sc_buf_text(b, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    sc_buf_text(b, "}");
}

/* ---- requests ---- */

static void translate(enum sc_dialect from, enum sc_dialect to, const struct sc_buf *in,
                      struct sc_buf *out)
{
    struct sc_dialect_to target = {.dialect = to, .model = "m"};
    struct sc_dialect_asked asked;
    struct sc_fit fit;

    sc_buf_clear(out);
    if (!sc_dialect_request(from, path, sc_buf_view(in), &target, out, &asked, &fit))
        fail_msg("%s to %s: %s: %s\n%.*s", sc_dialect_name(from), sc_dialect_name(to),
                 fit.reason[0].where, fit.reason[0].why, (int)in->n, in->p);
}

static void put_calls_as_objects(cJSON *message)
{
    cJSON *call;

    cJSON_ArrayForEach(call, cJSON_GetObjectItem(message, "tool_calls"))
    {
        cJSON *function = cJSON_GetObjectItem(call, "function");
        cJSON *object = cJSON_Parse(cJSON_GetObjectItem(function, "arguments")->valuestring);
        assert_non_null(object);
        cJSON_ReplaceItemInObject(function, "arguments", object);
    }
}

/* A chat request without what another dialect has no place for: the path says whether Gemini's is a
 * stream. */
static cJSON *meaning(const struct sc_buf *chat)
{
    cJSON *root = cJSON_ParseWithLength(chat->p, chat->n), *message;

    assert_non_null(root);
    cJSON_DeleteItemFromObject(root, "stream");
    cJSON_DeleteItemFromObject(root, "stream_options");
    cJSON_ArrayForEach(message, cJSON_GetObjectItem(root, "messages"))
        put_calls_as_objects(message);
    return root;
}

static void assert_same_meaning(const struct sc_buf *a, const struct sc_buf *b,
                                enum sc_dialect through)
{
    cJSON *first = meaning(a), *second = meaning(b);

    if (!cJSON_Compare(first, second, 1))
        fail_msg("through %s\n%.*s\n%.*s", sc_dialect_name(through), (int)a->n, a->p, (int)b->n,
                 b->p);
    cJSON_Delete(first);
    cJSON_Delete(second);
}

static void a_request_comes_back_as_it_was(void **unused)
{
    struct sc_buf chat = {.max = 1 << 22}, other = {.max = 1 << 22}, back = {.max = 1 << 22};

    (void)unused;
    for (unsigned i = 0; i < 2000; i++) {
        state = i;
        sc_buf_clear(&chat);
        put_request(&chat);
        for (int d = SC_DIALECT_RESPONSES; d < SC_DIALECT_COUNT; d++) {
            translate(SC_DIALECT_CHAT, (enum sc_dialect)d, &chat, &other);
            translate((enum sc_dialect)d, SC_DIALECT_CHAT, &other, &back);
            assert_same_meaning(&chat, &back, (enum sc_dialect)d);
        }
    }
    sc_buf_free(&chat);
    sc_buf_free(&other);
    sc_buf_free(&back);
}

/* Whatever the first way: the second time round nothing changes any more, byte for byte. */
static void a_second_round_changes_nothing(void **unused)
{
    struct sc_buf chat = {.max = 1 << 22}, a = {.max = 1 << 22}, b = {.max = 1 << 22},
                  again = {.max = 1 << 22}, once = {.max = 1 << 22};

    (void)unused;
    for (unsigned i = 0; i < 300; i++) {
        state = i;
        sc_buf_clear(&chat);
        put_request(&chat);
        for (int pair = 0; pair < 16; pair++) {
            enum sc_dialect from = (enum sc_dialect)(pair & 3), to = (enum sc_dialect)(pair >> 2);
            if (from == to)
                continue;
            translate(SC_DIALECT_CHAT, from, &chat, &a);
            translate(from, to, &a, &once);
            translate(to, from, &once, &b);
            translate(from, to, &b, &again);
            if (once.n != again.n || memcmp(once.p, again.p, once.n) != 0)
                fail_msg("%s to %s\n%.*s\n%.*s", sc_dialect_name(from), sc_dialect_name(to),
                         (int)once.n, once.p, (int)again.n, again.p);
        }
    }
    sc_buf_free(&chat);
    sc_buf_free(&a);
    sc_buf_free(&b);
    sc_buf_free(&again);
    sc_buf_free(&once);
}

/* ---- answers and streams ---- */

/* A translation either way; false: there is nothing to translate. */
typedef bool translation(enum sc_dialect from, enum sc_dialect to, const struct sc_buf *in,
                         struct sc_buf *out);

static bool answer(enum sc_dialect from, enum sc_dialect to, const struct sc_buf *in,
                   struct sc_buf *out)
{
    struct sc_dialect_asked asked = {.usage = true, .reasoning = true};

    sc_buf_clear(out);
    return sc_dialect_answer(from, sc_buf_view(in), to, &asked, &made, out);
}

static bool stream(enum sc_dialect from, enum sc_dialect to, const struct sc_buf *in,
                   struct sc_buf *out)
{
    struct sc_dialect_asked asked = {.usage = true, .reasoning = true, .stream = true};
    struct sc_translator *t = sc_translator_new(from, to, &asked, &made);

    assert_non_null(t);
    sc_buf_clear(out);
    sc_buf_str(out, sc_translator_feed(t, in->p, in->n));
    sc_buf_str(out, sc_translator_end(t));
    assert_true(sc_translator_state(t) == SC_TRANSLATED_DONE ||
                sc_translator_state(t) == SC_TRANSLATED_FAILED);
    sc_translator_free(t);
    return true;
}

/* The first way may lose what the other has no word for (an id of another shape, what an error has
 * cost); from then on there is and back changes nothing. */
static void there_and_back(translation *say, enum sc_dialect from, const struct sc_buf *text,
                           enum sc_dialect to, const char *name)
{
    struct sc_buf there = {.max = 1 << 22}, back = {.max = 1 << 22}, again = {.max = 1 << 22};

    if (say(from, to, text, &there)) {
        assert_true(say(to, from, &there, &back));
        assert_true(say(from, to, &back, &there));
        assert_true(say(to, from, &there, &back));
        assert_true(say(from, to, &back, &again));
        if (there.n != again.n || memcmp(there.p, again.p, there.n) != 0)
            fail_msg("%s to %s\n%.*s\n%.*s", name, sc_dialect_name(to), (int)there.n, there.p,
                     (int)again.n, again.p);
    }
    sc_buf_free(&there);
    sc_buf_free(&back);
    sc_buf_free(&again);
}

static void check_answer(const char *given, enum sc_dialect from, const struct sc_buf *text,
                         enum sc_dialect to, const char *expected)
{
    (void)expected;
    there_and_back(answer, from, text, to, given);
}

static void check_stream(const char *given, enum sc_dialect from, const struct sc_buf *text,
                         enum sc_dialect to, const char *expected)
{
    (void)expected;
    there_and_back(stream, from, text, to, given);
}

static void an_answer_comes_back_as_it_was(void **unused)
{
    (void)unused;
    golden_all("tests/common/dialect/answers/*.json", check_answer);
}

static void a_stream_comes_back_as_it_was(void **unused)
{
    (void)unused;
    golden_all("tests/common/dialect/streams/*.sse", check_stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_comes_back_as_it_was),
        cmocka_unit_test(a_second_round_changes_nothing),
        cmocka_unit_test(an_answer_comes_back_as_it_was),
        cmocka_unit_test(a_stream_comes_back_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
