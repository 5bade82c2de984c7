/* The engine as a table: what happened at which virtual time, and what came next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/call.h"

#define MS INT64_C(1000000)
#define T0 (INT64_C(5000) * MS)

static struct sc_settings settings(void)
{
    struct sc_settings s = {.retry = {.enabled = true}};
    for (int c = 0; c < SC_CLASS_COUNT; c++)
        s.retry.by_class[c] = (struct sc_strategy){
            .max_attempts = 4,
            .total_timeout_ms = 120000,
            .backoff = {.base_ms = 500, .factor = 2, .max_ms = 8000, .jitter = SC_JITTER_NONE},
        };
    return s;
}

static struct sc_result outcome(enum sc_class class, int64_t hint_ms)
{
    return (struct sc_result){
        .verdict = {class, sc_class_retryable(class), hint_ms, "test"},
        .replayable = true,
    };
}

struct run {
    struct sc_call call;
    struct sc_step step;
    int64_t now;
    int sent;
};

static void begin(struct run *r, const struct sc_settings *s, int64_t deadline)
{
    *r = (struct run){.now = T0};
    sc_call_begin(&r->call, s, T0, deadline);
    sc_call_next(&r->call, T0, &r->step);
    assert_int_equal(r->step.kind, SC_STEP_SEND);
}

/* An attempt of 10 ms with this result; then the waits pass until the next SEND or DELIVER. The
 * result is how long was waited in ms. */
static int64_t attempt(struct run *r, struct sc_result result, uint64_t rnd)
{
    int64_t waited = 0;
    r->sent++;
    r->now += 10 * MS;
    sc_call_outcome(&r->call, &result, r->now, rnd);
    sc_call_next(&r->call, r->now, &r->step);
    while (r->step.kind == SC_STEP_WAIT) {
        assert_true(r->step.until_ns > r->now);
        sc_call_next(&r->call, r->step.until_ns - 1, &r->step);
        assert_int_equal(r->step.kind, SC_STEP_WAIT); /* not a nanosecond early */
        waited += (r->step.until_ns - r->now) / MS;
        r->now = r->step.until_ns;
        sc_call_next(&r->call, r->now, &r->step);
    }
    return waited;
}

static void assert_delivered(const struct run *r, enum sc_give_up why)
{
    assert_int_equal(r->step.kind, SC_STEP_DELIVER);
    assert_string_equal(sc_give_up_name(r->call.give_up), sc_give_up_name(why));
}

static void a_success_is_delivered_at_once(void **state)
{
    (void)state;
    struct sc_settings s = settings();
    struct run r;
    begin(&r, &s, SC_NEVER);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_OK, -1), 7), 0);
    assert_delivered(&r, SC_GIVE_UP_NOT);
    assert_int_equal(r.call.attempts, 1);
}

static void two_failures_and_a_success(void **state)
{
    (void)state;
    struct sc_settings s = settings();
    struct run r;
    begin(&r, &s, SC_NEVER);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_OVERLOADED, -1), 7), 500);
    assert_int_equal(r.step.kind, SC_STEP_SEND);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 7), 1000);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_OK, -1), 7), 0);
    assert_delivered(&r, SC_GIVE_UP_NOT);
    assert_int_equal(r.call.attempts, 3);
}

static void attempts_are_counted_by_the_strategy_of_the_class(void **state)
{
    (void)state;
    struct sc_settings s = settings();
    s.retry.by_class[SC_CLASS_RATE_LIMITED].max_attempts = 2;
    struct run r;
    begin(&r, &s, SC_NEVER);
    while (r.step.kind == SC_STEP_SEND)
        attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 7);
    assert_int_equal(r.sent, 4);
    assert_delivered(&r, SC_GIVE_UP_ATTEMPTS);
    begin(&r, &s, SC_NEVER);
    while (r.step.kind == SC_STEP_SEND)
        attempt(&r, outcome(SC_CLASS_RATE_LIMITED, -1), 7);
    assert_int_equal(r.sent, 2);
    assert_delivered(&r, SC_GIVE_UP_ATTEMPTS);
}

