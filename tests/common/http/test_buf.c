/* Escaped texts are looked at eight bytes at a time, and written in pieces: wherever something that
 * is to be escaped stands, and wherever the room ends, the same comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/buf.h"

enum { LONGEST = 150 };

static const char *written_as(unsigned char c, char text[8])
{
    static const char *const names[] = {"\b\\b", "\t\\t",  "\n\\n", "\f\\f",
                                        "\r\\r", "\"\\\"", "\\\\\\"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((unsigned char)names[i][0] == c)
            return names[i] + 1;
    snprintf(text, 8, c < 0x20 ? "\\u%04x" : "%c", c);
    return text;
}

static void check(const char *text, size_t n, const char *want, size_t want_n)
{
    for (size_t less = 0; less < 2 && less <= want_n; less++) {
        struct sc_buf b = {.max = want_n - less};

        sc_buf_escaped(&b, (struct sc_str){text, n});
        assert_int_equal(b.failed, less > 0);
        if (less == 0)
            assert_memory_equal(b.p ? b.p : "", want, want_n);
        sc_buf_free(&b);
    }
}

static void escapes_stand_anywhere(void **state)
{
    char text[LONGEST + 1], want[LONGEST + 8], one[8];

    (void)state;
    for (unsigned c = 1; c < 256; c += c < 0x24 ? 1 : 7)
        for (size_t n = 1; n <= LONGEST; n += 13)
            for (size_t at = 0; at < n; at++) {
                const char *as = written_as((unsigned char)c, one);
                size_t k = strlen(as);

                memset(text, 'x', n);
                text[at] = (char)c;
                memset(want, 'x', n + k);
                memcpy(want + at, as, k);
                check(text, n, want, n - 1 + k);
            }
}

static void texts_of_nothing_else(void **state)
{
    char text[LONGEST], want[6 * LONGEST];

    (void)state;
    for (size_t n = 0; n <= LONGEST; n++) {
        memset(text, 1, n);
        for (size_t i = 0; i < n; i++)
            memcpy(want + 6 * i, "\\u0001", 6);
        check(text, n, want, 6 * n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_stand_anywhere),
        cmocka_unit_test(texts_of_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
