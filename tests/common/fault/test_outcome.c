/* The language of faults: what a text means, where a wrong one stumbled, and what was near. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fault/outcome.h"

static struct sc_script *read_for(const char *text, unsigned flags)
{
    struct sc_script_error err;
    struct sc_script *s = sc_script_parse(text, strlen(text), flags, &err);

    if (!s)
        fail_msg("%s: %s", text, err.text);
    return s;
}

static void outcomes_come_in_order_and_the_last_stays(void **state)
{
    struct sc_script *s = read_for("503*2, 429;retry-after=5 ,reset", 0);

    (void)state;
    assert_int_equal(s->n, 3);
    assert_int_equal(sc_script_at(s, 1)->status, 503);
    assert_int_equal(sc_script_at(s, 2)->status, 429);
    assert_string_equal(sc_script_at(s, 2)->text, "429;retry-after=5");
    assert_string_equal(sc_script_at(s, 2)->headers[0].name, "retry-after");
    assert_string_equal(sc_script_at(s, 2)->headers[0].value, "5");
    assert_int_equal(sc_script_at(s, 3)->fault, SC_FAULT_RESET);
    assert_int_equal(sc_script_at(s, UINT64_MAX)->fault, SC_FAULT_RESET);
    sc_script_unref(s);
}

static void a_backslash_takes_the_next_character_along(void **state)
{
    struct sc_script *s = read_for("400;message=a\\, b\\; c\\n;code=x,200", 0);

    (void)state;
    assert_int_equal(s->n, 2);
    assert_string_equal(s->items[0].error_message, "a, b; c\n");
    assert_string_equal(s->items[0].error_code, "x");
    assert_string_equal(s->items[0].text, "400;message=a\\, b\\; c\\n;code=x");
    sc_script_unref(s);
}

static void a_place_is_a_byte_a_percentage_or_an_event(void **state)
{
    struct sc_script *s = read_for("cut=50%,cut=7,cut-after=3 events,truncate;at=100%", 0);

    (void)state;
    assert_int_equal(s->items[0].percent, 50);
    assert_int_equal(s->items[1].at, 7);
    assert_int_equal(s->items[2].after, 3);
    assert_int_equal(s->items[2].fault, SC_FAULT_CUT);
    assert_int_equal(s->items[3].percent, 100);
    sc_script_unref(s);
}

static void what_only_a_client_can_meet_is_refused_to_a_server(void **state)
{
    static const char *const words[] = {"unresolved",  "refused",           "curl-28",
                                        "503;for=30s", "503;after=2 calls", "503;program=curl"};
    struct sc_script_error err;

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_null(sc_script_parse(words[i], strlen(words[i]), 0, &err));
        sc_script_unref(read_for(words[i], SC_SCRIPT_CLIENT));
    }
}

static void the_whole_script_has_its_bounds(void **state)
{
    struct sc_script *s = read_for("503,429;after=2 calls;for=5m;program=php*", SC_SCRIPT_CLIENT);

    (void)state;
    assert_int_equal(s->skip, 2);
    assert_int_equal(s->for_ms, 300000);
    assert_string_equal(s->program, "php*");
    assert_int_equal(s->items[1].after, -1);
    sc_script_unref(s);
}

static void a_wrong_text_is_pointed_at(void **state)
{
    static const struct {
        const char *text;
        size_t at;
        const char *says;
    } cases[] = {
        {"", 0, "an outcome is missing"},
        {"503, rest", 5, "did you mean 'reset'?"},
        {"503;retry-aftr=2", 4, "did you mean 'retry-after'?"},
        {"199", 0, "neither a status"},
        {"503*0", 0, "not a count"},
        {"ok,503; at=x", 8, "neither a number of bytes nor a percentage"},
        {"503;header=NoColon", 4, "Name:Value"},
        {"503;body=/etc/passwd", 4, "not allowed here"},
        {"503;for=0s", 4, "not a time"},
        {"refused=7", 0, "takes no value"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_script_error err = {.at = 999};

        assert_null(sc_script_parse(cases[i].text, strlen(cases[i].text), SC_SCRIPT_CLIENT, &err));
        if (err.at != cases[i].at || !strstr(err.text, cases[i].says))
            fail_msg("%s: at %zu: %s", cases[i].text, err.at, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_come_in_order_and_the_last_stays),
        cmocka_unit_test(a_backslash_takes_the_next_character_along),
        cmocka_unit_test(a_place_is_a_byte_a_percentage_or_an_event),
        cmocka_unit_test(what_only_a_client_can_meet_is_refused_to_a_server),
        cmocka_unit_test(the_whole_script_has_its_bounds),
        cmocka_unit_test(a_wrong_text_is_pointed_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
