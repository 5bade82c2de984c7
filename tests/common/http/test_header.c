/* Header values, durations and waits in texts, whatever the locale. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <locale.h>

#include "http/header.h"
#include "http/name.h"

static struct sc_str str(const char *s)
{
    return (struct sc_str){s, strlen(s)};
}

#define NOW INT64_C(1696004797) /* Fri, 29 Sep 2023 16:26:37 GMT */

static void retry_after_values(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int64_t ms;
    } cases[] = {
        {"2", 2000},
        {" 2 ", 2000},
        {"0.25", 250},
        {".5", 500},
        {"1.0005", 1001},
        {"120", 120000},
        {"1e2", 100000},
        {"0", -1},
        {"-1", -1},
        {"+1", -1},
        {"0.0", -1},
        {"NaN", -1},
        {"inf", -1},
        {"soon", -1},
        {"", -1},
        {"   ", -1},
        {".", -1},
        {"1, 2", 2000}, /* lines that a proxy has joined */
        {"2,1 ,x", 2000},
        {"x,,", -1},
        {"2 s", 2000},
        {"1m30s", 90000},
        {"100ms", 100},
        {"60 seconds", 60000},
        {"60 apples", -1},
        {"1;x", -1},
        {"PT1S", -1},
        {"1696004817", 20000}, /* since 1970 */
        {"1696004817500", 20500},
        {"1696004000", -1},
        {"99999999999999999999", -1},
        {"1e999", -1},
        {"0x10", -1},
        {"31622401", -1}, /* beyond 366 days */
        {"Fri, 29 Sep 2023 16:26:57 GMT", 20000},
        {"Friday, 29-Sep-23 16:26:57 GMT", 20000},
        {"Fri Sep 29 16:26:57 2023", 20000},
        {"Fri, 29 Sep 2023 16:26:27 GMT", -1},
        {"Fri, 29 Sep 2023 16:26:37 GMT", -1},
        {"Fri, 31 Dec 9999 23:59:59 GMT", -1},
        {"Fri, 29 Sep 2023 16:26:57 PST", -1},
        {"Fri, 29 Foo 2023 16:26:57 GMT", -1},
        {"29 Sep 2023", -1},
        {"2023-09-29T16:26:57Z", 20000},
        {"2023-09-29T18:26:57.5+02:00", 20500},
        {"2023-09-29T16:26:57", -1}, /* of no zone */
        {"Fri, 29 Sep 2023 16:26:57 +0000", 20000},
        {"Fri, 29 Sep 2023 16:26:57 -0000", 20000},
        {"Fri, 29 Sep 2023 18:26:57 +0200", 20000},
        {"Fri, 29 Sep 2023 12:56:57 -0330", 20000},
        {"Fri, 29 Sep 2023 16:26:57 +00:00", -1},
        {"\"4\"", 4000},
        {"\"", -1},
        {"00:00:06", 6000},
        {"1.00:00:06", 86406000},
        {"1.0:00:06", -1},
        {"24:00:00", -1},
        {"00:00:00", -1},
        {"00:00:06 ago", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("# %s\n", cases[i].value);
        assert_int_equal(sc_header_retry_after(str(cases[i].value), NOW), cases[i].ms);
    }
}

static void millisecond_values(void **state)
{
    (void)state;
    assert_int_equal(sc_header_ms(str("300")), 300);
    assert_int_equal(sc_header_ms(str("1100.4")), 1100);
    assert_int_equal(sc_header_ms(str("0.2")), 1);
    assert_int_equal(sc_header_ms(str("0")), -1);
    assert_int_equal(sc_header_ms(str("-300")), -1);
    assert_int_equal(sc_header_ms(str("NaN")), -1);
    assert_int_equal(sc_header_ms(str("300ms")), -1);
}

static void dates_in_three_forms(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int64_t at;
    } cases[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
        {"Sun Nov  6 08:49:37 1994", 784111777},
        {"Thu, 29 Feb 2024 00:00:00 GMT", 1709164800},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Fri, 01 Mar 2024 00:00:00 GMT", 1709251200},
        {"Thu, 31 Dec 2099 23:59:59 GMT", 4102444799},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t at = -1;
        assert_true(sc_http_date(str(cases[i].value), &at));
        assert_int_equal(at, cases[i].at);
    }
    int64_t at;
    for (int64_t t = 0; t < INT64_C(8000000000); t += 86399 * 37) { /* and back */
        char text[SC_HTTP_DATE_SIZE];

        sc_http_date_put((time_t)t, text);
        assert_true(sc_http_date(str(text), &at));
        assert_int_equal(at, t);
    }
    assert_false(sc_http_date(str("Sun, 06 Nov 1994 25:49:37 GMT"), &at));
    assert_false(sc_http_date(str("Sun, 00 Nov 1994 08:49:37 GMT"), &at));
    assert_false(sc_http_date(str("Sun, 06 Nov 1994 08:49:37 GMT 7"), &at));
}