/* Three refusals while a model loads, of twelve allowed, leave a lost connection its own three. */
static void one_class_does_not_use_up_the_attempts_of_another(void **state)
{
    (void)state;
    struct sc_settings s = settings();
    struct run r;
    s.retry.by_class[SC_CLASS_OVERLOADED].max_attempts = 12;
    s.retry.by_class[SC_CLASS_RETRYABLE].max_attempts = 3;
    begin(&r, &s, SC_NEVER);
    for (int i = 0; i < 3; i++)
        attempt(&r, outcome(SC_CLASS_OVERLOADED, -1), 7);
    for (int i = 0; i < 2; i++) {
        attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 7);
        assert_int_equal(r.step.kind, SC_STEP_SEND);
    }
    attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 7);
    assert_delivered(&r, SC_GIVE_UP_ATTEMPTS);
    assert_int_equal(r.sent, 6);
}

/* ... but whoever alternates between classes does not get the sum of all. */
static void all_classes_together_have_the_most_that_any_has(void **state)
{
    (void)state;
    struct sc_settings s = settings();
    struct run r;
    s.retry.by_class[SC_CLASS_OVERLOADED].max_attempts = 12;
    s.retry.by_class[SC_CLASS_RATE_LIMITED].max_attempts = 11;
    for (int c = 0; c < SC_CLASS_COUNT; c++)
        s.retry.by_class[c].total_timeout_ms = 0;
    begin(&r, &s, SC_NEVER);
    for (int i = 0; r.step.kind == SC_STEP_SEND; i++)
        attempt(&r, outcome(i % 2 ? SC_CLASS_RATE_LIMITED : SC_CLASS_OVERLOADED, -1), 7);
    assert_delivered(&r, SC_GIVE_UP_ATTEMPTS);
    assert_int_equal(r.sent, 12);
    assert_int_equal(sc_call_attempts_max(&s), 12);
    s.retry.enabled = false;
    assert_int_equal(sc_call_attempts_max(&s), 1);
}

static void what_forbids_a_retry_is_named(void **state)
{
    (void)state;
    static const enum sc_class final_classes[] = {SC_CLASS_QUOTA_EXHAUSTED, SC_CLASS_AUTH,
                                                  SC_CLASS_TOKEN_LIMIT,     SC_CLASS_CONTENT_POLICY,
                                                  SC_CLASS_NOT_FOUND,       SC_CLASS_BAD_REQUEST};
    struct sc_settings s = settings();
    struct run r;
    for (size_t i = 0; i < sizeof final_classes / sizeof *final_classes; i++) {
        begin(&r, &s, SC_NEVER);
        attempt(&r, outcome(final_classes[i], 1000), 7);
        assert_delivered(&r, SC_GIVE_UP_CLASS);
    }
    struct sc_result seen = outcome(SC_CLASS_RETRYABLE, -1);
    seen.committed = true;
    begin(&r, &s, SC_NEVER);
    attempt(&r, seen, 7);
    assert_delivered(&r, SC_GIVE_UP_COMMITTED);

    struct sc_result once = outcome(SC_CLASS_RETRYABLE, -1);
    once.replayable = false;
    begin(&r, &s, SC_NEVER);
    attempt(&r, once, 7);
    assert_delivered(&r, SC_GIVE_UP_BODY);

    begin(&r, &s, SC_NEVER);
    attempt(&r, outcome(SC_CLASS_ABORTED, -1), 7);
    assert_delivered(&r, SC_GIVE_UP_ABORTED);

    s.retry.enabled = false;
    begin(&r, &s, SC_NEVER);
    attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 7);
    assert_delivered(&r, SC_GIVE_UP_DISABLED);
}

static void a_hint_is_a_floor_whatever_the_random_bits(void **state)
{
    (void)state;
    static const uint64_t bits[] = {0, 1, UINT64_MAX / 3, UINT64_MAX};
    struct sc_settings s = settings();
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        struct run r;
        begin(&r, &s, SC_NEVER);
        int64_t waited = attempt(&r, outcome(SC_CLASS_RATE_LIMITED, 2000), bits[i]);
        assert_in_range(waited, 2001, 2500);
        assert_int_equal(r.call.wait_reason, SC_WAIT_HINT);
        assert_int_equal(r.step.kind, SC_STEP_SEND);
    }
}

