/* link with: -l:libcurl.so.4 */
/* Which rule a call falls under: the handle remembers it, and must see whatever may change it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "handle/shadow.h"
#include "handle/url.h"
#include "policy/policy.h"

static CURLcode take(CURL *easy, CURLoption option, ...)
{
    (void)easy;
    (void)option;
    return CURLE_OK;
}

static const struct sc_libcurl libcurl = {.easy_setopt = take};

static struct sc_policy *policy_of(const char *text)
{
    struct sc_policy_error err;
    struct sc_policy *p = sc_policy_parse(text, strlen(text), "test", &err);

    assert_non_null(p);
    return p;
}

static const char *rule_of(struct sc_shadow *s, const struct sc_policy *p)
{
    char model[128];
    enum sc_provider provider;
    const struct sc_policy_provider *own;
    const struct sc_rule *rule = sc_asked_rule(s, p, model, sizeof model, &provider, &own);

    return rule ? rule->name : "none";
}

#define SET(s, option, value) sc_shadow_setopt((s), (option), (int64_t)(intptr_t)(value))

static void a_remembered_rule_is_asked_anew_when_anything_of_the_call_changes(void **state)
{
    static char handle;
    struct sc_policy *p =
        policy_of("{\"version\":1,\"rules\":["
                  "{\"name\":\"mini\",\"match\":{\"host\":\"a.example\",\"model\":\"*-mini\"}},"
                  "{\"name\":\"del\",\"match\":{\"host\":\"a.example\",\"method\":\"DELETE\"}},"
                  "{\"name\":\"v2\",\"match\":{\"host\":\"a.example\",\"path\":\"/v2/*\"}},"
                  "{\"name\":\"a\",\"match\":{\"host\":\"a.example\"}},"
                  "{\"name\":\"port\",\"match\":{\"host\":\"b.example:81\"}}]}");
    struct sc_policy *other = policy_of("{\"version\":1,\"rules\":[{\"name\":\"other\"}]}");
    struct sc_shadow *s = sc_shadow_new(&handle, &libcurl);
    char body[] = "{\"model\":\"gpt-mini\"}";

    (void)state;
    SET(s, CURLOPT_URL, "http://a.example/v1/chat");
    SET(s, CURLOPT_POSTFIELDS, body);
    for (int twice = 0; twice < 2; twice++) {
        assert_string_equal(rule_of(s, p), "mini");
        assert_string_equal(rule_of(s, p), "mini");
        memcpy(body, "{\"model\":\"gpt-four\"}", sizeof body); /* libcurl has it by reference */
        assert_string_equal(rule_of(s, p), "a");
        SET(s, CURLOPT_CUSTOMREQUEST, "DELETE");
        assert_string_equal(rule_of(s, p), "del");
        assert_string_equal(rule_of(s, other), "other");
        assert_string_equal(rule_of(s, p), "del");
        SET(s, CURLOPT_CUSTOMREQUEST, NULL);
        assert_string_equal(rule_of(s, p), "a");
        SET(s, CURLOPT_URL, "http://a.example/v2/chat");
        assert_string_equal(rule_of(s, p), "v2");
        SET(s, CURLOPT_URL, "http://b.example/v2/chat");
        assert_string_equal(rule_of(s, p), "none");
        SET(s, CURLOPT_PORT, 81);
        assert_string_equal(rule_of(s, p), "port");
        SET(s, CURLOPT_PORT, 0);
        assert_string_equal(rule_of(s, p), "none");
        SET(s, CURLOPT_URL, "http://a.example/v1/chat");
        memcpy(body, "{\"model\":\"gpt-mini\"}", sizeof body);
    }
    sc_shadow_free(s);
    sc_policy_free(p);
    sc_policy_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_remembered_rule_is_asked_anew_when_anything_of_the_call_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