static void durations(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int64_t ms;
    } cases[] = {
        {"12ms", 12},
        {"1s", 1000},
        {"6m0s", 360000},
        {"1h2m3.5s", 3723500},
        {"56s", 56000},
        {"7.66s", 7660},
        {"0.539477544s", 539},
        {"2m59.56s", 179560},
        {"0s", -1},
        {"5", -1},
        {"s", -1},
        {"", -1},
        {"1s2", -1},
        {"292.5ms", 293},
        {"900.2ms", 900},
        {"1500us", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("# %s\n", cases[i].value);
        assert_int_equal(sc_duration(str(cases[i].value)), cases[i].ms);
    }
}

static void waits_in_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"Limit 8000. Please try again in 5.289s. Need more?", 5289},
        {"Please try again in 292.5ms.", 293},
        {"Please try again in 16m33.6s.", 993600},
        {"please retry after 26 seconds. Please go here", 26000},
        {"Please retry after 1 second.", 1000},
        {"retry after 2 minutes", 120000},
        {"limit: 2\\nPlease retry in 44.097740004s.", 44098},
        {"Please retry in 900.2ms.", 900},
        {"Please try again in 6m0s.", 360000},
        {"PLEASE TRY AGAIN IN 3S", 3000},
        {"Please try again later", -1},
        {"Please try again in a while", -1},
        {"Please try again in 0s", -1},
        {"Please try again in 7", -1},
        {"try again in ", -1},
        {"concurrency: 1, please try again after 1 seconds", 1000},
        {"exceeded for UserByModelByMinute. Please wait 42 seconds before retrying.", 42000},
        {"Request was throttled. Expected available in 57 seconds.", 57000},
        {"Quota will be replenished in 22.14:18:12.", INT64_C(1952292000)},
        {"Quota will be replenished in 00:20:12.", 1212000},
        {"replenished in 00:20", -1},
        {"", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("# %s\n", cases[i].text);
        assert_int_equal(sc_wait_in_text(str(cases[i].text)), cases[i].ms);
    }
}

static void a_decimal_comma_of_the_host_changes_nothing(void **state)
{
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8"))
        skip(); /* no such locale on this machine */
    assert_int_equal(sc_header_retry_after(str("0.25"), NOW), 250);
    assert_int_equal(sc_duration(str("1.5s")), 1500);
    setlocale(LC_ALL, "C");
}

static void a_name_is_known_in_any_case_and_nothing_else_is(void **state)
{
    static const char name[] = "x-content-md5:";
    const size_t n = sizeof name - 1;
    char line[sizeof name];

    (void)state;
    for (size_t at = 0; at < n; at++)
        for (int c = 0; c < 256; c++) {
            bool upper = name[at] >= 'a' && c == name[at] - 32;

            memcpy(line, name, sizeof line);
            line[at] = (char)c;
            assert_int_equal(sc_name_is(line, name, n), (char)c == name[at] || upper);
        }
    assert_true(sc_name_is("X-CONTENT-MD5:", name, n));
    assert_true(sc_name_is("X-Conten", name, 8));
}

static void a_word_of_a_list_is_found_in_any_case_and_whole(void **state)
{
    static const char *const with[] = {
        "no-store",      "No-Store", "private, no-store", "no-store,x", "max-age=0 ,  NO-STORE ",
        "no-store=\"x\""};
    static const char *const without[] = {"",   "no-storex", "xno-store", "max-age=no-store",
                                          ",,", "no-stor"};

    (void)state;
    for (size_t i = 0; i < sizeof with / sizeof *with; i++)
        assert_true(sc_header_lists((struct sc_str){with[i], strlen(with[i])}, "no-store"));
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        assert_false(sc_header_lists((struct sc_str){without[i], strlen(without[i])}, "no-store"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retry_after_values),
        cmocka_unit_test(millisecond_values),
        cmocka_unit_test(dates_in_three_forms),
        cmocka_unit_test(durations),
        cmocka_unit_test(waits_in_texts),
        cmocka_unit_test(a_word_of_a_list_is_found_in_any_case_and_whole),
        cmocka_unit_test(a_name_is_known_in_any_case_and_nothing_else_is),
        cmocka_unit_test(a_decimal_comma_of_the_host_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
