/* Exchanges of a cassette: written and read back byte for byte; what is damaged is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cassette/asked.h"
#include "cassette/base64.h"
#include "cassette/tape.h"

#define STR(literal) ((struct sc_str){"" literal, sizeof(literal) - 1})

static void assert_str(struct sc_str s, struct sc_str wanted)
{
    assert_int_equal(s.n, wanted.n);
    if (s.n > 0)
        assert_memory_equal(s.p, wanted.p, s.n);
}

static void there_and_back(const struct sc_tape *t, struct sc_tape *back, struct sc_buf *line,
                           struct sc_buf *memory)
{
    const char *why = "";

    line->max = 1 << 20;
    sc_tape_write(t, line);
    assert_false(line->failed);
    assert_int_equal(line->p[line->n - 1], '\n');
    assert_ptr_equal(memchr(line->p, '\n', line->n), line->p + line->n - 1);
    if (!sc_tape_read((struct sc_str){line->p, line->n - 1}, back, memory, &why))
        fail_msg("%.*s %s", (int)line->n, line->p, why);
}

static void test_all_of_an_exchange_comes_back(void **state)
{
    struct sc_tape_piece pieces[] = {{100, 3}, {250, 6}};
    struct sc_tape t = {.time_ms = 1764322200123,
                        .program = STR("php"),
                        .attempts = 3,
                        .method = STR("POST"),
                        .url = STR("https://api.openai.com/v1/x?a=\"b\""),
                        .headers = STR("content-type: application/json\r\n"),
                        .size = 5,
                        .hash = "0123456789abcdef0123456789abcdef",
                        .body = STR("{\"a\"}"),
                        .code = 18,
                        .error = STR("transfer closed"),
                        .us = 300,
                        .head_us = 90,
                        .redirects = 1,
                        .led_to = STR("https://elsewhere/"),
                        .head = STR("HTTP/1.1 302 Found\r\nLocation: x\r\n\r\nHTTP/1.1 200 OK\r\n"
                                    "X-Odd: caf\xe9\r\n\r\n"),
                        .content = STR("a\0b\"\\\n\xff\xc3\xa9"),
                        .pieces = pieces,
                        .n_pieces = 2},
                   back;
    struct sc_buf line = {0}, memory = {0};

    (void)state;
    there_and_back(&t, &back, &line, &memory);
    assert_int_equal(back.time_ms, t.time_ms);
    assert_str(back.program, t.program);
    assert_int_equal(back.attempts, 3);
    assert_str(back.method, t.method);
    assert_str(back.url, t.url);
    assert_str(back.headers, t.headers);
    assert_int_equal(back.size, 5);
    assert_string_equal(back.hash, t.hash);
    assert_str(back.body, t.body);
    assert_int_equal(back.code, 18);
    assert_str(back.error, t.error);
    assert_int_equal(back.us, 300);
    assert_int_equal(back.head_us, 90);
    assert_int_equal(back.redirects, 1);
    assert_str(back.led_to, t.led_to);
    assert_str(back.head, t.head);
    assert_str(back.content, t.content);
    assert_int_equal(back.n_pieces, 2);
    assert_int_equal(back.pieces[1].us, 250);
    assert_int_equal(back.pieces[1].n, 6);
    assert_int_equal(sc_tape_status(back.head), 200);
    sc_tape_free(&back, &memory);
    sc_buf_free(&line);
}

static void test_a_failure_without_an_answer_comes_back(void **state)
{
    struct sc_tape t = {.method = STR("GET"),
                        .url = STR("http://x/"),
                        .code = 6,
                        .size = -1,
                        .head_us = -1},
                   back;
    struct sc_buf line = {0}, memory = {0};

    (void)state;
    there_and_back(&t, &back, &line, &memory);
    assert_int_equal(back.code, 6);
    assert_int_equal(back.head.n, 0);
    assert_int_equal(back.content.n, 0);
    assert_int_equal(sc_tape_status(back.head), 0);
    assert_int_equal(back.size, -1);
    assert_null(back.body.p);
    sc_tape_free(&back, &memory);
    sc_buf_free(&line);
}

/* Whoever edits a cassette by hand may forget the pieces: no byte of the body is lost or made up.
 */
static void test_pieces_fit_the_body(void **state)
{
    static const struct {
        const char *pieces;
        size_t n[4];
    } cases[] = {{"[]", {5}},
                 {"[[1,2]]", {2, 3}},
                 {"[[1,2],[2,9]]", {2, 3}},
                 {"[[1,0],[2,5],[3,4]]", {5}},
                 {"[[1,99999999999]]", {5}}};
    char line[300];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_buf memory = {0};
        struct sc_tape t;
        const char *why;

        snprintf(
            line, sizeof line,
            "{\"cassette\":1,\"request\":{\"method\":\"GET\",\"url\":\"http://x/\"},\"answer\":"
            "{\"code\":0,\"head\":[\"HTTP/1.1 200 OK\"],\"pieces\":%s,\"body\":\"hello\"}}",
            cases[i].pieces);
        assert_true(sc_tape_read((struct sc_str){line, strlen(line)}, &t, &memory, &why));
        for (size_t k = 0; k < 4 && cases[i].n[k] > 0; k++) {
            assert_true(k < t.n_pieces);
            assert_int_equal(t.pieces[k].n, cases[i].n[k]);
        }
        sc_tape_free(&t, &memory);
    }
}

