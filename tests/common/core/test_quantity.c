/* Times and sizes as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/quantity.h"
#include "core/units.h"

static void times_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } table[] = {
        {"30s", 30000},        {"5m", 300000},
        {"5min", 300000},      {"1h30m", 5400000},
        {"1h 30min", 5400000}, {"  2 d  ", 172800000},
        {"250ms", 250},        {"0s", 0},
        {"1.5s", 1500},        {"0.25 h", 900000},
        {"1m1s1ms", 61001},    {"1d 2h 3m 4s 5ms", 93784005},
        {"90 min", 5400000},   {"0.001s", 1},
        {"007s", 7000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t ms = -1;

        assert_true(sc_quantity_ms(table[i].text, &ms));
        assert_int_equal(ms, table[i].ms);
    }
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const table[] = {
        "",
        " ",
        "30",
        "s",
        "-5s",
        "+5s",
        "5 x",
        "1e3s",
        "5S",
        "5 M",
        "5hm",
        "5s5s",
        "5s 1h",
        "1m 2min",
        "1.s",
        ".5s",
        "1,5s",
        "0.0005s",
        "5s,",
        "5\ts",
        "0x5s",
        "5 s x",
        "1234567890s",
        "1.1ms",
        "1.0000001s",
        "8 MiB",
        "5ms5ms",
        "30 s.",
        "1h-3m",
        "\xc2\xa0"
        "5s",
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t ms = 42;

        if (sc_quantity_ms(table[i], &ms))
            fail_msg("taken: %s", table[i]);
        assert_int_equal(ms, 42);
    }
}

static void sizes_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t bytes;
    } table[] = {{"8 MiB", 8 << 20}, {"512KiB", 512 << 10},
                 {"1GiB", 1 << 30},  {"0.5 MiB", 512 << 10},
                 {"100 B", 100},     {"999999999 GiB", INT64_C(999999999) << 30}};
    static const char *const wrong[] = {"8",           "8 MB",  "8M",  "8 kib", "8 KB",
                                        "1 MiB 1 KiB", "0.3 B", "30s", "B"};
    int64_t bytes = -1;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_true(sc_quantity_bytes(table[i].text, &bytes));
        assert_int_equal(bytes, table[i].bytes);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (sc_quantity_bytes(wrong[i], &bytes))
            fail_msg("taken: %s", wrong[i]);
}

/* What status and explain print may be written into a policy. */
static void what_is_printed_is_read(void **state)
{
    int64_t ms, again;

    (void)state;
    for (int64_t n = 1; n < INT64_C(1) << 36; n += n / 3 + 1) {
        assert_true(sc_quantity_ms(sc_time_words(n).s, &ms));
        assert_true(ms <= n);
        assert_true(sc_quantity_ms(sc_time_words(ms).s, &again));
        assert_int_equal(again, ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(sizes_are_read),
        cmocka_unit_test(what_is_printed_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
