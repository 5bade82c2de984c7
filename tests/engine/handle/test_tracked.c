/* link with: -l:libcurl.so.4 */
/*
 * The options that are tracked: each row against what libcurl says of its option, and what setting
 * it leaves in the shadow and in the handle.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "handle/shadow.h"
#include "handle/hooks.h"
#include "handle/tracked.h"

/* ---- the table ------------------------------------------------------------------------------- */

/* What a row of this kind may be of, in libcurl's own table. */
static bool may_be(enum sc_tracked_kind kind, curl_easytype type)
{
    switch (kind) {
    case SC_TRACKED_FUNCTION:
        return type == CURLOT_FUNCTION;
    case SC_TRACKED_FLAG:
        return type == CURLOT_LONG || type == CURLOT_VALUES || type == CURLOT_STRING;
    case SC_TRACKED_SECONDS:
    case SC_TRACKED_GET:
    case SC_TRACKED_METHOD:
    case SC_TRACKED_NO_BODY:
        return type == CURLOT_LONG;
    case SC_TRACKED_HTTP_VERSION:
        return type == CURLOT_LONG || type == CURLOT_VALUES;
    case SC_TRACKED_NUMBER:
    case SC_TRACKED_FIELDS_SIZE:
        return type == CURLOT_LONG || type == CURLOT_OFF_T;
    case SC_TRACKED_TEXT:
    case SC_TRACKED_URL:
    case SC_TRACKED_CREDENTIAL:
    case SC_TRACKED_COOKIES:
    case SC_TRACKED_WAY_TEXT:
        return type == CURLOT_STRING;
    case SC_TRACKED_JAR:
        return type == CURLOT_STRING || type == CURLOT_OBJECT;
    case SC_TRACKED_WAY:
        return type == CURLOT_SLIST || type == CURLOT_LONG;
    case SC_TRACKED_POINTER:
        return type == CURLOT_OBJECT || type == CURLOT_CBPTR || type == CURLOT_SLIST;
    default:
        return type == CURLOT_OBJECT;
    }
}

static void test_each_row_is_an_option_of_its_kind(void **state)
{
    size_t rows = 0;

    (void)state;
    for (unsigned i = 0; i < SC_TRACKED_MAX; i++) {
        const struct sc_tracked *row = &sc_tracked[i];
        const struct curl_easyoption *known;

        if (!row->option)
            continue;
        rows++;
        known = curl_easy_option_by_id(row->option);
        if (!known || SC_TRACKED_INDEX(row->option) != i || !may_be(row->kind, known->type))
            fail_msg("row %u: %s is not of kind %d", i, known ? known->name : "nothing", row->kind);
        assert_ptr_equal(sc_tracked_find(row->option), row);
    }
    assert_true(rows > 50);
}

static void test_only_the_option_itself_is_found(void **state)
{
    (void)state;
    assert_non_null(sc_tracked_find(CURLOPT_WRITEDATA));
    assert_null(sc_tracked_find(CURLOPT_VERBOSE));
    assert_null(sc_tracked_find((CURLoption)0));
    assert_null(sc_tracked_find((CURLoption)-1));
    /* The number of WRITEDATA with another option's type: libcurl knows none such. */
    assert_null(sc_tracked_find((CURLoption)(CURLOPT_WRITEDATA - CURLOPTTYPE_OBJECTPOINT)));
    assert_null(sc_tracked_find((CURLoption)(CURLOPT_WRITEDATA + CURLOPTTYPE_FUNCTIONPOINT)));
    assert_null(sc_tracked_find((CURLoption)(CURLOPTTYPE_OBJECTPOINT - 1)));
}

/* ---- what setting one does ---------------------------------------------------------------------
 */

/* In libcurl's place: what it was last told, and what it says to that. */
static CURLoption told_option;
static int64_t told_value;
static int told;
static CURLcode answer;

static CURLcode take(CURL *easy, CURLoption option, ...)
{
    va_list ap;

    (void)easy;
    va_start(ap, option);
    told_value = va_arg(ap, int64_t);
    va_end(ap);
    told_option = option;
    told++;
    return answer;
}

static const struct sc_libcurl libcurl = {.easy_setopt = take};

static struct sc_shadow *new_shadow(void)
{
    static char handle;

