/* What may be shown of foreign bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "log/plain.h"

static void check(const char *in, size_t n, const char *want)
{
    char out[128], *copy = malloc(n ? n : 1); /* ends where the text ends, for the sanitizers */
    memcpy(copy, in, n);
    assert_int_equal(sc_plain(copy, n, '?', out, sizeof out), strlen(want));
    free(copy);
    assert_string_equal(out, want);
}

#define CHECK(in, want) check(in, sizeof(in) - 1, want)

static void text_of_any_script_stays(void **state)
{
    (void)state;
    CHECK("", "");
    CHECK("plain ASCII ~", "plain ASCII ~");
    CHECK("caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xd7\x90 \xd8\xa7 \xf0\x9f\x98\x80",
          "caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xd7\x90 \xd8\xa7 \xf0\x9f\x98\x80");
    CHECK("\xc2\xa0\xe2\x80\x8d", "\xc2\xa0\xe2\x80\x8d"); /* a joiner is a letter's own */
}

static void what_acts_does_not(void **state)
{
    (void)state;
    CHECK("a\x1b[31m\n\t\0b\x7f", "a?[31m???b?");
    CHECK("\xc2\x9b"
          "31m\x9b",
          "?31m?");                                   /* CSI, as UTF-8 and alone */
    CHECK("\xe2\x80\xae\xe2\x81\xa6\xd8\x9c", "???"); /* turns the direction */
    CHECK("\xe2\x80\x8b\xef\xbb\xbf\xe2\x80\xa8", "???");
    CHECK("\xf3\xa0\x81\x81", "?"); /* a tag */
    CHECK("\xc0\x9b\xe0\x80\x9b\xed\xa0\x80\xf4\x90\x80\x80\xff", "????????????"
                                                                  "?");
    CHECK("\xe2\x80", "??"); /* cut */
}

static void output_is_cut_between_characters(void **state)
{
    (void)state;
    char out[8];
    assert_int_equal(sc_plain("a\xc3\xa9", 3, '?', out, 3), 1);
    assert_string_equal(out, "a");
    assert_int_equal(sc_plain("abc", 3, '?', out, 1), 0);
    assert_string_equal(out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_of_any_script_stays),
        cmocka_unit_test(what_acts_does_not),
        cmocka_unit_test(output_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
