/* Which rule a call gets. */
#include "policy_test.h"

#include <time.h>

#include "policy/glob.h"
#include "policy/host.h"
#include "policy/match.h"

static void test_globs(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } rows[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "", false},
        {"*", "", true},
        {"*", "anything", true},
        {"**", "", true},
        {"a*", "a", true},
        {"a*", "b", false},
        {"*a", "ba", true},
        {"*a", "ab", false},
        {"a*b", "ab", true},
        {"a*b", "axxb", true},
        {"a*b", "axxbc", false},
        {"a*b*c", "abbc", true},
        {"*ab*ab", "abab", true},
        {"*ab*ab", "ab", false},
        {"*aab", "aaab", true},
        {"a**b", "ab", true},
        {"/v1/*", "/v1/", true},
        {"/v1/*", "/v1", false},
        {"/v1/*", "/v1/a/b", true},
        {"gpt-4*", "gpt-4o-mini", true},
        {"gpt-4*", "Gpt-4", false},
        {"a?", "ab", false},
        {"[a]", "a", false},
        {"*.*", "a.b", true},
        {"*.*", "ab", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (sc_glob_match(str(rows[i].pattern), str(rows[i].text)) != rows[i].matches)
            fail_msg("\"%s\" on \"%s\"", rows[i].pattern, rows[i].text);
    }
}

/* Backtracking must not explode: 40 stars over 4,000 characters that almost match. */
static void test_glob_of_many_stars(void **state)
{
    static char pattern[100], text[4001];

    (void)state;
    for (size_t i = 0; i < 80; i += 2)
        memcpy(pattern + i, "*a", 2);
    pattern[80] = 'b';
    memset(text, 'a', sizeof text - 1);
    assert_false(sc_glob_match(str(pattern), str(text)));
}

static void check_host(const char *pattern, const char *host, int port, bool expected)
{
    char text[400];
    struct sc_policy *p;
    bool found, may;

    snprintf(text, sizeof text, "{\"version\":1,\"rules\":[{\"match\":{\"host\":\"%s\"}}]}",
             pattern);
    p = parse_good(text);
    found = match(p, host, port, "/", "POST", "")[0] == 'r';
    may = sc_policy_may_match_host(p, str(host), port);
    if (found != expected || may != expected)
        fail_msg("\"%s\" on %s:%d: match %d, may match %d", pattern, host, port, found, may);
    sc_policy_free(p);
}

static void test_hosts(void **state)
{
    (void)state;
    check_host("api.openai.com", "api.openai.com", 443, true);
    check_host("API.OpenAI.com", "api.openai.com", 443, true);
    check_host("api.openai.com", "api.openai.com.", 443, true);
    check_host("api.openai.com", "xapi.openai.com", 443, false);
    check_host("api.openai.com", "api.openai.com.evil.example", 443, false);
    check_host("api.openai.com", "openai.com", 443, false);
    check_host("*.example.com", "a.example.com", 80, true);
    check_host("*.example.com", "a.b.example.com", 80, true);
    check_host("*.example.com", "example.com", 80, false);
    check_host("*.example.com", "badexample.com", 80, false);
    check_host("*.example.com", ".example.com", 80, false);
    check_host("*", "anything.example", 1, true);
    check_host("*", "", 1, true);
    check_host("*:8080", "anything.example", 8080, true);
    check_host("*:8080", "anything.example", 80, false);
    check_host("127.0.0.1:8080", "127.0.0.1", 8080, true);
    check_host("127.0.0.1:8080", "127.0.0.1", 8081, false);
    check_host("127.0.0.1", "127.0.0.1", 8081, true);
    check_host("[::1]", "::1", 80, true);
    check_host("[::1]:8080", "::1", 8080, true);
    check_host("[::1]:8080", "::1", 80, false);
    check_host("[::FFFF:1.2.3.4]", "::ffff:1.2.3.4", 80, true);
    check_host("*.example.com:8443", "a.example.com", 8443, true);
    check_host("*.example.com:8443", "a.example.com", 443, false);
    check_host("eu-*.example.com", "eu-west.example.com", 443, true);
    check_host("eu-*.example.com", "us-west.example.com", 443, false);
    check_host("eu-*.example.com", "eu-west.x.example.com", 443, false);
    check_host("a.*.example.com", "a.b.example.com", 443, true);
    check_host("a.*.example.com", "a.b.c.example.com", 443, false);
    check_host("*.a*.example.com", "x.y.abc.example.com", 443, true);
    check_host("*.a*.example.com", "abc.example.com", 443, false);
    check_host("localhost", "localhost", 3000, true);
}

