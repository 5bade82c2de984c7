/* Times and money for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/units.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static void times_have_two_units_at_most(void **state)
{
    static const struct {
        int64_t ms;
        const char *words;
    } table[] = {
        {-1, "0 ms"},
        {0, "0 ms"},
        {999, "999 ms"},
        {1000, "1 s"},
        {1099, "1 s"},
        {4832, "4.8 s"},
        {59999, "59.9 s"},
        {MINUTE, "1 min"},
        {3 * MINUTE + 5 * SECOND, "3 min 5 s"},
        {HOUR - 1, "59 min 59 s"},
        {HOUR, "1 h"},
        {2 * HOUR + 10 * MINUTE + 59 * SECOND, "2 h 10 min"},
        {DAY, "1 d"},
        {288893 * SECOND, "3 d 8 h"},
        {400 * DAY + HOUR, "400 d 1 h"},
        {INT64_MAX, "106751991167 d 7 h"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_string_equal(sc_time_words(table[i].ms).s, table[i].words);
}

static void money_is_exact_without_idle_zeros(void **state)
{
    (void)state;
    assert_string_equal(sc_usd_words(0).s, "$0.00");
    assert_string_equal(sc_usd_words(35000).s, "$0.000035");
    assert_string_equal(sc_usd_words(1).s, "$0.000000001");
    assert_string_equal(sc_usd_words(12500000000).s, "$12.50");
    assert_string_equal(sc_usd_words(INT64_MAX).s, "$9223372036.854775807");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_have_two_units_at_most),
        cmocka_unit_test(money_is_exact_without_idle_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
