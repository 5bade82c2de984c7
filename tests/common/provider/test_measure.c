/* How much text a request holds: what counts, what does not, and never too much at the least. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "provider/measure.h"

static struct sc_measure measured(const char *text)
{
    struct sc_measure m;

    sc_measure((struct sc_str){text, strlen(text)}, &m);
    return m;
}

static int64_t least(const char *text)
{
    return sc_measure_least((struct sc_str){text, strlen(text)});
}

static void bytes_are_all_that_is_text(void **state)
{
    (void)state;
    assert_int_equal(measured("").bytes, 0);
    assert_int_equal(measured("{\"a\":\"hello\"}").bytes, 13);
    assert_int_equal(measured("{\"a\":\"cut").bytes, 9);
    assert_int_equal(measured("\"").bytes, 1);
}

/* Every way to write the same twelve characters comes to the same, at any place of a vector. */
static void an_escape_is_one_character(void **state)
{
    static const char *const same[] = {"abcdefghijkl", "\\nbcdefghijkl", "abc\\u0434efghijk\\u0439",
                                       "ab\\u4e16\\u754cefghijkl",
                                       "\xd0\xb0\xd0\xb1\xd0\xb2\xd0\xb3\xd0\xb4\xd0\xb5"
                                       "\xd0\xb6\xd0\xb7\xd0\xb8\xd0\xba\xd0\xbb\xd0\xbc"};
    char text[160];

    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        for (int before = 0; before < 40; before++) {
            int n = snprintf(text, sizeof text, "%.*s%s-%s", before,
                             "0123456789012345678901234567890123456789", same[i],
                             "0123456789012345678901234567890123456789");
            struct sc_measure m = measured(text);

            assert_int_equal(m.bytes, n);
            assert_int_equal(least(text), before + 12 + 1 + 40);
        }
}

static void a_run_of_one_character_counts_once(void **state)
{
    char text[1000];

    (void)state;
    memset(text, '=', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(least(text), 1);
    memcpy(text + 300, "ab", 2);
    assert_int_equal(least(text), 4);
}

/* More than the sums of bytes hold at a time. */
static void long_texts_are_counted_to_the_end(void **state)
{
    size_t n = 3 * 255 * 16 + 7;
    char *text = malloc(n + 1);

    (void)state;
    for (size_t i = 0; i < n; i++)
        text[i] = "a bc, def. ghi"[i % 14];
    text[n] = '\0';
    assert_int_equal(measured(text).bytes, n);
    assert_int_equal(least(text), n);
    free(text);
}

static char *with_string(const char *start, char fill, size_t n)
{
    char *text = malloc(n + 64);
    size_t at = (size_t)sprintf(text, "{\"url\":\"%s", start);

    for (size_t i = 0; i < n; i++)
        text[at++] = i % 2 ? fill : 'A';
    strcpy(text + at, "\",\"a\":1}");
    return text;
}

static void images_are_no_text(void **state)
{
    char *text = with_string("data:image/png;base64,", 'x', 5000);
    struct sc_measure m = measured(text);

    (void)state;
    assert_int_equal(m.blobs, 1);
    assert_int_equal(m.bytes, strlen("{\"url\":\"data:image/png;base64,\",\"a\":1}"));
    free(text);
    text = with_string("", '/', 5000);
    assert_int_equal(measured(text).blobs, 1);
    free(text);
    text = with_string("", 'x', 1000); /* too short to be sure */
    assert_int_equal(measured(text).blobs, 0);
    free(text);
    text = with_string("", ' ', 5000);
    m = measured(text);
    assert_int_equal(m.blobs, 0);
    assert_int_equal(m.bytes, strlen(text));
    free(text);
}

/* Wherever it begins, and as PHP writes its slashes. Long words between it are text. */
static void a_blob_is_found_at_every_place(void **state)
{
    char text[8000];

    (void)state;
    for (size_t before = 0; before < 2100; before += 7) {
        size_t n = 0, i;

        for (i = 0; i < before; i++)
            text[n++] = i % 40 == 39 ? ' ' : 'w';
        text[n++] = '"';
        for (i = 0; i < 1030; i++)
            text[n++] = "ab\\/"[i % 4];
        n -= i % 4; /* whole escapes */
        strcpy(text + n, "\", and a few words");
        assert_int_equal(measured(text).blobs, 1);
        assert_int_equal(measured(text).bytes, strlen(text) - 1028);
    }
    /* Chinese, escaped, has no blanks. */
    for (size_t i = 0; i < 6000; i += 6)
        memcpy(text + i, "\\u4e2d", 6);
    text[6000] = '\0';
    assert_int_equal(measured(text).blobs, 0);
}

static void the_least_is_half_of_what_was_learned_or_an_eighth(void **state)
{
    const int64_t mib = 1 << 20;

    (void)state;
    assert_int_equal(sc_measure_least_tokens(8000, mib / 4), 1000);  /* 4 bytes a token: 8 */
    assert_int_equal(sc_measure_least_tokens(8000, mib / 2), 1000);  /* fewer than 4: 8 */
    assert_int_equal(sc_measure_least_tokens(16000, mib / 8), 1000); /* 8: 16 */
    assert_int_equal(sc_measure_least_tokens(0, mib / 4), 0);
    assert_int_equal(sc_measure_least_tokens(INT64_MAX / 2, mib), INT64_MAX / 2 / 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_all_that_is_text),
        cmocka_unit_test(an_escape_is_one_character),
        cmocka_unit_test(a_run_of_one_character_counts_once),
        cmocka_unit_test(long_texts_are_counted_to_the_end),
        cmocka_unit_test(images_are_no_text),
        cmocka_unit_test(a_blob_is_found_at_every_place),
        cmocka_unit_test(the_least_is_half_of_what_was_learned_or_an_eighth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
