/* The program's header lines, taken apart as libcurl reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "handle/headers.h"

static void test_a_line_is_taken_apart(void **state)
{
    static const struct {
        const char *line, *name, *value; /* name NULL: no header */
    } cases[] = {
        {"Accept: text/plain", "Accept", " text/plain"},
        {"Accept:", "Accept", ""},
        {"X-Empty;", "X-Empty", ""},
        {"X-Odd;name: value", "X-Odd;name", " value"}, /* a colon comes first */
        {"X-Time: 12:30", "X-Time", " 12:30"},
        {"nothing", NULL, NULL},
        {"", NULL, NULL},
        {NULL, NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_str name, value;

        assert_int_equal(sc_header_split(cases[i].line, &name, &value), cases[i].name != NULL);
        if (!cases[i].name)
            continue;
        assert_int_equal(name.n, strlen(cases[i].name));
        assert_memory_equal(name.p, cases[i].name, name.n);
        assert_int_equal(value.n, strlen(cases[i].value));
        assert_memory_equal(value.p, cases[i].value, value.n);
    }
}

static void test_the_first_of_several_names_is_found(void **state)
{
    static const char *const names[] = {"x-api-key", "authorization", NULL};
    static const char *const absent[] = {"api-key", NULL};
    static char nothing[] = "nothing", other[] = "Accept: *", key[] = "AUTHORIZATION: a",
                later[] = "X-Api-Key: b";
    struct curl_slist last = {later, NULL}, third = {key, &last}, second = {other, &third},
                      empty = {NULL, &second}, first = {nothing, &empty};
    struct sc_str value = sc_header_find(&first, names);

    (void)state;
    assert_int_equal(value.n, 2);
    assert_memory_equal(value.p, " a", 2);
    assert_null(sc_header_find(&first, absent).p);
    assert_null(sc_header_find(NULL, names).p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_is_taken_apart),
        cmocka_unit_test(test_the_first_of_several_names_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
