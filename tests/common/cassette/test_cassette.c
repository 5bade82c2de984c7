/* A cassette is looked through by what is asked; what is damaged in it is passed over, and said. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cassette/cassette.h"
#include "cassette/tape.h"

static char path[64];

static void append(const char *text)
{
    FILE *f = fopen(path, "a");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    fclose(f);
}

static void append_exchange(const char *url, const char *body, const char *answer)
{
    char line[500], hash[SC_TAPE_HASH];

    sc_tape_hash((struct sc_str){body, strlen(body)}, hash);
    snprintf(line, sizeof line,
             "{\"cassette\":1,\"request\":{\"method\":\"POST\",\"url\":\"%s\",\"hash\":\"%s\"},"
             "\"answer\":{\"code\":0,\"body\":\"%s\"}}\n",
             url, hash, answer);
    append(line);
}

static void want(const char *url, const char *body, struct sc_wanted *w)
{
    char hash[SC_TAPE_HASH] = "";

    if (body)
        sc_tape_hash((struct sc_str){body, strlen(body)}, hash);
    sc_wanted_of((struct sc_str){"POST", 4}, (struct sc_str){url, strlen(url)}, hash, w);
}

static int begin(void **state)
{
    int fd;

    strcpy(path, "/tmp/steadycurl-cassette-XXXXXX");
    fd = mkstemp(path);
    *state = NULL;
    return fd < 0 ? -1 : close(fd);
}

static int end(void **state)
{
    (void)state;
    return unlink(path);
}

static void assert_answer(struct sc_cassette_place at, const char *text)
{
    assert_non_null(memmem(at.line.p, at.line.n, text, strlen(text)));
}

static void test_one_after_the_other_and_then_the_last(void **state)
{
    struct sc_cassette *c = sc_cassette_new(path);
    struct sc_cassette_place at;
    struct sc_wanted w;

    (void)state;
    append_exchange("https://x/a", "{}", "one");
    append_exchange("https://x/b", "{}", "other");
    append_exchange("https://x/a", "{}", "two");
    assert_int_equal(sc_cassette_read(c), 0);
    want("https://x/a", " { } ", &w);
    assert_int_equal(sc_cassette_find(c, &w, SC_FIND_ALL, 0, &at), 2);
    assert_answer(at, "one");
    assert_int_equal(at.number, 1);
    sc_cassette_find(c, &w, SC_FIND_ALL, 1, &at);
    assert_answer(at, "two");
    sc_cassette_find(c, &w, SC_FIND_ALL, 9, &at);
    assert_answer(at, "two");
    want("https://x/c", "{}", &w);
    assert_int_equal(sc_cassette_find(c, &w, SC_FIND_ALL, 0, &at), 0);
    assert_int_equal(sc_cassette_nearest(c, &w, SC_FIND_ALL, &at), 1 << SC_FIND_PATH);
    assert_int_equal(sc_cassette_find(c, &w, 1 << SC_FIND_HOST, 0, &at), 3);
    want("http://x/a", NULL, &w); /* a body that nobody can see; the scheme does not count */
    assert_int_equal(sc_cassette_find(c, &w, SC_FIND_ALL, 0, &at), 2);
    sc_cassette_free(c);
}

static void test_each_part_tells_requests_apart(void **state)
{
    static const char *const urls[SC_FIND_PARTS] = {
        [SC_FIND_HOST] = "https://y/a?q=1",
        [SC_FIND_PATH] = "https://x/b?q=1",
        [SC_FIND_QUERY] = "https://x/a?q=2",
    };
    struct sc_cassette *c = sc_cassette_new(path);
    struct sc_cassette_place at;
    struct sc_wanted w;

    (void)state;
    append_exchange("https://x/a?q=1", "{}", "one");
    assert_int_equal(sc_cassette_read(c), 0);
    for (unsigned i = 0; i < SC_FIND_PARTS; i++) {
        if (!urls[i])
            continue;
        want(urls[i], "{}", &w);
        assert_int_equal(sc_cassette_find(c, &w, SC_FIND_ALL, 0, &at), 0);
        assert_int_equal(sc_cassette_nearest(c, &w, SC_FIND_ALL, &at), 1U << i);
        assert_int_equal(sc_cassette_find(c, &w, SC_FIND_ALL & ~(1U << i), 0, &at), 1);
    }
    want("https://x/a?q=1", "{\"x\":1}", &w);
    assert_int_equal(sc_cassette_nearest(c, &w, SC_FIND_ALL, &at), 1 << SC_FIND_BODY);
    sc_cassette_free(c);
}

static void test_damaged_lines_are_passed_over_and_said(void **state)
{
    struct sc_cassette *c = sc_cassette_new(path);
    struct sc_cassette_place at;
    struct sc_wanted w;
    const char *why = "";
    size_t number = 0;

    (void)state;
    append_exchange("https://x/a", "{}", "one");
    append("\nno JSON\n{\"cassette\":1}\n");
    append_exchange("https://x/b", "{}", "two");
    append("{\"cassette\":1,\"request\":{");
    assert_int_equal(sc_cassette_read(c), 0);
    assert_int_equal(sc_cassette_count(c), 2);
    assert_int_equal(sc_cassette_damage(c, &number, &why), 3);
    assert_int_equal(number, 3);
    assert_string_equal(why, "is no JSON object");
    want("https://x/b", "{}", &w);
    assert_int_equal(sc_cassette_find(c, &w, SC_FIND_ALL, 0, &at), 1);
    assert_int_equal(at.number, 5);
    sc_cassette_free(c);
}

/* Other processes write while this one reads. */
static void test_what_comes_later_is_read_when_it_is_whole(void **state)
{
    struct sc_cassette *c = sc_cassette_new(path);
    struct sc_cassette_place at;
    struct sc_wanted w;

    (void)state;
    assert_int_equal(sc_cassette_read(c), 0);
    append_exchange("https://x/a", "{}", "one");
    append("{\"cassette\":1,\"request\":{\"method\":\"POST\",");
    assert_int_equal(sc_cassette_read(c), 0);
    assert_int_equal(sc_cassette_count(c), 1);
    append("\"url\":\"https://x/b\"},\"answer\":{\"code\":0}}\n");
    assert_int_equal(sc_cassette_read(c), 0);
    assert_int_equal(sc_cassette_count(c), 2);
    want("https://x/b", NULL, &w);
    assert_int_equal(sc_cassette_find(c, &w, SC_FIND_ALL, 0, &at), 1);
    assert_int_equal(at.number, 2);
    assert_true(sc_cassette_at(c, 1, &at));
    assert_false(sc_cassette_at(c, 2, &at));
    sc_cassette_free(c);
}

static void test_what_cannot_be_read_is_an_error(void **state)
{
    struct sc_cassette *c = sc_cassette_new("/nowhere/tape"), *folder = sc_cassette_new("/tmp");

    (void)state;
    assert_int_equal(sc_cassette_read(c), ENOENT);
    assert_int_equal(sc_cassette_read(folder), EISDIR);
    sc_cassette_free(c);
    sc_cassette_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_after_the_other_and_then_the_last, begin, end),
        cmocka_unit_test_setup_teardown(test_each_part_tells_requests_apart, begin, end),
        cmocka_unit_test_setup_teardown(test_damaged_lines_are_passed_over_and_said, begin, end),
        cmocka_unit_test_setup_teardown(test_what_comes_later_is_read_when_it_is_whole, begin, end),
        cmocka_unit_test(test_what_cannot_be_read_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
