/* JSON is looked into right, fast, and never beyond its end, wherever it is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/json.h"

static const char *find(const char *json, const char *path)
{
    static char out[64];
    return sc_json_find_string(json, strlen(json), path, out, sizeof out) ? out : NULL;
}

#define assert_found(json, path, value) assert_string_equal(find(json, path), value)

static void values_at_paths(void **state)
{
    (void)state;
    assert_found("{\"model\":\"gpt-4o\"}", "model", "gpt-4o");
    assert_found(" { \"model\" : \"gpt-4o\" } ", "model", "gpt-4o");
    assert_found("{\"error\":{\"code\":\"x\"}}", "error.code", "x");
    assert_found("[{\"error\":{\"status\":\"S\"}}]", "error.status", "S");
    assert_found("{\"a\":[1,{\"b\":\"c\"},[\"d\"]]}", "a.1.b", "c");
    assert_found("{\"a\":[1,{\"b\":\"c\"},[\"d\"]]}", "a.2.0", "d");
    assert_found("[\"x\",\"y\"]", "1", "y");
    assert_found("{\"a\":1.5e3,\"b\":true,\"c\":null,\"d\":\"e\"}", "d", "e");
    assert_found("{\"m\\u006fdel\":\"escaped\"}", "model", "escaped");
    assert_found("{\"model\":\"first\",\"model\":\"second\"}", "model", "first");
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    static const char *const none[] = {
        "",
        "{}",
        "[]",
        "null",
        "\"model\"",
        "{\"models\":\"x\"}",
        "{\"mode\":\"x\"}",
        "{\"model\":1}",
        "{\"model\":null}",
        "{\"model\":{\"model\":\"x\"}}",
        "{\"model\":[\"x\"]}",
        "{\"x\":{\"model\":\"nested\"}}",
        "{\"x\":[{\"model\":\"nested\"}]}",
        "{\"x\":\"\\\"model\\\":\\\"in a string\\\"\"}",
        "{\"x\":\"\\\\\\\"model\\\":\\\"in a string\\\"\"}",
        "{\"model\":\"unterminated",
        "{\"model\":\"unterminated\\\"",
        "{\"model\"",
        "{\"model\":",
        "{\"model\" \"x\"}",
        "]{\"model\":\"x\"}",
        "model=x&stream=true",
        "<html>\"model\":\"x\"</html>",
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        print_message("# %s\n", none[i]);
        assert_null(find(none[i], "model"));
    }
    assert_null(find("{\"a\":[\"x\"]}", "a.1"));
    assert_null(find("{\"a\":[\"x\"]}", "a.b"));
    assert_null(find("{\"a\":[\"x\"]}", "a.99999999999999999999"));
    assert_null(find("{\"a\":\"x\"}", "a.b"));
    char out[8] = "before";
    assert_false(sc_json_find_string(NULL, 0, "model", out, sizeof out));
    assert_string_equal(out, "");
}

static void many_paths_are_found_in_one_walk(void **state)
{
    (void)state;
    static const char json[] =
        "{\"id\":\"x\",\"error\":null,\"choices\":[{\"message\":{\"finish_reason\":\"no\"},"
        "\"logprobs\":[[1,2],{}],\"finish_reason\":\"stop\"},{\"finish_reason\":\"second\"}],"
        "\"us\\u0061ge\":{\"prompt_tokens\":12,\"details\":{\"cached\":3}},\"tail\":true}";
    static const char *const paths[] = {
        "error",
        "choices.0.finish_reason",
        "choices.1.finish_reason",
        "choices.2.x",
        "usage",
        "usage.prompt_tokens",
        "usage.details.cached",
        "usage.absent",
        "choices.0.mes",
        "tail",
        "tail.x",
    };
    enum { N = sizeof paths / sizeof *paths };
    struct sc_json_want wants[N];
    for (size_t len = 0; len < sizeof json; len++) { /* wherever it is cut */
        char *text = malloc(len + 1);
        memcpy(text, json, len);
        for (size_t i = 0; i < N; i++)
            wants[i].path = paths[i];
        sc_json_pick(text, len, wants, N);
        for (size_t i = 0; i < N; i++) {
            struct sc_str alone = sc_json_find(text, len, paths[i]);
            assert_ptr_equal(wants[i].value.p, alone.p);
            assert_int_equal(wants[i].value.n, alone.n);
        }
        free(text);
    }
    char out[64];
    sc_json_pick(json, sizeof json - 1, wants, N);
    static const char *const texts[N] = {"null", "stop", "second", NULL,   NULL, "12",
                                         "3",    NULL,   NULL,     "true", NULL};
    for (size_t i = 0; i < N; i++) {
        print_message("# %s\n", paths[i]);
        if (i == 0)
            assert_memory_equal(wants[i].value.p, "null", 4);
        else if (texts[i])
            assert_true(sc_json_scalar(wants[i].value, out, sizeof out));
        if (i > 0 && texts[i])
            assert_string_equal(out, texts[i]);
    }
    assert_memory_equal(wants[4].value.p, "{\"prompt", 8);
    assert_null(wants[3].value.p);
    assert_null(wants[7].value.p);
    assert_null(wants[10].value.p);
}

static void strings_are_unescaped(void **state)
{
    (void)state;
    assert_found("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "a", "\"\\/\b\f\n\r\t");
    assert_found("{\"a\":\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"}", "a",
                 "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    assert_found("{\"a\":\"x\\u0000y\"}", "a", "x\xEF\xBF\xBDy");
    assert_found("{\"a\":\"\\ud83dx\"}", "a", "\xEF\xBF\xBDx");
    assert_found("{\"a\":\"ends with \\\\\"}", "a", "ends with \\");
}

