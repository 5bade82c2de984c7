/* JSON is changed where it is asked for, and every other byte stays as it was written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/edit.h"
#include "http/json.h"

static struct sc_str str(const char *s)
{
    return (struct sc_str){s, strlen(s)};
}

static const char *written(const struct sc_edits *e)
{
    static char out[4096];
    size_t n = sc_edits_size(e);

    assert_false(e->failed);
    assert_true(n < sizeof out);
    memset(out, '#', sizeof out);
    sc_edits_write(e, out);
    assert_int_equal(out[n], '#');
    out[n] = '\0';
    return out;
}

static const char *replaced(const char *text, const char *name, const char *by)
{
    struct sc_edits e;
    struct sc_str value;

    sc_edits_init(&e, str(text));
    assert_int_equal(sc_edit_find(e.original, name, &value), 1);
    sc_edit_replace(&e, value, by);
    return written(&e);
}

static void a_value_is_replaced_and_blanks_stay(void **state)
{
    (void)state;
    assert_string_equal(replaced("{\"a\":1}", "a", "22"), "{\"a\":22}");
    assert_string_equal(replaced(" {\t\"a\" : 1 ,\n\"b\":2.50e1 }\r\n", "b", "7"),
                        " {\t\"a\" : 1 ,\n\"b\":7 }\r\n");
    assert_string_equal(replaced("{\"x\":\"}\\\"a\\\":9\",\"a\":[1,{}]}", "a", "null"),
                        "{\"x\":\"}\\\"a\\\":9\",\"a\":null}");
    assert_string_equal(replaced("{\"m\\u0061x\":100}", "max", "5"), "{\"m\\u0061x\":5}");
}

static const char *with_member(const char *text)
{
    struct sc_edits e;

    sc_edits_init(&e, str(text));
    sc_edit_insert_member(&e, e.original, "n", "{\"u\":true}");
    return written(&e);
}

static void a_member_is_inserted_before_the_others(void **state)
{
    (void)state;
    assert_string_equal(with_member("{\"a\":1}"), "{\"n\":{\"u\":true},\"a\":1}");
    assert_string_equal(with_member("{}"), "{\"n\":{\"u\":true}}");
    assert_string_equal(with_member(" { \n} "), " {\"n\":{\"u\":true} \n} ");
    assert_string_equal(with_member("{ \"a\" : 1 }"), "{\"n\":{\"u\":true}, \"a\" : 1 }");
}

static void members_of_one_name_are_counted(void **state)
{
    struct sc_str v;

    (void)state;
    assert_int_equal(sc_edit_find(str("{\"a\":1,\"b\":2,\"a\":3}"), "a", &v), 2);
    assert_int_equal(v.n, 1);
    assert_int_equal(v.p[0], '3');
    assert_int_equal(sc_edit_find(str("{\"b\":{\"a\":1}}"), "a", &v), 0);
    assert_null(v.p);
    assert_int_equal(sc_edit_find(str("[\"a\"]"), "a", &v), 0);
    assert_int_equal(sc_edit_find(str(""), "a", &v), 0);
}

static size_t elements_of(struct sc_str array, struct sc_str *out, size_t most)
{
    struct sc_json_iter it;
    struct sc_str key;
    size_t n = 0;

    assert_true(sc_json_enter(array, &it));
    while (n < most && sc_json_next(&it, &key, &out[n]))
        n++;
    return n;
}

/* Every run of every array of up to five: what is left reads as the elements that were left. */
static void runs_of_elements_go_with_their_commas(void **state)
{
    static const char *const arrays[] = {"[1]", "[ 1 , 22 ]", "[1,[2],{\"a\":3}]",
                                         "[\"a\",\"]\",\",\",4]", "[1,\n 2,\n 3,\n 4,\n 5\n]"};
    struct sc_str all[8], left[8];
    struct sc_edits e;

    (void)state;
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        size_t n = elements_of(str(arrays[i]), all, 8);

        for (size_t from = 0; from < n; from++)
            for (size_t count = 1; from + count <= n; count++) {
                struct sc_str got;

                sc_edits_init(&e, str(arrays[i]));
                assert_true(sc_edit_delete_elements(&e, all, n, from, count));
                got = str(written(&e));
                assert_true(sc_json_is_complete(got.p, got.n));
                assert_int_equal(elements_of(got, left, 8), n - count);
                for (size_t k = 0; k < n - count; k++) {
                    const struct sc_str *was = &all[k < from ? k : k + count];

                    assert_int_equal(left[k].n, was->n);
                    assert_memory_equal(left[k].p, was->p, was->n);
                }
                assert_null(strstr(got.p, ",]"));
                assert_null(strstr(got.p, "[,"));
            }
    }
}

