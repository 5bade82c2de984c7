/* The breaker's word: exactly the diagram, in single steps and in random schedules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/breaker.h"
#include "random.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)

static const struct sc_breaker_settings plain = {.enabled = true,
                                                 .consecutive_failures = 5,
                                                 .failure_ratio = 0.5,
                                                 .min_calls = 10,
                                                 .window_ms = 120000,
                                                 .open_ms = 30000,
                                                 .open_max_ms = 300000,
                                                 .success_threshold = 2,
                                                 .half_open_probes = 1};

static struct sc_breaker_ask admit(uint64_t *w, const struct sc_breaker_settings *s, int64_t now)
{
    struct sc_breaker_ask a = {.settings = s, .now_ns = now};

    *w = sc_breaker_admit(*w, &a);
    return a;
}

static struct sc_breaker_report settle(uint64_t *w, const struct sc_breaker_ask *a,
                                       enum sc_breaker_outcome o, int64_t now,
                                       const sc_word *window)
{
    struct sc_breaker_report r = {.settings = a->settings,
                                  .now_ns = now,
                                  .rnd = random64(),
                                  .generation = a->generation,
                                  .round = a->round,
                                  .outcome = o,
                                  .window = window};

    *w = sc_breaker_settle(*w, &r);
    return r;
}

static struct sc_breaker_report call(uint64_t *w, const struct sc_breaker_settings *s,
                                     enum sc_breaker_outcome o, int64_t now)
{
    struct sc_breaker_ask a = admit(w, s, now);

    assert_true(a.allowed);
    return settle(w, &a, o, now, NULL);
}

static enum sc_breaker_state state_of(uint64_t w, int64_t now)
{
    return sc_breaker_read(w, &plain, now).state;
}

static void open_up(uint64_t *w, int64_t now)
{
    for (int i = 0; i < 5; i++)
        call(w, &plain, SC_BREAKER_FAILURE, now);
    assert_int_equal(state_of(*w, now), SC_BREAKER_OPEN);
}

static void a_success_breaks_a_row_of_failures(void **state)
{
    uint64_t w = 0;

    (void)state;
    for (int i = 0; i < 20; i++)
        call(&w, &plain, i % 5 == 4 ? SC_BREAKER_SUCCESS : SC_BREAKER_FAILURE, SECOND);
    assert_int_equal(state_of(w, SECOND), SC_BREAKER_CLOSED);
}

static void what_the_caller_did_wrong_counts_neither_way(void **state)
{
    uint64_t w = 0;

    (void)state;
    for (int i = 0; i < 4; i++)
        call(&w, &plain, SC_BREAKER_FAILURE, SECOND);
    for (int i = 0; i < 50; i++)
        call(&w, &plain, i % 2 ? SC_BREAKER_ALIVE : SC_BREAKER_NEUTRAL, SECOND);
    assert_int_equal(state_of(w, SECOND), SC_BREAKER_CLOSED);
    call(&w, &plain, SC_BREAKER_FAILURE, SECOND);
    assert_int_equal(state_of(w, SECOND), SC_BREAKER_OPEN);
    assert_int_equal(sc_breaker_outcome_of(SC_CLASS_RATE_LIMITED), SC_BREAKER_NEUTRAL);
    assert_int_equal(sc_breaker_outcome_of(SC_CLASS_AUTH), SC_BREAKER_NEUTRAL);
    assert_int_equal(sc_breaker_outcome_of(SC_CLASS_BAD_REQUEST), SC_BREAKER_ALIVE);
    assert_int_equal(sc_breaker_outcome_of(SC_CLASS_OVERLOADED), SC_BREAKER_FAILURE);
}

static void half_of_the_calls_failing_opens_it(void **state)
{
    struct sc_breaker_settings s = plain;
    sc_word window[SC_WINDOW_WORDS] = {0};
    uint64_t w = 0;
    int64_t now = 5000 * SECOND;

    (void)state;
    s.consecutive_failures = 0;
    for (int i = 0; i < 20; i++) {
        struct sc_breaker_ask a = admit(&w, &s, now);
        bool bad = i % 2 == 1;
        struct sc_window_add add = {
            .epoch = sc_window_epoch(now, 120 * SECOND), .all = 1, .bad = bad};

        if (!a.allowed) {
            assert_int_equal(i, 10);
            return;
        }
        sc_word_update(&window[sc_window_index(add.epoch)], sc_window_add, &add);
        settle(&w, &a, bad ? SC_BREAKER_FAILURE : SC_BREAKER_SUCCESS, now, window);
        now += SECOND;
    }
    fail_msg("it never opened");
}

static void old_failures_slide_out_of_the_window(void **state)
{
    struct sc_breaker_settings s = plain;
    sc_word window[SC_WINDOW_WORDS] = {0};
    uint64_t w = 0;
    int64_t now = 5000 * SECOND;

    (void)state;
    s.consecutive_failures = 0;
    for (int i = 0; i < 200; i++) { /* one failure in 30 s: never ten in two minutes */
        struct sc_breaker_ask a = admit(&w, &s, now);
        struct sc_window_add add = {
            .epoch = sc_window_epoch(now, 120 * SECOND), .all = 1, .bad = 1};

        assert_true(a.allowed);
        sc_word_update(&window[sc_window_index(add.epoch)], sc_window_add, &add);
        settle(&w, &a, SC_BREAKER_FAILURE, now, window);
        now += 30 * SECOND;
    }
}