static const char policy[] =
    "{\"version\": 1, \"rules\": ["
    "{\"name\": \"mini\", \"match\": {\"host\": \"api.x.com\", \"model\": [\"gpt-4o-mini\", "
    "\"o3-*\"]}},"
    "{\"name\": \"get\", \"match\": {\"host\": \"api.x.com\", \"method\": [\"GET\", \"HEAD\"]}},"
    "{\"name\": \"gpt\", \"match\": {\"host\": [\"*.x.com\", \"y.com\"], \"model\": \"gpt-*\","
    "  \"path\": [\"/v1/chat*\", \"/v2/*\"]}},"
    "{\"name\": \"chat\", \"match\": {\"path\": \"*/chat\"}},"
    "{\"name\": \"any model\", \"match\": {\"host\": \"y.com\", \"model\": \"*\"}},"
    "{\"name\": \"turbo\", \"match\": {\"host\": \"*.com\", \"model\": \"*-turbo\"}},"
    "{\"name\": \"port\", \"match\": {\"host\": [\"y.com:81\", \"z.net:81\"]}},"
    "{\"name\": \"path\", \"match\": {\"host\": \"z.net\", \"path\": \"/only\"}}]}";

static void test_first_match_in_file_order(void **state)
{
    struct sc_policy *p = parse_good(policy);

    (void)state;
    assert_true(sc_policy_wants_model(p));
    assert_string_equal(match(p, "api.x.com", 443, "/v1/chat", "POST", "gpt-4o-mini"), "mini");
    assert_string_equal(match(p, "api.x.com", 443, "/v1/chat", "POST", "o3-large"), "mini");
    assert_string_equal(match(p, "api.x.com", 443, "/v1/chat", "GET", "gpt-4o-mini"), "mini");
    assert_string_equal(match(p, "api.x.com", 443, "/v1/chat", "GET", "gpt-4o"), "get");
    assert_string_equal(match(p, "api.x.com", 443, "/v1/chat", "POST", "gpt-4o"), "gpt");
    assert_string_equal(match(p, "y.com", 443, "/v2/", "POST", "gpt-4o"), "gpt");
    assert_string_equal(match(p, "y.com", 443, "/v1/chat", "POST", ""), "chat");
    assert_string_equal(match(p, "q.org", 443, "/v1/chat", "POST", "gpt-4o"), "chat");
    assert_string_equal(match(p, "y.com", 443, "/v9", "POST", ""), "any model");
    assert_string_equal(match(p, "k.com", 443, "/v9", "POST", "x-turbo"), "turbo");
    assert_string_equal(match(p, "k.com", 443, "/v9", "POST", "x"), "-");
    assert_string_equal(match(p, "z.net", 81, "/only", "POST", ""), "port");
    assert_string_equal(match(p, "z.net", 82, "/only", "POST", ""), "path");
    assert_string_equal(match(p, "z.net", 82, "/onlyx", "POST", ""), "-");
    sc_policy_free(p);
}

static void test_an_unknown_model_matches_no_name(void **state)
{
    struct sc_policy *p = parse_good("{\"version\": 1, \"rules\": ["
                                     "{\"name\": \"a\", \"match\": {\"model\": \"gpt*\"}},"
                                     "{\"name\": \"b\"}]}");

    (void)state;
    assert_string_equal(match(p, "h", 80, "/", "GET", ""), "b");
    assert_string_equal(match(p, "h", 80, "/", "GET", "gpt"), "a");
    sc_policy_free(p);
}

static void test_may_match_host(void **state)
{
    struct sc_policy *p = parse_good("{\"version\": 1, \"rules\": ["
                                     "{\"match\": {\"host\": \"a.com:1\", \"model\": \"m\"}},"
                                     "{\"match\": {\"host\": \"a.com:2\", \"path\": \"/p\"}},"
                                     "{\"match\": {\"host\": \"b.com:1\", \"model\": \"m\"}}]}");

    (void)state;
    assert_true(sc_policy_may_match_host(p, str("a.com"), 1));
    assert_true(sc_policy_may_match_host(p, str("a.com"), 2));
    assert_true(sc_policy_may_match_host(p, str("b.com"), 1));
    assert_false(sc_policy_may_match_host(p, str("b.com"), 2));
    assert_false(sc_policy_may_match_host(p, str("c.com"), 1));
    sc_policy_free(p);
}

/* The index against the obvious way, on random policies and targets. */
static unsigned seed = 12345;

static unsigned draw(unsigned n)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 16) % n;
}

#define PICK(a) ((a)[draw(sizeof(a) / sizeof((a)[0]))])

static struct sc_patterns random_list(const char *const *from, unsigned n, struct sc_str *room)
{
    struct sc_patterns list = {room, draw(4)};

    for (uint32_t i = 0; i < list.n; i++)
        room[i] = str(from[draw(n)]);
    return list;
}