    told = 0;
    answer = CURLE_OK;
    return sc_shadow_new(&handle, &libcurl);
}

static int64_t value_for(const struct sc_tracked *row)
{
    static const char text[] = "a text", cookie[] = "Set-Cookie: a=b; path=/";

    switch ((enum sc_tracked_kind)row->kind) {
    case SC_TRACKED_TEXT:
    case SC_TRACKED_URL:
    case SC_TRACKED_CREDENTIAL:
    case SC_TRACKED_WAY_TEXT:
    case SC_TRACKED_POINTER:
    case SC_TRACKED_FUNCTION:
    case SC_TRACKED_FIELDS:
    case SC_TRACKED_COPIED_FIELDS:
        return (int64_t)(intptr_t)text;
    case SC_TRACKED_COOKIES:
        return (int64_t)(intptr_t)cookie;
    case SC_TRACKED_HTTP_VERSION:
        return CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
    default:
        return 1;
    }
}

/* A row that changes nothing, or the wrong place, is of no use. */
static void test_each_row_is_told_and_leaves_its_mark(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SC_TRACKED_MAX; i++) {
        const struct sc_tracked *row = &sc_tracked[i];
        struct sc_shadow *s, before;
        int64_t value = value_for(row);

        if (!row->option)
            continue;
        s = new_shadow();
        s->o.method = row->kind == SC_TRACKED_GET ? SC_METHOD_POST : SC_METHOD_GET;
        s->url_known = true;
        if (row->option == CURLOPT_NOPROGRESS)
            s->o.no_progress = false;
        if (row->option == CURLOPT_HTTP_CONTENT_DECODING)
            s->o.may_decode = false;
        memcpy(&before, s, sizeof before);
        assert_int_equal(sc_shadow_setopt(s, row->option, value), CURLE_OK);
        assert_int_equal(told, 1);
        assert_int_equal(told_option, row->option);
        assert_int_equal(told_value, value);
        if (memcmp(&before.o, &s->o, sizeof s->o) == 0)
            fail_msg("%s leaves nothing", curl_easy_option_by_id(row->option)->name);
        assert_int_equal(s->url_known, !(row->concerns & SC_CONCERNS_URL));
        sc_shadow_free(s);
    }
}

static void test_what_libcurl_refuses_is_not_recorded(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SC_TRACKED_MAX; i++) {
        const struct sc_tracked *row = &sc_tracked[i];
        struct sc_shadow *s, before;

        if (!row->option)
            continue;
        s = new_shadow();
        answer = CURLE_UNKNOWN_OPTION;
        memcpy(&before, s, sizeof before);
        assert_int_equal(sc_shadow_setopt(s, row->option, value_for(row)), CURLE_UNKNOWN_OPTION);
        assert_memory_equal(&before, s, sizeof before);
        sc_shadow_free(s);
    }
}

/* An option goes to libcurl while nothing of ours stands for it, and else is only recorded: what
 * comes back when ours goes is what was set last. */
static void test_what_a_hook_stands_for_is_held_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SC_TRACKED_MAX; i++) {
        const struct sc_tracked *row = &sc_tracked[i];
        struct sc_shadow *s;

        if (!row->option || row->hook == SC_HOOK_NONE)
            continue;
        s = new_shadow();
        sc_hook_in(s, row->hook, NULL);
        told = 0;
        assert_int_equal(sc_shadow_setopt(s, row->option, value_for(row)), CURLE_OK);
        assert_int_equal(told, 0);
        s->hooked &= (uint16_t) ~(1u << row->hook);
        assert_int_equal(sc_shadow_setopt(s, row->option, value_for(row)), CURLE_OK);
        assert_int_equal(told, 1);
        sc_shadow_free(s);
    }
}

