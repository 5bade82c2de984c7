/* What is JSON, and what only looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/buf.h"
#include "http/valid.h"

static enum sc_json_fault check(const char *text, size_t n)
{
    char *copy = malloc(n ? n : 1); /* of just that size, for sanitizers */

    memcpy(copy, text, n);
    enum sc_json_fault fault = sc_json_check((struct sc_str){copy, n}, NULL);
    free(copy);
    return fault;
}

#define assert_check(text, fault) assert_int_equal(check((text), sizeof(text) - 1), (fault))

static void good_json(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        " [ ] \n",
        "0",
        "-0.5e+10",
        "1E2",
        "\"\"",
        "null",
        "true",
        "false",
        "{\"a\":[1,{\"b\":null}],\"c\":\"\\u00e9\\\"\\\\\\/\\b\\f\\n\\r\\t\"}",
        "\"caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\"",
        "\"\\ud800\"", /* half a pair is bad text, not bad JSON */
        "[[[[[[[[[[]]]]]]]]]]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (check(texts[i], strlen(texts[i])) != SC_JSON_GOOD)
            fail_msg("refused: %s", texts[i]);
}

static void not_json(void **state)
{
    static const char *const texts[] = {
        "{} {}",     "[1,]",  "{\"a\":1,}", "{a:1}",   "{\"a\" 1}",   "[1 2]",
        "01",        "+1",    "1.e5",       "1x",      "truth",       "]",
        "{\"a\":]}", "[1}",   "'a'",        "\"\\x\"", "\"\\u12g4\"", "\"a\nb\"",
        "{\"a\"}",   "{1:2}", "nul l",      ".5",      "-x",          "\"\\u-123\"",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (check(texts[i], strlen(texts[i])) != SC_JSON_WRONG)
            fail_msg("taken, or called cut: %s", texts[i]);
    assert_check("\"a\0b\"", SC_JSON_WRONG);
    assert_check("{}\0", SC_JSON_WRONG);
}

static void cut_json(void **state)
{
    static const char text[] = "{\"a\":[1.5e3,{\"b\":null}],\"c\":\"\\u00e9\\\"\"}";

    (void)state;
    for (size_t n = 0; n < sizeof text - 1; n++)
        assert_int_equal(check(text, n), SC_JSON_CUT);
    assert_int_equal(check(text, sizeof text - 1), SC_JSON_GOOD);
}

static void bad_utf8(void **state)
{
    (void)state;
    assert_check("\"\x80\"", SC_JSON_BAD_UTF8);
    assert_check("\"\xC0\xAF\"", SC_JSON_BAD_UTF8);
    assert_check("\"\xE0\x80\xAF\"", SC_JSON_BAD_UTF8);
    assert_check("\"\xED\xA0\x80\"", SC_JSON_BAD_UTF8);
    assert_check("\"\xF4\x90\x80\x80\"", SC_JSON_BAD_UTF8);
    assert_check("\"\xF0\x9F\x98\"", SC_JSON_BAD_UTF8);
    assert_check("\"12345678\xFF\"", SC_JSON_BAD_UTF8);
    assert_check("\"\xF0\x9F", SC_JSON_BAD_UTF8);
    assert_int_equal(sc_utf8_valid((struct sc_str){"a\xC3\xA9\xFFz", 5}), 3);
}

static void depth_is_bounded(void **state)
{
    char text[2 * (SC_JSON_DEPTH_MAX + 1)];
    size_t n = SC_JSON_DEPTH_MAX;

    (void)state;
    memset(text, '[', n);
    memset(text + n, ']', n);
    assert_int_equal(check(text, 2 * n), SC_JSON_GOOD);
    memset(text, '[', n + 1);
    memset(text + n + 1, ']', n + 1);
    assert_int_equal(check(text, 2 * (n + 1)), SC_JSON_TOO_DEEP);
}

static void the_fault_is_placed(void **state)
{
    size_t at = 0;

    (void)state;
    assert_int_equal(sc_json_check((struct sc_str){"[1,2,x]", 7}, &at), SC_JSON_WRONG);
    assert_int_equal(at, 5);
}

static void a_buffer_knows_its_limit(void **state)
{
    struct sc_buf b = {.max = 10};

    (void)state;
    sc_buf_text(&b, "12345678");
    assert_false(b.failed);
    sc_buf_text(&b, "901");
    assert_true(b.failed);
    sc_buf_text(&b, "x");
    assert_int_equal(b.n, 8); /* nothing behind a failure */
    sc_buf_clear(&b);
    sc_buf_number(&b, -12);
    assert_int_equal(b.n, 3);
    assert_memory_equal(b.p, "-12", 3);
    sc_buf_free(&b);
}

static void escapes_go_both_ways(void **state)
{
    static const char plain[] = "a\"b\\c\n\t\x01\xC3\xA9/";
    struct sc_buf b = {.max = 1000}, back = {.max = 1000};

    (void)state;
    sc_buf_escaped(&b, (struct sc_str){plain, sizeof plain - 1});
    assert_int_equal(b.n, strlen("a\\\"b\\\\c\\n\\t\\u0001\xC3\xA9/"));
    assert_memory_equal(b.p, "a\\\"b\\\\c\\n\\t\\u0001\xC3\xA9/", b.n);
    sc_buf_unescaped(&back, sc_buf_view(&b));
    assert_int_equal(back.n, sizeof plain - 1);
    assert_memory_equal(back.p, plain, back.n);
    sc_buf_free(&b);
    sc_buf_free(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_json),
        cmocka_unit_test(not_json),
        cmocka_unit_test(cut_json),
        cmocka_unit_test(bad_utf8),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(the_fault_is_placed),
        cmocka_unit_test(a_buffer_knows_its_limit),
        cmocka_unit_test(escapes_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
