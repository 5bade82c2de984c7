/* Without libcjson a policy file can't be read, and the error says what to install; the built-in
 * policy works all the same. */
#include "policy_test.h"

#include <dlfcn.h>

/* The linker takes this one for the layer under test. */
void *dlopen(const char *name, int flags)
{
    (void)flags;
    assert_string_equal(name, "libcjson.so.1");
    return NULL;
}

static void test_error_names_the_package(void **state)
{
    (void)state;
    parse_bad("{\"version\": 1, \"rules\": []}",
              "p: the JSON parser libcjson.so.1 can't be loaded (package libcjson1)");
}

static void test_builtin_needs_no_parser(void **state)
{
    struct sc_policy *p = sc_policy_builtin();

    (void)state;
    assert_string_equal(match(p, "api.openai.com", 443, "/v1/x", "POST", ""), "openai");
    sc_policy_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_names_the_package),
        cmocka_unit_test(test_builtin_needs_no_parser),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