static bool list_matches(const struct sc_patterns *l, struct sc_str text)
{
    bool any = l->n == 0;

    for (uint32_t i = 0; i < l->n; i++)
        any |= sc_glob_match(l->items[i], text);
    return any;
}

static bool hosts_match(const struct sc_patterns *l, const struct sc_subject *t)
{
    bool any = l->n == 0;
    struct sc_str host;
    const char *why;
    int port;

    for (uint32_t i = 0; i < l->n; i++) {
        assert_true(sc_host_split(l->items[i], &host, &port, &why));
        /* Hosts below have one label under each star, so a plain glob says the same. */
        any |= (port == 0 || port == t->port) && sc_glob_match(host, t->host);
    }
    return any;
}

static void test_index_against_linear_search(void **state)
{
    static const char *const hosts[] = {"a.x.com", "*.x.com", "b.x.com:1", "*.com",    "x.com",
                                        "*",       "*:2",     "a*.x.com",  "*.x.com:2"};
    static const char *const target_hosts[] = {"a.x.com", "b.x.com", "x.com", "ab.x.com", "q.org"};
    static const char *const paths[] = {"/", "/v1*", "/v1/chat", "*t", "/v2"};
    static const char *const target_paths[] = {"/", "/v1", "/v1/chat", "/v2", "/v22"};
    static const char *const models[] = {"m", "m1", "m*", "*1", "m1-*-x", "n"};
    static const char *const target_models[] = {"", "m", "m1", "m1-y-x", "n", "n1"};
    enum { RULES = 12 };
    struct sc_rule_match rules[RULES];
    struct sc_str room[RULES][3][4];

    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct sc_index x = {0};

        memset(rules, 0, sizeof rules);
        for (int i = 0; i < RULES; i++) {
            rules[i].host = random_list(hosts, 9, room[i][0]);
            rules[i].path = random_list(paths, 5, room[i][1]);
            rules[i].model = random_list(models, 6, room[i][2]);
        }
        assert_true(sc_index_build(&x, rules, RULES));
        for (int k = 0; k < 20; k++) {
            struct sc_subject t = {str(PICK(target_hosts)), (int)draw(3) + 1,
                                   str(PICK(target_paths)), str("POST"), str(PICK(target_models))};
            long expected = -1;

            for (int i = 0; i < RULES && expected < 0; i++) {
                if (hosts_match(&rules[i].host, &t) && list_matches(&rules[i].path, t.path) &&
                    list_matches(&rules[i].model, t.model))
                    expected = i;
            }
            assert_int_equal(sc_index_match(&x, &t), expected);
            if (expected >= 0)
                assert_true(sc_index_may_match_host(&x, t.host, t.port));
        }
        sc_index_free(&x);
    }
}

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Best of many rounds of looking for the last of n rules that differ in what `format` says. */
static int64_t cost(int n, const char *format)
{
    char *text = malloc(200 * (size_t)n + 100), host[64], model[64];
    size_t at = (size_t)sprintf(text, "{\"version\": 1, \"rules\": [");
    struct sc_subject t = {.port = 443, .path = str("/v1/chat"), .method = str("POST")};
    int64_t best = INT64_MAX;
    struct sc_policy *p;

    for (int i = 0; i < n; i++) {
        at += (size_t)sprintf(text + at, i > 0 ? ", " : "");
        at += (size_t)sprintf(text + at, format, i);
    }
    strcpy(text + at, "]}");
    p = parse_good(text);
    snprintf(host, sizeof host, strstr(format, "%d.") ? "x.h%d.com" : "x.com", n - 1);
    snprintf(model, sizeof model, "m%d-x", n - 1);
    t.host = str(host);
    t.model = str(model);
    for (int round = 0; round < 50; round++) {
        int64_t start = now_ns();

        for (int i = 0; i < 500; i++)
            assert_int_equal(sc_policy_match(p, &t)->index, n - 1);
        if (now_ns() - start < best)
            best = now_ns() - start;
    }
    sc_policy_free(p);
    free(text);
    return best;
}

/* A hundred times the rules may not take even three times as long; a search would take a hundred.
 */
static void test_cost_does_not_grow(void **state)
{
    static const char *const formats[] = {
        "{\"match\": {\"host\": \"x.h%d.com\"}}", "{\"match\": {\"host\": \"*.h%d.com\"}}",
        "{\"match\": {\"host\": \"x.com\", \"model\": \"m%d-*\"}}"};

    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        assert_true(cost(1000, formats[i]) < 3 * cost(10, formats[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_globs),
        cmocka_unit_test(test_glob_of_many_stars),
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_first_match_in_file_order),
        cmocka_unit_test(test_an_unknown_model_matches_no_name),
        cmocka_unit_test(test_may_match_host),
        cmocka_unit_test(test_index_against_linear_search),
        cmocka_unit_test(test_cost_does_not_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