static void a_hint_beyond_the_programs_timeout_gives_up_now(void **state)
{
    (void)state;
    struct sc_settings s = settings();
    struct run r;
    begin(&r, &s, T0 + 1000 * MS);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_RATE_LIMITED, 2000), 7), 0);
    assert_delivered(&r, SC_GIVE_UP_DEADLINE);
    assert_int_equal(r.now, T0 + 10 * MS);
}

static void a_hint_that_just_fits_is_waited_for_with_less_jitter(void **state)
{
    (void)state;
    struct sc_settings s = settings();
    struct run r;
    begin(&r, &s, T0 + 2100 * MS);
    int64_t waited = attempt(&r, outcome(SC_CLASS_RATE_LIMITED, 2000), UINT64_MAX);
    assert_in_range(waited, 2001, 2089);
    assert_int_equal(r.step.kind, SC_STEP_SEND);
}

static void an_own_delay_beyond_the_programs_timeout_gives_up_now(void **state)
{
    (void)state;
    struct sc_settings s = settings();
    struct run r;
    begin(&r, &s, T0 + 1200 * MS);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 7), 500);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 7), 0);
    assert_delivered(&r, SC_GIVE_UP_DEADLINE);
    assert_int_equal(r.sent, 2);
}

static void the_timeout_of_an_attempt_does_not_bound_the_call(void **state)
{
    (void)state;
    struct sc_settings s = settings();
    s.program_timeout = SC_TIMEOUT_PER_ATTEMPT;
    struct run r;
    begin(&r, &s, T0 + 100 * MS);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 7), 500);
    assert_int_equal(r.step.kind, SC_STEP_SEND);
}

static void total_timeout_is_the_one_of_the_class(void **state)
{
    (void)state;
    struct sc_settings s = settings();
    s.retry.by_class[SC_CLASS_RETRYABLE].total_timeout_ms = 1000;
    s.retry.by_class[SC_CLASS_OVERLOADED].total_timeout_ms = 0; /* none */
    struct run r;
    begin(&r, &s, SC_NEVER);
    attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 7);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 7), 0);
    assert_delivered(&r, SC_GIVE_UP_TOTAL);
    begin(&r, &s, SC_NEVER);
    assert_in_range(attempt(&r, outcome(SC_CLASS_OVERLOADED, 119000), 0), 119001, 135000);
    assert_int_equal(r.step.kind, SC_STEP_SEND);
}

static void an_overslept_deadline_is_not_sent_into(void **state)
{
    (void)state;
    struct sc_settings s = settings();
    struct run r;
    struct sc_result failed = outcome(SC_CLASS_RETRYABLE, -1);
    begin(&r, &s, T0 + 1000 * MS);
    sc_call_outcome(&r.call, &failed, T0 + 10 * MS, 7);
    sc_call_next(&r.call, T0 + 1500 * MS, &r.step);
    assert_delivered(&r, SC_GIVE_UP_DEADLINE);
}

static void a_directive_retries_what_we_never_would(void **state)
{
    (void)state;
    struct sc_settings s = settings();
    struct sc_result r400 = outcome(SC_CLASS_BAD_REQUEST, -1);
    r400.verdict.retry = true;
    struct run r;
    begin(&r, &s, SC_NEVER);
    assert_int_equal(attempt(&r, r400, 7), 500);
    assert_int_equal(r.step.kind, SC_STEP_SEND);
    struct sc_result r503 = outcome(SC_CLASS_OVERLOADED, -1);
    r503.verdict.retry = false;
    attempt(&r, r503, 7);
    assert_delivered(&r, SC_GIVE_UP_CLASS);
}

static void a_hint_beyond_patience_has_its_own_reason(void **state)
{
    (void)state;
    struct sc_settings s = settings();
    struct sc_result r429 = outcome(SC_CLASS_RATE_LIMITED, SC_HINT_PATIENCE_MS + 1);
    r429.verdict.retry = false;
    struct run r;
    begin(&r, &s, SC_NEVER);
    attempt(&r, r429, 7);
    assert_delivered(&r, SC_GIVE_UP_HINT);
}