static void test_what_is_no_exchange_is_refused(void **state)
{
    static const char *const lines[] = {
        "",
        "{}",
        "[1]",
        "{\"cassette\":1}",
        "{\"cassette\":2,\"request\":{}}",
        "{\"cassette\":1,\"requ",
        "{\"cassette\":1,\"request\":{\"method\":\"GET\",\"url\":\"x\"}}",
        "{\"cassette\":1,\"request\":{\"method\":1,\"url\":\"x\"},\"answer\":{\"code\":0}}",
        "{\"cassette\":1,\"request\":{\"method\":\"GET\",\"url\":\"x\"},\"answer\":{\"code\":-4}}",
        "{\"cassette\":1,\"request\":{\"method\":\"GET\",\"url\":\"x\"},\"answer\":{\"code\":0,"
        "\"head\":\"x\"}}",
        "{\"cassette\":1,\"request\":{\"method\":\"GET\",\"url\":\"x\"},\"answer\":{\"code\":0,"
        "\"body\":7}}",
        "{\"cassette\":1,\"request\":{\"method\":\"GET\",\"url\":\"x\"},\"answer\":{\"code\":0,"
        "\"body\":{\"base64\":\"?\"}}}",
        "{\"cassette\":1,\"request\":{\"method\":\"GET\",\"url\":\"x\"},\"answer\":{\"code\":0,,}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct sc_buf memory = {0};
        struct sc_tape t = {.pieces = NULL};
        const char *why = NULL;

        if (sc_tape_read((struct sc_str){lines[i], strlen(lines[i])}, &t, &memory, &why))
            fail_msg("taken: %s", lines[i]);
        assert_non_null(why);
        assert_true(why[0] != '\0');
        sc_tape_free(&t, &memory);
    }
}

static void test_bodies_that_say_the_same_have_one_hash(void **state)
{
    char a[SC_TAPE_HASH], b[SC_TAPE_HASH];

    (void)state;
    sc_tape_hash(STR("{\"a\":1,\"b\":[true,\"x\"]}"), a);
    sc_tape_hash(STR(" { \"b\" : [ true, \"\\u0078\" ], \"a\":1.0 } "), b);
    assert_string_equal(a, b);
    sc_tape_hash(STR("{\"a\":1,\"b\":[\"x\",true]}"), b);
    assert_string_not_equal(a, b);
    sc_tape_hash(STR("a=1&b=2"), a);
    sc_tape_hash(STR("a=1&b=3"), b);
    assert_string_not_equal(a, b);
    sc_tape_hash(STR(""), b);
    assert_int_equal(strlen(b), SC_TAPE_HASH - 1);
}

static void test_a_url_has_no_secret_and_is_ascii(void **state)
{
    struct sc_buf url = {.max = 4096};

    (void)state;
    sc_tape_url(true, STR("api.example.com"), 443, STR("/v1/caf\xc3\xa9 x"),
                STR("key=AIzaSyVerySecret123&alt=sse"), &url);
    assert_str(sc_buf_view(&url),
               STR("https://api.example.com/v1/caf%C3%A9%20x?key=[redacted]&alt=sse"));
    url.n = 0;
    sc_tape_url(false, STR("::1"), 8080, STR("/"), STR(""), &url);
    assert_str(sc_buf_view(&url), STR("http://[::1]:8080/"));
    sc_buf_free(&url);
}

static void test_base64(void **state)
{
    static const char all[] = "\0\1\2\3\4\xff\xfe";

    (void)state;
    for (size_t n = 0; n < sizeof all; n++) {
        struct sc_buf text = {.max = 64}, back = {.max = 64};

        sc_base64_put(&text, (struct sc_str){all, n});
        assert_int_equal(text.n, (n + 2) / 3 * 4);
        assert_true(sc_base64_take(&back, sc_buf_view(&text)));
        assert_str(sc_buf_view(&back), (struct sc_str){all, n});
        sc_buf_free(&text);
        sc_buf_free(&back);
    }
}

static void test_options(void **state)
{
    struct sc_cassette_asked a;
    char why[200];

    (void)state;
    sc_cassette_asked_init(&a);
    assert_true(sc_cassette_ask(&a, STR("match"), STR("method, body"), why, sizeof why));
    assert_int_equal(a.match, 1 << SC_FIND_METHOD | 1 << SC_FIND_BODY);
    assert_true(sc_cassette_ask(&a, STR("pace"), STR("0.1"), why, sizeof why));
    assert_int_equal(a.pace_ppm, 100000);
    assert_true(sc_cassette_ask(&a, STR("pace"), STR("0"), why, sizeof why));
    assert_int_equal(a.pace_ppm, 0);
    assert_true(sc_cassette_ask(&a, STR("miss"), STR("record"), why, sizeof why));
    assert_int_equal(a.miss, SC_MISS_RECORD);
    assert_false(sc_cassette_ask(&a, STR("pace"), STR("-1"), why, sizeof why));
    assert_non_null(strstr(why, "'-1'"));
    assert_false(sc_cassette_ask(&a, STR("match"), STR("method,"), why, sizeof why));
    assert_false(sc_cassette_ask(&a, STR("match"), STR("methods"), why, sizeof why));
    assert_non_null(strstr(why, "method, host"));
    assert_false(sc_cassette_ask(&a, STR("miss"), STR("x"), why, sizeof why));
    assert_false(sc_cassette_ask(&a, STR("nothing"), STR("x"), why, sizeof why));
    assert_string_equal(why, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_of_an_exchange_comes_back),
        cmocka_unit_test(test_a_failure_without_an_answer_comes_back),
        cmocka_unit_test(test_pieces_fit_the_body),
        cmocka_unit_test(test_what_is_no_exchange_is_refused),
        cmocka_unit_test(test_bodies_that_say_the_same_have_one_hash),
        cmocka_unit_test(test_a_url_has_no_secret_and_is_ascii),
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
