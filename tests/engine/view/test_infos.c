/* link with: -l:libcurl.so.4 */
/* The infos that we may have to answer: each row against libcurl, and values in every type. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "view/infos.h"

enum { TYPES = 16, NUMBERS = 256 };

static CURLINFO info_of(unsigned type, unsigned number)
{
    return (CURLINFO)(type << 20 | number);
}

static bool is_text(enum sc_means means)
{
    return means >= SC_MEANS_URL;
}

/* An info that libcurl does not know, or writes otherwise than we do, would be answered by chance.
 * Those that are newer than the libcurl at hand are the headers' only. */
static void test_each_row_is_an_info_of_its_type(void **state)
{
    CURL *easy = curl_easy_init();
    size_t known = 0;

    (void)state;
    assert_non_null(easy);
    for (unsigned type = 0; type < TYPES; type++)
        for (unsigned number = 0; number < NUMBERS; number++) {
            CURLINFO info = info_of(type, number);
            enum sc_means means = sc_info_means(info);
            char out[16] = {0};
            bool new = number > CURLINFO_LASTONE;

            if (means == SC_MEANS_NOTHING)
                continue;
            assert_int_equal(is_text(means), (info & CURLINFO_TYPEMASK) == CURLINFO_STRING);
            if (sc_means_time(means))
                assert_true((info & CURLINFO_TYPEMASK) == CURLINFO_DOUBLE ||
                            (info & CURLINFO_TYPEMASK) == CURLINFO_OFF_T);
            if (new)
                continue;
            known++;
            if (curl_easy_getinfo(easy, info, out) != CURLE_OK)
                fail_msg("libcurl knows no info of type %u and number %u", type, number);
        }
    assert_true(known > 50);
    curl_easy_cleanup(easy);
}

static void test_one_meaning_in_two_types(void **state)
{
    (void)state;
    assert_int_equal(sc_info_means(CURLINFO_SIZE_DOWNLOAD), SC_MEANS_DOWN_SIZE);
    assert_int_equal(sc_info_means(CURLINFO_SIZE_DOWNLOAD_T), SC_MEANS_DOWN_SIZE);
    assert_int_equal(sc_info_means(CURLINFO_TOTAL_TIME), SC_MEANS_ENDED);
    assert_int_equal(sc_info_means(CURLINFO_TOTAL_TIME_T), SC_MEANS_ENDED);
    assert_int_equal(sc_info_means(CURLINFO_PRIVATE), SC_MEANS_NOTHING);
    assert_int_equal(sc_info_means(CURLINFO_NONE), SC_MEANS_NOTHING);
    assert_int_equal(sc_info_means((CURLINFO)-1), SC_MEANS_NOTHING);
    /* The number of RESPONSE_CODE, as what it is not. */
    assert_int_equal(sc_info_means((CURLINFO)(CURLINFO_STRING + 2)), SC_MEANS_NOTHING);
}

static struct sc_info question(CURLINFO info, void *out)
{
    return (struct sc_info){.number = info, .means = sc_info_means(info), .out = out};
}

/* What is put is what is read again, to the microsecond; no byte more is written than the type is
 * long. */
static void test_a_value_comes_back_in_every_type(void **state)
{
    static const struct {
        CURLINFO info;
        size_t size;
        int64_t value;
    } cases[] = {
        {CURLINFO_RESPONSE_CODE, sizeof(long), 503},
        {CURLINFO_TOTAL_TIME, sizeof(double), 1234567},
        {CURLINFO_TOTAL_TIME, sizeof(double), INT64_C(86400000001)},
        {CURLINFO_TOTAL_TIME_T, sizeof(curl_off_t), 1234567},
        {CURLINFO_SIZE_DOWNLOAD, sizeof(double), INT64_C(1) << 52},
        {CURLINFO_CONTENT_LENGTH_DOWNLOAD, sizeof(double), -1},
        {CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, sizeof(curl_off_t), -1},
        {CURLINFO_ACTIVESOCKET, sizeof(curl_socket_t), CURL_SOCKET_BAD},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        union {
            int64_t aligned[2];
            char bytes[16];
        } out;
        struct sc_info q = question(cases[i].info, &out);

        memset(&out, 0x55, sizeof out);
        sc_info_put(&q, cases[i].value);
        assert_int_equal(sc_info_value(&q), cases[i].value);
        for (size_t at = cases[i].size; at < sizeof out; at++)
            assert_int_equal(out.bytes[at], 0x55);
    }
}

static void test_seconds_where_libcurl_says_seconds(void **state)
{
    double seconds;
    struct sc_info q = question(CURLINFO_STARTTRANSFER_TIME, &seconds);

    (void)state;
    sc_info_put(&q, 1500000);
    assert_true(seconds == 1.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_row_is_an_info_of_its_type),
        cmocka_unit_test(test_one_meaning_in_two_types),
        cmocka_unit_test(test_a_value_comes_back_in_every_type),
        cmocka_unit_test(test_seconds_where_libcurl_says_seconds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