static void open_time_doubles_up_to_the_cap(void **state)
{
    uint64_t w = 0;
    int64_t now = 1000 * SECOND, expected = 30 * SECOND;

    (void)state;
    open_up(&w, now);
    for (int i = 0; i < 8; i++) {
        int64_t until = sc_breaker_read(w, &plain, now).at_ns;

        assert_true(until - now <= expected + 2 * MS);
        assert_true(until - now >= expected / 10 * 9);
        assert_false(admit(&w, &plain, until - 2 * MS).allowed);
        now = until;
        assert_true(call(&w, &plain, SC_BREAKER_FAILURE, now).opened);
        expected = expected * 2 > 300 * SECOND ? 300 * SECOND : expected * 2;
    }
}

static void a_long_quiet_time_forgives(void **state)
{
    uint64_t w = 0;
    int64_t now = 1000 * SECOND;

    (void)state;
    open_up(&w, now);
    now += 31 * SECOND;
    call(&w, &plain, SC_BREAKER_FAILURE, now);
    now += 61 * SECOND;
    call(&w, &plain, SC_BREAKER_SUCCESS, now);
    assert_true(call(&w, &plain, SC_BREAKER_SUCCESS, now).closed);
    now += 400 * SECOND;
    open_up(&w, now);
    assert_true(sc_breaker_read(w, &plain, now).at_ns - now <= 30 * SECOND + 2 * MS);
}

static void a_late_outcome_of_another_generation_is_ignored(void **state)
{
    uint64_t w = 0;
    int64_t now = 1000 * SECOND;
    struct sc_breaker_ask late = admit(&w, &plain, now), probe;

    (void)state;
    open_up(&w, now);
    now += 31 * SECOND;
    probe = admit(&w, &plain, now);
    assert_true(probe.probe);
    settle(&w, &late, SC_BREAKER_SUCCESS, now, NULL);
    settle(&w, &late, SC_BREAKER_SUCCESS, now, NULL);
    assert_int_equal(state_of(w, now), SC_BREAKER_HALF_OPEN);
    settle(&w, &late, SC_BREAKER_FAILURE, now, NULL);
    assert_int_equal(state_of(w, now), SC_BREAKER_HALF_OPEN);
}

static void a_probe_that_outlives_its_lease_is_still_evidence(void **state)
{
    uint64_t w = 0;
    int64_t now = 1000 * SECOND;
    struct sc_breaker_ask slow, next;

    (void)state;
    open_up(&w, now);
    now += 31 * SECOND;
    slow = admit(&w, &plain, now);
    now += 31 * SECOND;
    next = admit(&w, &plain, now);
    assert_true(next.probe);
    settle(&w, &slow, SC_BREAKER_SUCCESS, now, NULL);
    /* It freed nobody's permit... */
    assert_false(admit(&w, &plain, now).allowed);
    /* ...but its success counts. */
    assert_true(settle(&w, &next, SC_BREAKER_SUCCESS, now, NULL).closed);
}

static void a_wrong_request_proves_the_service_alive(void **state)
{
    uint64_t w = 0;
    int64_t now = 1000 * SECOND;

    (void)state;
    open_up(&w, now);
    now += 31 * SECOND;
    call(&w, &plain, SC_BREAKER_NEUTRAL, now);
    assert_int_equal(state_of(w, now), SC_BREAKER_HALF_OPEN);
    call(&w, &plain, SC_BREAKER_ALIVE, now);
    assert_true(call(&w, &plain, SC_BREAKER_ALIVE, now).closed);
}

/* ---- random schedules ---- */

#define OUT 24

struct walk {
    struct sc_breaker_settings s;
    uint64_t w;
    int64_t now;
    struct sc_breaker_ask out[OUT]; /* calls on their way */
    int64_t lease_end[OUT];
    int n;
};

static struct sc_breaker now_is(const struct walk *k)
{
    return sc_breaker_read(k->w, &k->s, k->now);
}

/* Probes of the current half-open phase whose lease has not ended. */
static int live_probes(const struct walk *k)
{
    struct sc_breaker b = now_is(k);
    int n = 0;

    for (int i = 0; i < k->n; i++)
        n += k->out[i].probe && k->out[i].generation == b.generation &&
             k->out[i].round == b.round && k->lease_end[i] > k->now;
    return n;
}