static void a_repeated_attempt_is_sent_at_once_and_takes_none_of_the_others(void **state)
{
    struct sc_settings s = settings();
    struct sc_result bad = outcome(SC_CLASS_BAD_REQUEST, 0);
    struct run r;

    (void)state;
    begin(&r, &s, SC_NEVER);
    sc_call_outcome(&r.call, &bad, r.now, 0);
    sc_call_repeat(&r.call, r.now);
    assert_false(sc_call_wants_retry(&r.call));
    sc_call_next(&r.call, r.now, &r.step);
    assert_int_equal(r.step.kind, SC_STEP_SEND);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_RETRYABLE, 0), 0), 500);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_RETRYABLE, 0), 0), 1000);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_RETRYABLE, 0), 0), 2000);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_RETRYABLE, 0), 0), 0);
    assert_int_equal(r.step.kind, SC_STEP_DELIVER);
    assert_int_equal(r.call.attempts, 5);
    assert_int_equal(r.call.give_up, SC_GIVE_UP_ATTEMPTS);
}

static void a_call_of_several_requests_has_all_attempts_and_time_for_each(void **state)
{
    struct sc_settings s = settings();
    struct run r;

    (void)state;
    begin(&r, &s, SC_NEVER);
    for (int part = 0; part < 3; part++) {
        r.now += 100000 * MS; /* most of what total_timeout_ms allows */
        assert_int_equal(attempt(&r, outcome(SC_CLASS_RETRYABLE, 0), 0), 500);
        assert_int_equal(attempt(&r, outcome(SC_CLASS_RETRYABLE, 0), 0), 1000);
        assert_int_equal(attempt(&r, outcome(SC_CLASS_OK, 0), 0), 0);
        assert_int_equal(r.step.kind, SC_STEP_DELIVER);
        sc_call_continue(&r.call, r.now);
        sc_call_next(&r.call, r.now, &r.step);
        assert_int_equal(r.step.kind, SC_STEP_SEND);
    }
    assert_int_equal(r.call.attempts, 9);
}

/* A target that has another behind it: two attempts of a class, no long waits. */
static void a_chain_is_not_kept_waiting_by_its_first_target(void **state)
{
    struct sc_settings s = settings();
    struct run r;

    (void)state;
    begin(&r, &s, SC_NEVER);
    sc_call_chained(&r.call, true);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_OVERLOADED, -1), 0), 500);
    attempt(&r, outcome(SC_CLASS_OVERLOADED, -1), 0);
    assert_delivered(&r, SC_GIVE_UP_ATTEMPTS);

    begin(&r, &s, SC_NEVER);
    sc_call_chained(&r.call, true);
    assert_true(attempt(&r, outcome(SC_CLASS_RATE_LIMITED, 1000), 0) >= 1000);
    assert_int_equal(r.step.kind, SC_STEP_SEND);
    attempt(&r, outcome(SC_CLASS_RATE_LIMITED, 30000), 0);
    assert_int_equal(r.step.kind, SC_STEP_DELIVER);

    begin(&r, &s, SC_NEVER);
    sc_call_chained(&r.call, true);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_RATE_LIMITED, SC_CHAIN_WAIT_MS + 1), 0), 0);
    assert_delivered(&r, SC_GIVE_UP_CHAIN);
}

/* The next target has all its attempts, and none of the first one's backoff; the deadline and the
 * time that all of it may take are the call's. */
static void a_move_is_made_at_once_and_with_attempts_of_its_own(void **state)
{
    struct sc_wish move = {SC_MOVE, SC_GIVE_UP_NOT};
    struct sc_settings s = settings();
    struct run r;

    (void)state;
    begin(&r, &s, T0 + 20000 * MS);
    sc_call_chained(&r.call, true);
    attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 0);
    attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 0);
    assert_delivered(&r, SC_GIVE_UP_ATTEMPTS);
    sc_call_apply(&r.call, move, r.now);
    sc_call_next(&r.call, r.now, &r.step);
    assert_int_equal(r.step.kind, SC_STEP_SEND);

    sc_call_chained(&r.call, false);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 0), 500);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 0), 1000);
    assert_int_equal(attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 0), 2000);
    attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 0);
    assert_delivered(&r, SC_GIVE_UP_ATTEMPTS);
    assert_int_equal(r.call.attempts, 6);

    r.now = T0 + 20000 * MS;
    sc_call_apply(&r.call, move, r.now);
    sc_call_next(&r.call, r.now, &r.step);
    assert_delivered(&r, SC_GIVE_UP_DEADLINE);
}

