/* link with: -l:libcurl.so.4 */
/*
 * A handle's way to an address of ours, over libcurl's own handle: what is set for it, what getinfo
 * is told meanwhile, and that the program's own values come back, whatever it has set.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "handle/detour.h"
#include "handle/hooks.h"
#include "handle/url.h"

/* In libcurl's place: what each option was last set to; texts by pointer. */
static int64_t now[400];
static char effective[200];

static CURLcode take(CURL *easy, CURLoption option, ...)
{
    va_list ap;

    (void)easy;
    va_start(ap, option);
    now[SC_TRACKED_INDEX(option)] = va_arg(ap, int64_t);
    va_end(ap);
    if (option == CURLOPT_URL && now[SC_TRACKED_INDEX(option)])
        strcpy(effective, (const char *)(intptr_t)now[SC_TRACKED_INDEX(option)]);
    return CURLE_OK;
}

static CURLcode tell(CURL *easy, CURLINFO info, ...)
{
    va_list ap;

    (void)easy;
    assert_int_equal(info, CURLINFO_EFFECTIVE_URL);
    va_start(ap, info);
    *va_arg(ap, const char **) = effective;
    va_end(ap);
    return CURLE_OK;
}

/* Older headers do not say that the handle is const. */
static CURLUcode part_of(const CURLU *u, CURLUPart part, char **out, unsigned flags)
{
    return curl_url_get((CURLU *)(uintptr_t)u, part, out, flags);
}

static const struct sc_libcurl libcurl = {.easy_setopt = take,
                                          .easy_getinfo = tell,
                                          .url = curl_url,
                                          .url_get = part_of,
                                          .url_set = curl_url_set,
                                          .url_cleanup = curl_url_cleanup,
                                          .free = curl_free};

static struct sc_shadow *new_shadow(const char *url)
{
    static char handle;
    struct sc_shadow *s = sc_shadow_new(&handle, &libcurl);

    memset(now, 0, sizeof now);
    sc_shadow_setopt(s, CURLOPT_URL, (intptr_t)url);
    return s;
}

static void drop(struct sc_shadow *s)
{
    sc_detour_free(s);
    sc_shadow_free(s);
}

static const char *text_of(CURLoption option)
{
    return (const char *)(intptr_t)now[SC_TRACKED_INDEX(option)];
}

