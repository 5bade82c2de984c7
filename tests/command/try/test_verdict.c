/*
 * The verdict on a run, from what was seen of it: one case for each end, and each manner.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "fault/outcome.h"
#include "try/seen.h"
#include "try/verdict.h"

static const struct sc_try_seen calm = {
    .requests = 1, .same = true, .out_len = 100, .request = {{1000, 1050}}};

static struct sc_kind_traits traits_of(const char *script)
{
    struct sc_script_error err;
    struct sc_script *s = sc_script_parse(script, strlen(script), SC_SCRIPT_CLIENT, &err);
    struct sc_kind_traits t;

    assert_non_null(s);
    sc_kind_traits(s, &t);
    sc_script_unref(s);
    return t;
}

static void test_a_script_says_what_its_fault_is_like(void **state)
{
    struct sc_kind_traits t = traits_of("429*2;retry-after=3,ok");

    (void)state;
    assert_true(t.passes && !t.final && !t.half && !t.paid && !t.silent);
    assert_int_equal(t.faults, 2);
    assert_int_equal(t.hint_ms, 3000);
    assert_int_equal(traits_of("429;retry-after-ms=250,ok").hint_ms, 250);
    assert_int_equal(traits_of("429;retry-in=1.5s,ok").hint_ms, 1500);
    assert_int_equal(traits_of("503;retry-after-date=4,ok").hint_ms, 4000);
    t = traits_of("503");
    assert_true(!t.passes && !t.final);
    assert_true(traits_of("401").final && traits_of("quota").final && traits_of("context").final);
    assert_false(traits_of("400,ok").final);
    assert_true(traits_of("cut=50%,ok").half && traits_of("cut=50%,ok").paid);
    assert_true(traits_of("truncate,ok").paid && !traits_of("truncate;status=503,ok").paid);
    assert_true(traits_of("hang").silent && !traits_of("hang;ms=50").silent);
    assert_false(traits_of("reset,ok").paid);
}

/* ---- the end --------------------------------------------------------------------------------- */

static enum sc_verdict_end end_of(const char *script, struct sc_try_seen seen)
{
    struct sc_kind_traits t = traits_of(script);

    seen.faults += seen.faults == 0;
    return sc_try_judge(&t, &calm, &seen).end;
}

static void test_each_end(void **state)
{
    struct sc_try_seen met = {.requests = 1, .exit = 0, .same = true, .out_len = 100};
    struct sc_kind_traits t = traits_of("503,ok");

    (void)state;
    assert_int_equal(sc_try_judge(&t, &calm, &met).end, SC_TRY_UNMET);
    assert_int_equal(end_of("503,ok", met), SC_TRY_UNMOVED);
    met.requests = 2;
    assert_int_equal(end_of("503,ok", met), SC_TRY_RECOVERS);
    met.same = false;
    assert_int_equal(end_of("503,ok", met), SC_TRY_WRONG);
    met.requests = 1;
    assert_int_equal(end_of("503,ok", met), SC_TRY_SILENT);
    met.out_len = 0;
    assert_int_equal(end_of("cut=50%,ok", met), SC_TRY_SILENT);
    met.out_len = 50;
    assert_int_equal(end_of("cut=50%,ok", met), SC_TRY_HALF);
    met.part = true;
    assert_int_equal(end_of("truncate,ok", met), SC_TRY_HALF);
    assert_int_equal(end_of("503,ok", met), SC_TRY_SILENT);
    met.exit = 1;
    assert_int_equal(end_of("503,ok", met), SC_TRY_MUTE);
    met.said = true;
    assert_int_equal(end_of("503,ok", met), SC_TRY_GIVES_UP);
    met.exit = 139;
    met.signal = SIGSEGV;
    assert_int_equal(end_of("503,ok", met), SC_TRY_CRASHES);
}

static void test_time_is_up_in_a_request_or_between_two(void **state)
{
    struct sc_try_seen seen = {.timed_out = true, .signal = SIGTERM, .exit = -1, .requests = 3};

    (void)state;
    seen.request[2].end_ms = -1;
    assert_int_equal(end_of("hang", seen), SC_TRY_HANGS);
    seen.request[2].end_ms = 5000;
    assert_int_equal(end_of("503", seen), SC_TRY_TRYING);
    seen.requests = 1;
    assert_int_equal(end_of("503", seen), SC_TRY_HANGS);
}

/* ---- the manners ----------------------------------------------------------------------------- */

static bool has(const char *script, struct sc_try_seen seen, enum sc_manner m)
{
    struct sc_kind_traits t = traits_of(script);

    seen.faults += seen.faults == 0;
    return sc_try_judge(&t, &calm, &seen).manners >> m & 1;
}

static void test_before_the_hint_is_too_early(void **state)
{
    struct sc_try_seen seen = {
        .requests = 2, .same = true, .out_len = 100, .request = {{0, 10}, {2008, 2050}}};

    (void)state;
    assert_false(has("429;retry-after=2,ok", seen, SC_TRY_EARLY));
    seen.request[1].begin_ms = 1900;
    assert_true(has("429;retry-after=2,ok", seen, SC_TRY_EARLY));
    assert_false(has("429,ok", seen, SC_TRY_EARLY));
    seen.requests = 3; /* what it does when all is well again is its own matter */
    seen.request[1] = (struct sc_try_request){2010, 2050};
    seen.request[2] = (struct sc_try_request){2051, 2060};
    assert_false(has("429;retry-after=2,ok", seen, SC_TRY_EARLY));
}