static void a_small_buffer_cuts_between_characters(void **state)
{
    (void)state;
    char out[6];
    assert_true(sc_json_find_string("{\"a\":\"abcdefgh\"}", 16, "a", out, sizeof out));
    assert_string_equal(out, "abcde");
    const char *euro = "{\"a\":\"abc\xE2\x82\xAC\"}";
    assert_true(sc_json_find_string(euro, strlen(euro), "a", out, sizeof out));
    assert_string_equal(out, "abc");
    const char *escaped = "{\"a\":\"abc\\u20ac\"}";
    assert_true(sc_json_find_string(escaped, strlen(escaped), "a", out, sizeof out));
    assert_string_equal(out, "abc");
    assert_true(sc_json_find_string("{\"a\":\"bc\"}", 10, "a", out, 1));
    assert_string_equal(out, "");
}

/* Each prefix lies at the end of its own block, so that valgrind and ASan see any step beyond. */
static void a_cut_anywhere_hides_only_what_comes_after(void **state)
{
    (void)state;
    static const char json[] =
        "{\"id\":[1,2,{\"a\":\"}]\\\"\"}],\"error\":{\"message\":\"m \\u20ac "
        "\\\\\",\"code\":\"c\"},\"last\":true}";
    size_t n = sizeof json - 1;
    size_t code_end = (size_t)(strstr(json, "\"c\"") + 3 - json);
    for (size_t cut = 0; cut <= n; cut++) {
        char out[16];
        char *piece = malloc(cut + 1);
        memcpy(piece, json, cut);
        bool found = sc_json_find_string(piece, cut, "error.code", out, sizeof out);
        assert_int_equal(found, cut >= code_end);
        assert_false(sc_json_find_string(piece, cut, "a", out, sizeof out));
        struct sc_str raw = sc_json_find(piece, cut, "error.message");
        assert_true(!raw.p || (raw.p >= piece && raw.p + raw.n <= piece + cut));
        assert_int_equal(sc_json_is_complete(piece, cut), cut == n);
        free(piece);
    }
}

static void raw_values_and_their_helpers(void **state)
{
    (void)state;
    const char *json =
        "{\"s\":\"a\\nb\",\"n\":-12.5,\"o\":{\"x\":1},\"e\":{ },\"l\":[ ],\"z\":\"\","
        "\"t\":true,\"nil\":null}";
    size_t n = strlen(json);
    char out[16];
    struct sc_str v = sc_json_find(json, n, "o");
    assert_int_equal(v.n, 7);
    assert_memory_equal(v.p, "{\"x\":1}", 7);
    assert_memory_equal(sc_json_inside(sc_json_find(json, n, "s")).p, "a\\nb", 4);
    assert_int_equal(sc_json_inside(sc_json_find(json, n, "s")).n, 4);
    assert_int_equal(sc_json_inside(sc_json_find(json, n, "n")).n, 0);
    assert_true(sc_json_scalar(sc_json_find(json, n, "n"), out, sizeof out));
    assert_string_equal(out, "-12.5");
    assert_true(sc_json_scalar(sc_json_find(json, n, "t"), out, sizeof out));
    assert_string_equal(out, "true");
    assert_false(sc_json_scalar(sc_json_find(json, n, "nil"), out, sizeof out));
    assert_false(sc_json_scalar(sc_json_find(json, n, "o"), out, sizeof out));
    static const char *const empty[] = {"e", "l", "z", "nil", "absent"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        assert_true(sc_json_is_empty(sc_json_find(json, n, empty[i])));
    assert_false(sc_json_is_empty(sc_json_find(json, n, "o")));
    assert_false(sc_json_is_empty(sc_json_find(json, n, "s")));
    assert_false(sc_json_is_empty(sc_json_find(json, n, "n")));
}

static void deep_nesting_costs_no_stack(void **state)
{
    (void)state;
    size_t depth = 1000000, n = 2 * depth + 32;
    char *json = malloc(n);
    memcpy(json, "{\"a\":", 5);
    memset(json + 5, '[', depth);
    memset(json + 5 + depth, ']', depth);
    memcpy(json + 5 + 2 * depth, ",\"model\":\"m\"}", 13);
    char out[8];
    assert_true(sc_json_find_string(json, 18 + 2 * depth, "model", out, sizeof out));
    assert_string_equal(out, "m");
    free(json);
}

/* Counted, not timed: the cost of a long prompt is measured by the benchmarks. */
static void a_long_prompt_is_skipped(void **state)
{
    (void)state;
    size_t n = 1 << 20;
    char *json = malloc(n + 64);
    size_t at = (size_t)sprintf(json, "{\"messages\":[{\"role\":\"user\",\"content\":\"");
    for (size_t i = 0; i < n - 200; i++)
        json[at++] = "say \\\"model\\\":\\\"x\\\" "[i % 20];
    while (json[at - 1] == '\\')
        at--;
    at += (size_t)sprintf(json + at, " \"}],\"model\":\"claude\"}");
    char out[16];
    assert_true(sc_json_find_string(json, at, "model", out, sizeof out));
    assert_string_equal(out, "claude");
    free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_at_paths),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(many_paths_are_found_in_one_walk),
        cmocka_unit_test(strings_are_unescaped),
        cmocka_unit_test(a_small_buffer_cuts_between_characters),
        cmocka_unit_test(a_cut_anywhere_hides_only_what_comes_after),
        cmocka_unit_test(raw_values_and_their_helpers),
        cmocka_unit_test(deep_nesting_costs_no_stack),
        cmocka_unit_test(a_long_prompt_is_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