static void test_hooks_go_and_the_last_value_comes_back(void **state)
{
    struct sc_shadow *s = new_shadow();
    int mine;

    (void)state;
    sc_hook_in(s, SC_HOOK_FRESH_CONNECT, NULL);
    assert_int_equal(told, 1); /* it has no function */
    assert_int_equal(told_option, CURLOPT_FRESH_CONNECT);
    assert_int_equal(told_value, 1);
    sc_hook_out(s, SC_HOOK_FRESH_CONNECT);
    assert_int_equal(told_value, 0);
    sc_hook_out(s, SC_HOOK_FRESH_CONNECT);
    assert_int_equal(told, 2);

    sc_hook_in(s, SC_HOOK_SEEK, NULL);
    assert_int_equal(told_option, CURLOPT_SEEKDATA);
    assert_int_equal(told_value, (intptr_t)s);
    sc_shadow_setopt(s, CURLOPT_SEEKDATA, (intptr_t)&mine);
    sc_hook_in(s, SC_HOOK_PROGRESS, NULL);
    assert_int_equal(told_option, CURLOPT_NOPROGRESS);
    assert_int_equal(told_value, 0);
    told = 0;
    sc_hooks_out(s);
    assert_int_equal(told, 5); /* functions, arguments and a flag */
    assert_int_equal(s->hooked, 0);
    sc_hook_in(s, SC_HOOK_SEEK, NULL);
    sc_hook_out(s, SC_HOOK_SEEK);
    assert_int_equal(told_option, CURLOPT_SEEKDATA);
    assert_int_equal(told_value, (intptr_t)&mine);
    sc_shadow_free(s);
}

/* The next managed call finds the sinks' in the handle; a transfer that is not managed finds none.
 */
static void test_the_hooks_of_the_sinks_stay_between_calls(void **state)
{
    struct sc_shadow *s = new_shadow();

    (void)state;
    sc_hook_stay(s, SC_HOOK_WRITE, NULL);
    sc_hook_stay(s, SC_HOOK_HEADER, NULL);
    sc_hook_in(s, SC_HOOK_SEEK, NULL);
    told = 0;
    sc_hooks_rest(s);
    assert_int_equal(told, 2);
    assert_false(sc_hook_is_in(s, SC_HOOK_SEEK));
    sc_hook_stay(s, SC_HOOK_WRITE, NULL);
    sc_hook_stay(s, SC_HOOK_HEADER, NULL);
    assert_int_equal(told, 2);

    sc_shadow_setopt(s, CURLOPT_HEADERDATA, (intptr_t)&told);
    assert_int_equal(told, 2);
    sc_hooks_out(s);
    assert_int_equal(told, 6);
    assert_int_equal(told_option, CURLOPT_HEADERDATA);
    assert_int_equal(told_value, (intptr_t)&told);
    assert_int_equal(s->hooked, 0);
    sc_shadow_free(s);
}

static void test_methods_have_libcurls_order_of_effects(void **state)
{
    struct sc_shadow *s = new_shadow();

    (void)state;
    sc_shadow_setopt(s, CURLOPT_NOBODY, 1);
    assert_int_equal(s->o.method, SC_METHOD_HEAD);
    sc_shadow_setopt(s, CURLOPT_UPLOAD, 0);
    assert_true(s->o.no_body);
    assert_int_equal(s->o.method, SC_METHOD_GET);
    sc_shadow_setopt(s, CURLOPT_POST, 1);
    assert_false(s->o.no_body);
    sc_shadow_setopt(s, CURLOPT_HTTPGET, 0);
    assert_int_equal(s->o.method, SC_METHOD_POST);
    sc_shadow_setopt(s, CURLOPT_NOBODY, 0);
    assert_int_equal(s->o.method, SC_METHOD_POST);
    sc_shadow_setopt(s, CURLOPT_HTTPGET, 1);
    assert_int_equal(s->o.method, SC_METHOD_GET);
    sc_shadow_setopt(s, CURLOPT_TIMEOUT, 2);
    assert_int_equal(s->o.timeout_ms, 2000);
    sc_shadow_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_row_is_an_option_of_its_kind),
        cmocka_unit_test(test_only_the_option_itself_is_found),
        cmocka_unit_test(test_each_row_is_told_and_leaves_its_mark),
        cmocka_unit_test(test_what_libcurl_refuses_is_not_recorded),
        cmocka_unit_test(test_what_a_hook_stands_for_is_held_back),
        cmocka_unit_test(test_hooks_go_and_the_last_value_comes_back),
        cmocka_unit_test(test_the_hooks_of_the_sinks_stay_between_calls),
        cmocka_unit_test(test_methods_have_libcurls_order_of_effects),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
