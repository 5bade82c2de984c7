/* What the error buffer says where we end a transfer in libcurl's stead, by libcurl's version. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "handle/texts.h"

static char buffer[CURL_ERROR_SIZE];

static struct sc_shadow *of_version(struct sc_libcurl *libcurl, struct sc_shadow *s, unsigned v)
{
    libcurl->version_num = v;
    s->real = libcurl;
    s->o.error_buffer = buffer;
    memset(buffer, 'x', sizeof buffer);
    return s;
}

static void test_time_is_up(void **state)
{
    struct sc_libcurl libcurl = {.version_num = 0};
    struct sc_shadow shadow = {.easy = NULL}, *s = of_version(&libcurl, &shadow, 0x075801);

    (void)state;
    sc_say_timed_out(s, 1500, 7, 100);
    assert_string_equal(
        buffer, "Operation timed out after 1500 milliseconds with 7 out of 100 bytes received");
    sc_say_timed_out(s, 1500, 7, -1);
    assert_string_equal(buffer,
                        "Operation timed out after 1500 milliseconds with 7 bytes received");
}

/* What libcurl wrote is counted from the call's start; all else it says stays. */
static void test_time_is_counted_from_the_calls_start(void **state)
{
    static const struct {
        const char *said, *becomes;
    } cases[] = {
        {"Operation timed out after 100 milliseconds with 0 bytes received",
         "Operation timed out after 1100 milliseconds with 0 bytes received"},
        {"Connection timed out after 5 milliseconds",
         "Connection timed out after 1005 milliseconds"},
        {"Resolving timed out after 5 milliseconds", "Resolving timed out after 1005 milliseconds"},
        {"SSL connection timeout", "SSL connection timeout"},
        {"", ""},
    };
    struct sc_libcurl libcurl = {.version_num = 0};
    struct sc_shadow shadow = {.easy = NULL}, *s = of_version(&libcurl, &shadow, 0x075801);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        strcpy(buffer, cases[i].said);
        assert_int_equal(sc_say_timed_out_later(s, 1000),
                         strcmp(cases[i].said, cases[i].becomes) != 0);
        assert_string_equal(buffer, cases[i].becomes);
    }
    s->o.error_buffer = NULL;
    assert_false(sc_say_timed_out_later(s, 1000));
}

static void test_a_refused_piece_by_version(void **state)
{
    static const struct {
        unsigned version;
        bool header;
        size_t got;
        const char *text;
    } cases[] = {
        {0x074400, false, 3, "Failed writing body (3 != 10)"},
        {0x074400, true, 3, "Failed writing header"},
        {0x075801, false, 3, "Failure writing output to destination"},
        {0x075801, true, 3, "Failed writing header"},
        {0x080700, true, 3, "Failure writing output to destination, passed 10 returned 3"},
        {0x080800, false, 3, "Failure writing output to destination, passed 10 returned 3"},
        {0x080800, false, 0xffffffff, "client returned ERROR on write of 10 bytes"},
    };
    struct sc_libcurl libcurl = {.version_num = 0};
    struct sc_shadow shadow = {.easy = NULL};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sc_say_refused(of_version(&libcurl, &shadow, cases[i].version), cases[i].header, 10,
                       cases[i].got);
        assert_string_equal(buffer, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_is_up),
        cmocka_unit_test(test_time_is_counted_from_the_calls_start),
        cmocka_unit_test(test_a_refused_piece_by_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
