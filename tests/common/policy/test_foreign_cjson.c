/* A host program that exports a cJSON of its own: none of its functions may be reached, neither by
 * us nor by libcjson, which calls its own exports through the PLT. */
/* link with: -rdynamic */
#include "policy_test.h"

#define HOSTILE(name)                                         \
    __attribute__((visibility("default"))) void name(void);   \
    void name(void)                                           \
    {                                                         \
        fprintf(stderr, "the host's " #name " was called\n"); \
        abort();                                              \
    }

HOSTILE(cJSON_Parse)
HOSTILE(cJSON_ParseWithOpts)
HOSTILE(cJSON_ParseWithLength)
HOSTILE(cJSON_ParseWithLengthOpts)
HOSTILE(cJSON_Delete)
HOSTILE(cJSON_GetErrorPtr)

static void test_good_and_bad_policies(void **state)
{
    struct sc_policy *p;

    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return; /* sanitizers refuse the deep binding that this is about */
#endif
    p = parse_good("{\"version\": 1, \"rules\": [{\"name\": \"a\"}]}");
    assert_int_equal(sc_policy_rule_count(p), 1);
    sc_policy_free(p);
    /* On a syntax error libcjson deletes what it has built so far. */
    parse_bad("{\"version\": 1, \"rules\": [{\"name\": }]}",
              "p:1:35: syntax: found }, allowed a string in double quotes, a number, an object, a "
              "list, true, false or null");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_good_and_bad_policies)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
