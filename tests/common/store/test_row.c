/* A kept answer as one text: what was kept is read again, and nothing that differs from it in a
 * bit, lies under another key, or is of a store of another salt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "store/row.h"

#define STR(s) ((struct sc_str){(s), sizeof(s) - 1})

static const uint8_t salt[SC_STORE_SALT] = "0123456789abcdef", key[SC_STORE_KEY] = "key";

static const struct sc_kept_answer kept = {.kept_ms = 1762000000123,
                                           .until_ms = 1762086400123,
                                           .status = 200,
                                           .stream = true,
                                           .type = {"text/event-stream", 17},
                                           .host = {"api.example.com", 15},
                                           .model = {"", 0},
                                           .body = {"data: \0 {}\n\n", 12},
                                           .cost_nano = -1,
                                           .tokens = 12};

static bool is(struct sc_str a, struct sc_str b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static void test_what_was_kept_is_read_again(void **state)
{
    struct sc_kept_answer a;
    size_t n;
    char *row = sc_row_write(salt, key, &kept, &n);

    (void)state;
    assert_true(sc_row_read(salt, key, (struct sc_str){row, n}, &a));
    assert_int_equal(a.kept_ms, kept.kept_ms);
    assert_int_equal(a.until_ms, kept.until_ms);
    assert_int_equal(a.status, 200);
    assert_true(a.stream);
    assert_int_equal(a.cost_nano, -1);
    assert_int_equal(a.tokens, 12);
    assert_true(is(a.type, kept.type) && is(a.host, kept.host) && is(a.model, kept.model));
    assert_true(is(a.body, kept.body));
    free(row);
}

static void test_what_is_not_as_it_was_is_none(void **state)
{
    static const uint8_t other_salt[SC_STORE_SALT] = "0123456789abcdeg",
                         other_key[SC_STORE_KEY] = "kex";
    struct sc_kept_answer a;
    size_t n;
    char *row = sc_row_write(salt, key, &kept, &n), *longer = malloc(n + 1);

    (void)state;
    for (size_t bit = 0; bit < 8 * n; bit++) {
        row[bit / 8] ^= (char)(1 << bit % 8);
        if (sc_row_read(salt, key, (struct sc_str){row, n}, &a))
            fail_msg("bit %zu", bit);
        row[bit / 8] ^= (char)(1 << bit % 8);
    }
    for (size_t shorter = 0; shorter < n; shorter++)
        assert_false(sc_row_read(salt, key, (struct sc_str){row, shorter}, &a));
    memcpy(longer, row, n);
    longer[n] = '\0';
    assert_false(sc_row_read(salt, key, (struct sc_str){longer, n + 1}, &a));
    assert_false(sc_row_read(other_salt, key, (struct sc_str){row, n}, &a));
    assert_false(sc_row_read(salt, other_key, (struct sc_str){row, n}, &a));
    assert_true(sc_row_read(salt, key, (struct sc_str){row, n}, &a));
    free(longer);
    free(row);
}

/* Texts that meet at another place are other texts. */
static void test_a_checksum_tells_whose_bytes_are_whose(void **state)
{
    struct sc_kept_answer a = kept, b = kept;

    (void)state;
    a.host = STR("ab");
    a.model = STR("c");
    b.host = STR("a");
    b.model = STR("bc");
    assert_true(sc_row_sum(salt, key, &a) != sc_row_sum(salt, key, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_kept_is_read_again),
        cmocka_unit_test(test_what_is_not_as_it_was_is_none),
        cmocka_unit_test(test_a_checksum_tells_whose_bytes_are_whose),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