static void a_moves_time_counts_from_the_calls_start(void **state)
{
    struct sc_wish move = {SC_MOVE, SC_GIVE_UP_NOT};
    struct sc_settings s = settings();
    struct run r;

    (void)state;
    s.retry.by_class[SC_CLASS_RETRYABLE].total_timeout_ms = 1000;
    begin(&r, &s, SC_NEVER);
    attempt(&r, outcome(SC_CLASS_AUTH, -1), 0);
    r.now = T0 + 900 * MS;
    sc_call_apply(&r.call, move, r.now);
    sc_call_next(&r.call, r.now, &r.step);
    attempt(&r, outcome(SC_CLASS_RETRYABLE, -1), 0);
    assert_delivered(&r, SC_GIVE_UP_TOTAL);
}

static void wishes_rise_from_stop_to_continue(void **state)
{
    (void)state;
    assert_true(SC_STOP < SC_MOVE && SC_MOVE < SC_REPEAT && SC_REPEAT < SC_CONTINUE);
}

static void every_reason_has_a_name(void **state)
{
    (void)state;
    for (int g = SC_GIVE_UP_NOT; g <= SC_GIVE_UP_TARGETS; g++)
        assert_string_not_equal(sc_give_up_name((enum sc_give_up)g), "unknown");
    assert_string_equal(sc_wait_reason_name(SC_WAIT_BACKOFF), "backoff");
    assert_string_equal(sc_wait_reason_name(SC_WAIT_HINT), "hint");
    assert_string_equal(sc_wait_reason_name(SC_WAIT_GATE), "gate");
    assert_string_equal(sc_wait_reason_name(SC_WAIT_LIMIT), "limit");
}

static void classes_are_found_by_name(void **state)
{
    (void)state;
    for (int c = 0; c < SC_CLASS_COUNT; c++)
        assert_int_equal(sc_class_by_name(sc_class_name((enum sc_class)c)), c);
    assert_int_equal(sc_class_by_name("nonsense"), SC_CLASS_COUNT);
    assert_int_equal(sc_class_by_name(NULL), SC_CLASS_COUNT);
    assert_true(sc_class_retryable(SC_CLASS_RATE_LIMITED));
    assert_false(sc_class_counts_for_breaker(SC_CLASS_RATE_LIMITED));
    assert_true(sc_class_counts_for_breaker(SC_CLASS_OVERLOADED));
    assert_false(sc_class_retryable(SC_CLASS_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_success_is_delivered_at_once),
        cmocka_unit_test(two_failures_and_a_success),
        cmocka_unit_test(attempts_are_counted_by_the_strategy_of_the_class),
        cmocka_unit_test(one_class_does_not_use_up_the_attempts_of_another),
        cmocka_unit_test(all_classes_together_have_the_most_that_any_has),
        cmocka_unit_test(what_forbids_a_retry_is_named),
        cmocka_unit_test(a_hint_is_a_floor_whatever_the_random_bits),
        cmocka_unit_test(a_hint_beyond_the_programs_timeout_gives_up_now),
        cmocka_unit_test(a_hint_that_just_fits_is_waited_for_with_less_jitter),
        cmocka_unit_test(an_own_delay_beyond_the_programs_timeout_gives_up_now),
        cmocka_unit_test(the_timeout_of_an_attempt_does_not_bound_the_call),
        cmocka_unit_test(total_timeout_is_the_one_of_the_class),
        cmocka_unit_test(an_overslept_deadline_is_not_sent_into),
        cmocka_unit_test(a_directive_retries_what_we_never_would),
        cmocka_unit_test(a_hint_beyond_patience_has_its_own_reason),
        cmocka_unit_test(a_repeated_attempt_is_sent_at_once_and_takes_none_of_the_others),
        cmocka_unit_test(a_call_of_several_requests_has_all_attempts_and_time_for_each),
        cmocka_unit_test(a_chain_is_not_kept_waiting_by_its_first_target),
        cmocka_unit_test(a_move_is_made_at_once_and_with_attempts_of_its_own),
        cmocka_unit_test(a_moves_time_counts_from_the_calls_start),
        cmocka_unit_test(wishes_rise_from_stop_to_continue),
        cmocka_unit_test(every_reason_has_a_name),
        cmocka_unit_test(classes_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