static void test_urls_go_without_tls_and_come_back(void **state)
{
    static const char *const urls[][2] = {
        {"https://api.openai.com/v1/x?a=https://b", "http://api.openai.com/v1/x?a=https://b"},
        {"HTTPS://me:pw@API.openai.com:443/", "http://me:pw@API.openai.com:443/"},
        {"http://api.openai.com/", "http://api.openai.com/"},
        {"api.openai.com/v1", "api.openai.com/v1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct sc_shadow *s = new_shadow(urls[i][0]);

        assert_true(sc_asked_url(s));
        assert_true(sc_detour_in(s, 4711));
        assert_string_equal(text_of(CURLOPT_URL), urls[i][1]);
        if (sc_detour_was_taken(s)) {
            assert_string_equal(sc_detour_url(s, urls[i][1]), urls[i][0]);
            assert_string_equal(sc_detour_url(s, "http://else/"), "http://else/");
        }
        sc_hooks_out(s);
        assert_string_equal(text_of(CURLOPT_URL), urls[i][0]);
        if (sc_detour_was_taken(s))
            assert_string_equal(sc_detour_url(s, NULL), urls[i][0]);
        drop(s);
    }
}

static void test_a_scheme_that_only_an_option_names(void **state)
{
    struct sc_shadow *s = new_shadow("api.openai.com/v1");

    (void)state;
    sc_shadow_setopt(s, CURLOPT_DEFAULT_PROTOCOL, (intptr_t) "https");
    assert_true(sc_asked_url(s));
    assert_true(sc_detour_in(s, 4711));
    assert_string_equal(text_of(CURLOPT_URL), "http://api.openai.com/v1");
    sc_hooks_out(s);
    assert_string_equal(text_of(CURLOPT_URL), "api.openai.com/v1");
    drop(s);
}

static void test_a_url_handle_stands_aside_and_comes_back(void **state)
{
    struct sc_shadow *s = new_shadow(NULL);
    CURLU *u = curl_url();

    (void)state;
    curl_url_set(u, CURLUPART_URL, "https://api.openai.com/v1", 0);
    sc_shadow_setopt(s, CURLOPT_CURLU, (intptr_t)u);
    assert_true(sc_asked_url(s));
    assert_true(sc_detour_in(s, 4711));
    assert_null(text_of(CURLOPT_CURLU));
    assert_string_equal(text_of(CURLOPT_URL), "http://api.openai.com/v1");
    sc_hooks_out(s);
    assert_ptr_equal(text_of(CURLOPT_CURLU), u);
    assert_null(text_of(CURLOPT_URL));
    assert_string_equal(sc_detour_url(s, NULL), "https://api.openai.com/v1");
    drop(s);
    curl_url_cleanup(u);
}

static void test_a_redirect_that_was_followed_is_remembered(void **state)
{
    struct sc_shadow *s = new_shadow("https://api.openai.com/v1");

    (void)state;
    assert_true(sc_asked_url(s));
    assert_true(sc_detour_in(s, 4711));
    strcpy(effective, "http://api.openai.com/elsewhere");
    sc_hooks_out(s);
    assert_string_equal(sc_detour_url(s, effective), "http://api.openai.com/elsewhere");
    sc_detour_forget(s);
    assert_false(sc_detour_was_taken(s));
    drop(s);
}

static void test_ways_of_the_program_come_back(void **state)
{
    struct curl_slist own = {.data = (char *)(intptr_t) "a:1:b:2"};
    struct sc_shadow *s = new_shadow("https://api.openai.com/v1");
    const struct curl_slist *there;

    (void)state;
    sc_shadow_setopt(s, CURLOPT_CONNECT_TO, (intptr_t)&own);
    sc_shadow_setopt(s, CURLOPT_NOPROXY, (intptr_t) "none.example");
    sc_shadow_setopt(s, CURLOPT_PROTOCOLS_STR, (intptr_t) "https");
    sc_shadow_setopt(s, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
    assert_true(sc_asked_url(s));
    assert_true(sc_detour_in(s, 4711));
    there = (const struct curl_slist *)text_of(CURLOPT_CONNECT_TO);
    assert_string_equal(there->data, "::127.0.0.1:4711");
    assert_null(there->next);
    assert_string_equal(text_of(CURLOPT_NOPROXY), "*");
    assert_string_equal(text_of(CURLOPT_PROTOCOLS_STR), "http,https");
    assert_int_equal(now[SC_TRACKED_INDEX(CURLOPT_HTTP_VERSION)], CURL_HTTP_VERSION_1_1);
    sc_hooks_out(s);
    assert_ptr_equal(text_of(CURLOPT_CONNECT_TO), &own);
    assert_string_equal(text_of(CURLOPT_NOPROXY), "none.example");
    assert_string_equal(text_of(CURLOPT_PROTOCOLS_STR), "https");
    assert_int_equal(now[SC_TRACKED_INDEX(CURLOPT_HTTP_VERSION)],
                     CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
    drop(s);

    s = new_shadow("https://api.openai.com/v1");
    assert_true(sc_asked_url(s));
    assert_true(sc_detour_in(s, 4711));
    assert_int_equal(now[SC_TRACKED_INDEX(CURLOPT_HTTP_VERSION)], 0); /* not touched */
    sc_hooks_out(s);
    assert_null(text_of(CURLOPT_CONNECT_TO));
    assert_null(text_of(CURLOPT_NOPROXY));
    drop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls_go_without_tls_and_come_back),
        cmocka_unit_test(test_a_scheme_that_only_an_option_names),
        cmocka_unit_test(test_a_url_handle_stands_aside_and_comes_back),
        cmocka_unit_test(test_a_redirect_that_was_followed_is_remembered),
        cmocka_unit_test(test_ways_of_the_program_come_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