static void step_admit(struct walk *k)
{
    struct sc_breaker before = now_is(k), after;
    struct sc_breaker_ask a = admit(&k->w, &k->s, k->now);

    after = now_is(k);
    switch (before.state) {
    case SC_BREAKER_CLOSED:
        assert_true(a.allowed && !a.probe && after.state == SC_BREAKER_CLOSED);
        break;
    case SC_BREAKER_OPEN:
        assert_int_equal(a.allowed, k->now >= before.at_ns);
        assert_int_equal(after.state, a.allowed ? SC_BREAKER_HALF_OPEN : SC_BREAKER_OPEN);
        break;
    default:
        assert_int_equal(after.state, SC_BREAKER_HALF_OPEN);
        assert_int_equal(a.allowed, a.probe);
        assert_int_equal(a.allowed,
                         before.probes < (unsigned)k->s.half_open_probes || k->now >= before.at_ns);
    }
    if (!a.allowed)
        assert_true(a.retry_after_ns > 0);
    if (a.allowed && k->n < OUT) {
        k->lease_end[k->n] = k->now + sc_breaker_lease_ns(&k->s);
        k->out[k->n++] = a;
    }
    assert_true(live_probes(k) <= k->s.half_open_probes);
}

static void step_settle(struct walk *k)
{
    int i = (int)below(k->n);
    struct sc_breaker_ask a = k->out[i];
    struct sc_breaker before = now_is(k), after;
    enum sc_breaker_outcome o = (enum sc_breaker_outcome)below(4);
    bool counts = before.generation == a.generation && before.state != SC_BREAKER_OPEN;

    settle(&k->w, &a, o, k->now, NULL);
    k->out[i] = k->out[--k->n];
    k->lease_end[i] = k->lease_end[k->n];
    after = now_is(k);
    if (!counts) {
        assert_int_equal(after.state, before.state);
        assert_int_equal(after.generation, before.generation);
    } else if (before.state == SC_BREAKER_CLOSED) {
        bool trips =
            o == SC_BREAKER_FAILURE && before.failures + 1 >= (unsigned)k->s.consecutive_failures;

        assert_int_equal(after.state, trips ? SC_BREAKER_OPEN : SC_BREAKER_CLOSED);
    } else if (o == SC_BREAKER_FAILURE) {
        assert_int_equal(after.state, SC_BREAKER_OPEN);
    } else {
        bool closes =
            o != SC_BREAKER_NEUTRAL && before.successes + 1 >= (unsigned)k->s.success_threshold;

        assert_int_equal(after.state, closes ? SC_BREAKER_CLOSED : SC_BREAKER_HALF_OPEN);
    }
    if (after.state != before.state)
        assert_int_not_equal(after.generation, before.generation);
}

static void one_walk(void)
{
    struct walk k = {.s = plain, .now = SECOND + below(1000 * SECOND)};

    k.s.consecutive_failures = 1 + (int)below(4);
    k.s.success_threshold = 1 + (int)below(3);
    k.s.half_open_probes = 1 + (int)below(3);
    k.s.open_ms = 1000 + below(3000);
    for (int i = 0; i < 24; i++) {
        if (k.n == 0 || below(2))
            step_admit(&k);
        else
            step_settle(&k);
        if (below(3) == 0)
            k.now += below(4) ? below(SECOND) : below(10 * SECOND);
        if (k.n && below(16) == 0)
            k.n--; /* killed: never settles */
    }
}

static void random_schedules_follow_the_diagram(void **state)
{
    (void)state;
    for (int i = 0; i < 1000000; i++)
        one_walk();
}

static void no_damage_blocks_for_long(void **state)
{
    (void)state;
    for (int i = 0; i < 300000; i++) {
        int64_t now = 100000 * SECOND + below(1 << 30);
        uint64_t w = below(2)
                         ? random64()
                         : sc_breaker_write(&(struct sc_breaker){0}) ^ UINT64_C(1) << below(64);
        struct sc_breaker_ask a = admit(&w, &plain, now);

        if (!a.allowed) {
            assert_true(a.retry_after_ns <= 661 * SECOND);
            assert_true(admit(&w, &plain, now + a.retry_after_ns).allowed);
        }
        settle(&w, &a, (enum sc_breaker_outcome)below(4), now, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_success_breaks_a_row_of_failures),
        cmocka_unit_test(what_the_caller_did_wrong_counts_neither_way),
        cmocka_unit_test(half_of_the_calls_failing_opens_it),
        cmocka_unit_test(old_failures_slide_out_of_the_window),
        cmocka_unit_test(open_time_doubles_up_to_the_cap),
        cmocka_unit_test(a_long_quiet_time_forgives),
        cmocka_unit_test(a_late_outcome_of_another_generation_is_ignored),
        cmocka_unit_test(a_probe_that_outlives_its_lease_is_still_evidence),
        cmocka_unit_test(a_wrong_request_proves_the_service_alive),
        cmocka_unit_test(random_schedules_follow_the_diagram),
        cmocka_unit_test(no_damage_blocks_for_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