static void test_too_often_in_vain_twice_and_never(void **state)
{
    struct sc_try_seen seen = {.requests = 30, .exit = 1};

    (void)state;
    assert_true(has("503", seen, SC_TRY_OFTEN));
    seen.requests = 3;
    assert_false(has("503", seen, SC_TRY_OFTEN));
    assert_true(has("401", seen, SC_TRY_IN_VAIN));
    assert_true(has("truncate,ok", seen, SC_TRY_TWICE));
    assert_false(has("reset,ok", seen, SC_TRY_TWICE));
    assert_false(has("503,ok", seen, SC_TRY_NOT_AT_ALL));
    seen.requests = 1;
    assert_true(has("503,ok", seen, SC_TRY_NOT_AT_ALL));
    assert_false(has("503", seen, SC_TRY_NOT_AT_ALL));
    seen.leaks = true;
    assert_true(has("503", seen, SC_TRY_LEAKS));
}

static void test_words_names_and_sets(void **state)
{
    struct sc_try_verdict v = {SC_TRY_GIVES_UP, 1u << SC_TRY_NOT_AT_ALL};
    char text[200];
    const char *name;
    uint32_t set = 0;
    size_t n;

    (void)state;
    sc_try_words(v, text, sizeof text);
    assert_string_equal(text, "gives up with a message; retries not at all");
    sc_try_names(v, text, sizeof text);
    assert_string_equal(text, "gives-up never");
    assert_false(sc_try_is(v, sc_try_bad()));
    assert_true(sc_try_set("hangs,never", &set, &name, &n));
    assert_true(sc_try_is(v, set));
    assert_false(sc_try_set("hangs,sings", &set, &name, &n));
    assert_memory_equal(name, "sings", n);
    assert_true(
        sc_try_is((struct sc_try_verdict){SC_TRY_RECOVERS, 1u << SC_TRY_EARLY}, sc_try_bad()));
}

/* ---- what a run has left --------------------------------------------------------------------- */

static const char trace[] =
    "{'time':'2026-01-02T03:04:05.000Z','event':'fault','call':'a','host':'h','text':'503'}\n"
    "{'time':'2026-01-02T03:04:05.010Z','event':'call','call':'a','attempts':0,"
    "'reason':'fault','ms':10}\n"
    "{'time':'2026-01-02T03:04:05.100Z','event':'attempt','call':'b','host':'h','ms':20}\n"
    "{'time':'2026-01-02T03:04:05.100Z','event':'call','call':'b','attempts':1,'ms':20}\n"
    "no line of a trace\n"
    "{'time':'2026-01-02T03:04:05.200Z','event':'fault','call':'c','host':'i','text':'hang'}\n";

static void test_a_trace_is_read_as_requests(void **state)
{
    char text[sizeof trace];
    struct sc_try_seen seen = {.exit = 0};
    struct sc_try_hosts hosts = {.n = 0};

    (void)state;
    for (size_t i = 0; i < sizeof trace; i++)
        text[i] = (char)(trace[i] == '\'' ? '"' : trace[i]);
    sc_try_read_trace(&seen, (struct sc_str){text, sizeof text - 1}, &hosts);
    assert_int_equal(seen.faults, 2);
    assert_int_equal(seen.requests, 3);
    assert_int_equal(seen.request[0].end_ms - seen.request[0].begin_ms, 10);
    assert_int_equal(seen.request[1].begin_ms - seen.request[0].begin_ms, 80);
    assert_int_equal(seen.request[2].end_ms, -1);
    assert_int_equal(hosts.n, 2);
    assert_string_equal(hosts.list[1].name, "i");
}

static struct sc_str text(const char *s)
{
    return (struct sc_str){s, strlen(s)};
}

static void test_output_is_compared_but_for_numbers(void **state)
{
    static const char *const keys[] = {"sk-12345678", NULL};
    struct sc_try_output calm_out = {text("id 7: hello world, 12 ms\n"), text("")};
    struct sc_try_output o = {text("id 812: hello world, 3 ms\n"), text("")};
    struct sc_try_seen seen = {.exit = 0};

    (void)state;
    sc_try_compare(&seen, &o, &calm_out);
    assert_true(seen.same && !seen.said);
    o.out = text("id 7: hello wo");
    sc_try_compare(&seen, &o, &calm_out);
    assert_true(!seen.same && seen.part && !seen.said);
    o.out = text("");
    o.err = text("curl: (18) what");
    sc_try_compare(&seen, &o, &calm_out);
    assert_true(!seen.same && !seen.part && seen.said);
    assert_false(sc_try_leaks(&o, keys));
    o.err = text("> Authorization: Bearer sk-12345678");
    assert_true(sc_try_leaks(&o, keys));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_script_says_what_its_fault_is_like),
        cmocka_unit_test(test_each_end),
        cmocka_unit_test(test_time_is_up_in_a_request_or_between_two),
        cmocka_unit_test(test_before_the_hint_is_too_early),
        cmocka_unit_test(test_too_often_in_vain_twice_and_never),
        cmocka_unit_test(test_words_names_and_sets),
        cmocka_unit_test(test_a_trace_is_read_as_requests),
        cmocka_unit_test(test_output_is_compared_but_for_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