static void several_edits_are_one_new_text(void **state)
{
    static const char text[] = "{\"max\":9,\"list\":[1,2,3,4,5],\"o\":{}}";
    struct sc_str list, max, o, all[8];
    struct sc_edits e;
    size_t n;

    (void)state;
    sc_edits_init(&e, str(text));
    sc_edit_find(e.original, "list", &list);
    sc_edit_find(e.original, "max", &max);
    sc_edit_find(e.original, "o", &o);
    n = elements_of(list, all, 8);
    sc_edit_insert_member(&e, o, "k", "0");
    sc_edit_delete_elements(&e, all, n, 3, 2);
    sc_edit_delete_elements(&e, all, n, 1, 1);
    sc_edit_insert_member(&e, e.original, "first", "1");
    sc_edit_replace(&e, max, "10000");
    sc_edit_insert_member(&e, e.original, "second", "2");
    assert_string_equal(written(&e), "{\"first\":1,\"second\":2,\"max\":10000,\"list\":[1,3],"
                                     "\"o\":{\"k\":0}}");
}

static void what_cannot_be_fails_as_a_whole(void **state)
{
    static const char text[] = "{\"a\":[1,2],\"b\":{}}";
    struct sc_str a, b, all[2];
    struct sc_edits e;

    (void)state;
    sc_edits_init(&e, str(text));
    sc_edit_find(e.original, "a", &a);
    sc_edit_find(e.original, "b", &b);
    elements_of(a, all, 2);
    assert_true(sc_edit_replace(&e, a, "0"));
    assert_false(sc_edit_delete_elements(&e, all, 2, 0, 1)); /* inside of what goes */
    assert_true(e.failed);

    sc_edits_init(&e, str(text));
    assert_false(sc_edit_replace(&e, str("elsewhere"), "0"));
    sc_edits_init(&e, str(text));
    assert_false(sc_edit_replace(&e, (struct sc_str){NULL, 0}, "0"));
    sc_edits_init(&e, str(text));
    assert_false(sc_edit_insert_member(&e, a, "x", "0")); /* no object */
    sc_edits_init(&e, str(text));
    assert_true(sc_edit_insert_member(&e, b, "x", "0"));
    assert_false(sc_edit_insert_member(&e, b, "y", "0"));
    sc_edits_init(&e, str(text));
    assert_false(sc_edit_delete_elements(&e, all, 2, 1, 2));
    sc_edits_init(&e, str(text));
    assert_false(sc_edit_delete_elements(&e, all, 2, 0, 0));
}

static void there_is_room_for_so_many_and_no_more(void **state)
{
    char text[8 * SC_EDITS_MAX], *p = text, big[SC_EDIT_TEXT_MAX + 2];
    struct sc_str all[SC_EDITS_MAX + 1];
    struct sc_edits e;
    size_t i, n;

    (void)state;
    *p++ = '[';
    for (i = 0; i <= SC_EDITS_MAX; i++)
        p += sprintf(p, "%s%zu", i ? "," : "", i);
    strcpy(p, "]");
    n = elements_of(str(text), all, SC_EDITS_MAX + 1);
    sc_edits_init(&e, str(text));
    for (i = n; i-- > 1;)
        assert_true(sc_edit_replace(&e, all[i], "x"));
    assert_false(sc_edit_replace(&e, all[0], "x"));

    memset(big, '1', sizeof big);
    big[sizeof big - 1] = '\0';
    sc_edits_init(&e, str(text));
    assert_false(sc_edit_replace(&e, all[0], big));
    big[SC_EDIT_TEXT_MAX] = '\0';
    sc_edits_init(&e, str(text));
    assert_true(sc_edit_replace(&e, all[0], big));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_replaced_and_blanks_stay),
        cmocka_unit_test(a_member_is_inserted_before_the_others),
        cmocka_unit_test(members_of_one_name_are_counted),
        cmocka_unit_test(runs_of_elements_go_with_their_commas),
        cmocka_unit_test(several_edits_are_one_new_text),
        cmocka_unit_test(what_cannot_be_fails_as_a_whole),
        cmocka_unit_test(there_is_room_for_so_many_and_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
