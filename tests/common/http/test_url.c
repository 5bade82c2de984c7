/* Which URLs are simple, and what is read out of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "http/url.h"

/* The buffer ends where the URL ends, so that a sanitizer sees a read beyond it. */
static bool split(const char *text, struct sc_url *u)
{
    size_t n = strlen(text);
    char *copy = malloc(n ? n : 1);
    memcpy(copy, text, n);
    bool ok = sc_url_split(copy, n, u);
    free(copy);
    return ok;
}

static void check(const char *text, bool https, const char *host, int port, const char *path,
                  const char *query)
{
    struct sc_url u;
    assert_true(sc_url_split(text, strlen(text), &u));
    assert_int_equal(u.scheme_https, https);
    assert_string_equal(u.host, host);
    assert_int_equal(u.host_len, strlen(host));
    assert_int_equal(u.port, port);
    assert_int_equal(u.path.n, strlen(path));
    assert_memory_equal(u.path.p, path, u.path.n);
    assert_int_equal(u.query.n, strlen(query));
    assert_memory_equal(u.query.p, query, u.query.n);
}

static void usual_urls_are_taken_apart(void **state)
{
    (void)state;
    check("https://api.openai.com/v1/chat/completions", true, "api.openai.com", 443,
          "/v1/chat/completions", "");
    check("HTTP://API.OpenAI.com:8080/v1?Key=A", false, "api.openai.com", 8080, "/v1", "Key=A");
    check("http://127.0.0.1:11434/api/chat", false, "127.0.0.1", 11434, "/api/chat", "");
    check("https://h", true, "h", 443, "/", "");
    check("https://h?a=b", true, "h", 443, "/", "a=b");
    check("https://h#frag?x", true, "h", 443, "/", "");
    check("https://h/a#b?c", true, "h", 443, "/a", "");
    check("https://h/a?b#c", true, "h", 443, "/a", "b");
    check("https://h/a?", true, "h", 443, "/a", "");
    check("http://[::1]:8080/x", false, "::1", 8080, "/x", "");
    check("http://[fe80::1]/", false, "fe80::1", 80, "/", "");
    check("https://my_host-1.example/.well-known/..x/a..", true, "my_host-1.example", 443,
          "/.well-known/..x/a..", "");
    check("https://h/models/claude@2024:predict?a@b", true, "h", 443, "/models/claude@2024:predict",
          "a@b");
    check("https://3com.example/", true, "3com.example", 443, "/", "");
    check("http://h:65535/", false, "h", 65535, "/", "");
}

static void doubtful_urls_are_not_simple(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "",
        "h",
        "//h/",
        "ftp://h/",
        "https:/h",
        "https:///h",
        "https//h",
        "file:///etc/passwd",
        "https://api.openai.com@evil.example/",
        "https://u:p@h/",
        "https://h?x@evil",
        "https://h#@e",
        "https://h\\@evil/",
        "https://h/\\x",
        "https://h /",
        " https://h/",
        "https://h/a b",
        "https://h/\x01",
        "https://h/\x7f",
        "https://h\xc3\xa9/",
        "https://h/\xc3\xa9",
        "https://h%2eexample/",
        "https://h./",
        "https://h.:80/",
        "https://a..b/",
        "https://.a/",
        "https://",
        "https://:80/",
        "https://?x",
        "https:///",
        "https://h:/",
        "https://h:0/",
        "https://h:080/",
        "https://h:65536/",
        "https://h:8x/",
        "https://h:99999999999/",
        "https://h:-1/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://127.0.0.1.1/",
        "http://127.0.0.256/",
        "http://127.0.0.01/",
        "http://1.2.3.0x4/",
        "http://[::1/",
        "http://[]/",
        "http://[::1]x/",
        "http://[::1]:/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::ffff:1.2.3.4]/",
        "http://[fe80::1%25eth0]/",
        "http://[g::1]/",
        "https://h/./",
        "https://h/..",
        "https://h/.",
        "https://h/a/../b",
        "https://h/%2e%2E/b",
        "https://h/a/..?x",
        "https://h*/",
        "https://h,i/",
        "https://h!/",
        "https://[h]/",
        "https://h]/",
    };
    struct sc_url u;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        if (split(odd[i], &u))
            fail_msg("taken for simple: %s", odd[i]);
}

static void host_length_is_bounded(void **state)
{
    (void)state;
    struct sc_url u;
    char url[400] = "https://";
    memset(url + 8, 'a', SC_URL_HOST_MAX - 1);
    assert_true(sc_url_split(url, 8 + SC_URL_HOST_MAX - 1, &u));
    memset(url + 8, 'a', SC_URL_HOST_MAX);
    assert_false(sc_url_split(url, 8 + SC_URL_HOST_MAX, &u));
}

static void embedded_nul_is_not_simple(void **state)
{
    (void)state;
    struct sc_url u;
    assert_false(sc_url_split("https://h\0.evil/", 16, &u));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_urls_are_taken_apart),
        cmocka_unit_test(doubtful_urls_are_not_simple),
        cmocka_unit_test(host_length_is_bounded),
        cmocka_unit_test(embedded_nul_is_not_simple),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
