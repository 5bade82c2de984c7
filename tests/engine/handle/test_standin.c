/*
 * What a handle that asks another host in the program's stead is told, over a table in libcurl's
 * place: options that set others by the way, as libcurl's do, leave nothing of that behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "handle/standin.h"
#include "steadycurl/newer.h"

static int programs, copy; /* their addresses are the handles */

static struct {
    int64_t haproxy, post, nobody, upload;
    const char *url, *body;
    const struct curl_slist *headers;
    int cleaned, set_on_programs;
} seen;

static void set_by_the_way(CURLoption option)
{
    if (option == (CURLoption)SC_CURLOPT_HAPROXY_CLIENT_IP)
        seen.haproxy = 1; /* libcurl 8.2 to 8.14, whatever the address is */
    if (option == CURLOPT_NOBODY || option == CURLOPT_UPLOAD || option == CURLOPT_MIMEPOST ||
        option == CURLOPT_HTTPPOST)
        seen.post = 0; /* the method becomes another one */
}

static CURLcode take(CURL *easy, CURLoption option, ...)
{
    va_list ap;
    int64_t value;

    va_start(ap, option);
    value = va_arg(ap, int64_t);
    va_end(ap);
    seen.set_on_programs += easy == &programs;
    set_by_the_way(option);
    switch ((int)option) {
    case CURLOPT_HAPROXYPROTOCOL:
        seen.haproxy = value;
        break;
    case CURLOPT_POST:
        seen.post = value;
        break;
    case CURLOPT_URL:
        seen.url = (const char *)(intptr_t)value;
        break;
    case CURLOPT_POSTFIELDS:
        seen.body = (const char *)(intptr_t)value;
        break;
    case CURLOPT_HTTPHEADER:
        seen.headers = (const struct curl_slist *)(intptr_t)value;
        break;
    }
    return CURLE_OK;
}

static CURL *duplicate(CURL *easy)
{
    assert_ptr_equal(easy, &programs);
    return &copy;
}

static void cleanup(CURL *easy)
{
    assert_ptr_equal(easy, &copy);
    seen.cleaned++;
}

static const struct sc_libcurl libcurl = {
    .easy_setopt = take, .easy_duphandle = duplicate, .easy_cleanup = cleanup};

static void nothing_of_the_program_s_is_switched_on_by_being_taken_out(void **state)
{
    struct sc_shadow *s = calloc(1, sizeof *s);
    struct curl_slist header = {(char *)(uintptr_t) "x-api-key: target", NULL};
    struct sc_standin request = {.url = "https://other.example/v1/messages",
                                 .headers = &header,
                                 .body = "{}",
                                 .body_len = 2};

    (void)state;
    assert_non_null(s);
    s->real = &libcurl;
    s->easy = &programs;
    s->o.post_size = -1;
    assert_true(sc_standin_in(s, &request));
    assert_ptr_equal(s->easy, &copy);
    assert_int_equal(seen.haproxy, 0);
    assert_int_equal(seen.post, 1);
    assert_string_equal(seen.url, request.url);
    assert_string_equal(seen.body, "{}");
    assert_ptr_equal(seen.headers, &header);
    assert_int_equal(seen.set_on_programs, 0);
    sc_standin_out(s);
    sc_standin_out(s);
    assert_ptr_equal(s->easy, &programs);
    assert_int_equal(seen.cleaned, 1);
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_of_the_program_s_is_switched_on_by_being_taken_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
