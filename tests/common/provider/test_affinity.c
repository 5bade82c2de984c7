/* Requests of one conversation have one hash, those of different ones have different ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "provider/affinity.h"

static uint64_t of(const char *body)
{
    return sc_request_affinity((struct sc_str){body, strlen(body)});
}

/* Turns of one conversation: more messages behind, another limit, the cache key alone. */
static void turns_of_one_conversation_are_the_same(void **state)
{
    static const char *const pairs[][2] = {
        {"{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"},"
         "{\"role\":\"user\",\"content\":\"a\"}]}",
         "{\"max_tokens\":9,\"messages\":[{\"role\":\"system\",\"content\":\"s\"},"
         "{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"},"
         "{\"role\":\"user\",\"content\":\"c\"}]}"},
        {"{\"system\":\"s\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
         "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\","
         "\"content\":\"b\"}],\"system\":\"s\"}"},
        {"{\"prompt_cache_key\":\"k\",\"input\":\"a\"}",
         "{\"input\":\"b\",\"prompt_cache_key\":\"k\"}"},
        {"{\"metadata\":{\"user_id\":\"u\"},\"messages\":[]}",
         "{\"messages\":[{\"role\":\"user\",\"content\":\"z\"}],\"metadata\":{\"user_id\":\"u\"}}"},
        {"{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"}]}]}",
         "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"}]},{\"role\":\"model\"}]}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_true(of(pairs[i][0]) != 0);
        assert_true(of(pairs[i][0]) == of(pairs[i][1]));
    }
}

static void others_are_not(void **state)
{
    static const char *const bodies[] = {
        "{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":"
        "\"a\"}]}",
        "{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":"
        "\"b\"}]}",
        "{\"messages\":[{\"role\":\"system\",\"content\":\"t\"},{\"role\":\"user\",\"content\":"
        "\"a\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
        "{\"system\":\"t\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
        "{\"input\":\"a\"}",
        "{\"instructions\":\"s\",\"input\":\"a\"}",
        "{\"prompt_cache_key\":\"k\",\"input\":\"a\"}",
        "{\"prompt_cache_key\":\"l\",\"input\":\"a\"}",
        "{\"metadata\":{\"user_id\":\"u\"},\"input\":\"a\"}",
    };
    enum { N = sizeof bodies / sizeof bodies[0] };

    (void)state;
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(of(bodies[i]) != of(bodies[k]));
}

static void a_request_that_says_nothing_has_none(void **state)
{
    (void)state;
    assert_true(of("{}") == 0);
    assert_true(of("") == 0);
    assert_true(of("{\"model\":\"m\"}") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_of_one_conversation_are_the_same),
        cmocka_unit_test(others_are_not),
        cmocka_unit_test(a_request_that_says_nothing_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
