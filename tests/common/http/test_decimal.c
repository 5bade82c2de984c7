/* Decimal numbers in text as whole numbers of a smaller unit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "http/decimal.h"

static int64_t decimal(const char *s, int scale)
{
    return sc_decimal(s, strlen(s), scale);
}

static void a_count_is_itself(void **state)
{
    (void)state;
    assert_int_equal(decimal("0", 0), 0);
    assert_int_equal(decimal("12345678901234567", 0), INT64_C(12345678901234567));
    assert_int_equal(decimal("123456789012345678901234567890", 0), INT64_MAX);
    assert_int_equal(decimal("", 0), -1);
    assert_int_equal(decimal("-5", 0), -1);
    assert_int_equal(decimal("null", 0), -1);
}

static void fractions_are_scaled_and_rounded_half_up(void **state)
{
    (void)state;
    assert_int_equal(decimal("0.0000125", 9), 12500);
    assert_int_equal(decimal("1.5e-7", 9), 150);
    assert_int_equal(decimal("1.5", 0), 2);
    assert_int_equal(decimal("1.4", 0), 1);
    assert_int_equal(decimal("2E+3", 0), 2000);
    assert_int_equal(decimal("1e99", 0), INT64_MAX);
    assert_int_equal(decimal("1e-99", 0), 0);
}

/* The texts are a server's: an exponent ends where its digits do. */
static void what_comes_behind_an_exponent_is_not_of_it(void **state)
{
    (void)state;
    assert_int_equal(decimal("1e2..", 0), 100);
    assert_int_equal(decimal("1e2x", 0), 100);
    assert_int_equal(decimal("1e+..........................................", 0), 1);
    assert_int_equal(decimal("1e", 0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_is_itself),
        cmocka_unit_test(fractions_are_scaled_and_rounded_half_up),
        cmocka_unit_test(what_comes_behind_an_exponent_is_not_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
