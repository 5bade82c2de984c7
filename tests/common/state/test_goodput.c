/*
 * What the built-in settings are worth, in virtual time on the very core: calls that are answered
 * when a service is flaky, attempts that it is spared when it is overwhelmed or dead. The defaults
 * of retry, retry budget and breaker were chosen by these.
 */
#include "goodput.h"

#include "policy/policy.h"

static struct sc_settings builtin;

static const struct service quick = {.fault_ns = 20 * MS, .answer_ns = 200 * MS};
/* Failures come at once, answers of a model take their time. */
static const struct service model = {.fault_ns = 50 * MS, .answer_ns = 8 * SECOND};

static struct service failing(struct service s, double faults)
{
    s.faults = faults;
    return s;
}

static int begin_tests(void **state)
{
    struct sc_policy *p = sc_policy_builtin();

    (void)state;
    use_fresh_folder();
    memcpy(&builtin, sc_policy_rule(p, 0)->settings, sizeof builtin);
    sc_policy_free(p);
    return 0;
}

static int end_tests(void **state)
{
    (void)state;
    drop_folder();
    return 0;
}

static void drop(struct world *w)
{
    free(w->calls);
    free(w->events);
    free(w);
}

/* For every so many parts of all calls one may be lost, and each may have so many attempts. */
static void assert_good(const struct sc_settings *s, struct service service, struct load load,
                        int lost_of, double attempts)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct world *w = play(s, service, load, seed);

        print_message("%d %% faults, %d workers: %d of %d answered, %.2f attempts a call\n",
                      (int)(100 * service.faults), load.workers, w->all.answered, w->all.calls,
                      (double)w->all.attempts / w->all.calls);
        assert_true((w->all.calls - w->all.answered) * lost_of <= w->all.calls);
        assert_true(w->all.attempts <= attempts * w->all.calls);
        drop(w);
    }
}

static void three_of_ten_attempts_may_fail(void **state)
{
    (void)state;
    assert_good(&builtin, failing(quick, 0.3), (struct load){.workers = 4, .calls = 400}, 1000,
                1.5);
    assert_good(&builtin, failing(quick, 0.3), (struct load){.workers = 4, .calls = 10000}, 1000,
                1.5);
    assert_good(&builtin, failing(quick, 0.3), (struct load){.workers = 50, .calls = 10000}, 1000,
                1.5);
}

/* Many calls begin at the same time, on a machine that knows nothing of the service yet: thirty of
 * a hundred have failed before the first answer comes. */
static void failures_that_come_before_the_first_answer_prove_nothing(void **state)
{
    (void)state;
    assert_good(&builtin, failing(model, 0.3), (struct load){.workers = 64, .calls = 2000}, 1000,
                1.5);
    assert_good(&builtin, failing(model, 0.3), (struct load){.workers = 300, .calls = 3000}, 1000,
                1.5);
    assert_good(&builtin, failing(model, 0.4), (struct load){.workers = 300, .calls = 3000}, 500,
                1.8);
}

/* Of a thousand scripts, each alone on its machine. */
static void a_script_of_sixty_calls_loses_none_where_four_of_ten_attempts_fail(void **state)
{
    int lost = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct world *w =
            play(&builtin, failing(quick, 0.4), (struct load){.workers = 1, .calls = 60}, seed);

        lost += w->all.answered < w->all.calls;
        drop(w);
    }
    print_message("%d of 1000 scripts lost a call\n", lost);
    assert_true(lost <= 5); /* of budget: 0.03 %, as a random walk goes; of attempts: 0.1 % */
}

static void a_dead_service_is_left_alone(void **state)
{
    struct sc_settings no_breaker;
    struct service hanging = failing(model, 1);

    (void)state;
    hanging.fault_ns = 30 * SECOND;
    memcpy(&no_breaker, &builtin, sizeof builtin);
    no_breaker.breaker.enabled = false;
    assert_good(&builtin, failing(quick, 1), (struct load){.workers = 4, .calls = 400}, 1, 0.15);
    assert_good(&builtin, failing(quick, 1), (struct load){.workers = 64, .calls = 400}, 1, 1.2);
    assert_good(&builtin, hanging, (struct load){.workers = 64, .calls = 400}, 1, 1.2);
    /* The retry budget alone does it, too. */
    assert_good(&no_breaker, failing(quick, 1), (struct load){.workers = 4, .calls = 400}, 1, 1.2);
    assert_good(&no_breaker, failing(quick, 1), (struct load){.workers = 64, .calls = 400}, 1, 1.2);
}

/* Attempts for each one served, the worst two minutes of those from `from` to `to`. */
static double worst_mean(const struct world *w, int from, int to)
{
    double worst = 0;

    for (int b = from; b + 12 <= to; b++) {
        int attempts = 0, served = 0;

        for (int i = b; i < b + 12; i++) {
            attempts += w->bins[i].attempts;
            served += w->bins[i].served;
        }
        if (attempts > worst * served)
            worst = (double)attempts / served;
    }
    return worst;
}

/* Half as many calls again as the service has room for, for five minutes; the excess fails at once,
 * or after two seconds. Then half of what it has room for. */
static void an_overwhelmed_service_is_spared(void **state)
{
    struct load load = {.for_ns = 300 * SECOND};

    (void)state;
    for (int k = 0; k < 8; k++) {
        struct service s = {.slots = k % 2 ? 40 : 20,
                            .fault_ns = (k / 2 % 2 ? 2000 : 20) * MS,
                            .answer_ns = 2 * SECOND};
        struct world *w;
        int calls = 0, answered = 0;

        load.per_second = 1.5 * s.slots / 2;
        load.afterwards = 0.5 * s.slots / 2;
        w = play(&builtin, s, load, (uint64_t)k);
        for (int b = 31; b < 60; b++) {
            calls += w->bins[b].calls;
            answered += w->bins[b].answered;
        }
        print_message("%d slots: %.3f attempts for each one served, %d of %d from 10 s after\n",
                      s.slots, worst_mean(w, 0, 30), answered, calls);
        assert_true(worst_mean(w, 0, 30) <= 2);
        assert_int_equal(w->breaker_refusals, 0);
        assert_true((calls - answered) * 200 <= calls); /* it may well fail by chance */
        assert_true((w->bins[31].calls - w->bins[31].answered) * 50 <= w->bins[31].calls);
        drop(w);
    }
}

/* The budget gives up before the service does, and says so; it must not make things worse. */
static void where_six_of_ten_fail_nothing_is_worse_than_without_retries(void **state)
{
    struct sc_settings plain;
    struct load few = {.workers = 4, .calls = 4000}, many = {.workers = 64, .calls = 4000};

    (void)state;
    memcpy(&plain, &builtin, sizeof builtin);
    plain.retry.enabled = plain.breaker.enabled = false;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        for (int k = 0; k < 2; k++) {
            struct world *with =
                play(&builtin, failing(k ? model : quick, 0.6), k ? many : few, seed);
            struct world *without =
                play(&plain, failing(k ? model : quick, 0.6), k ? many : few, seed);

            print_message("60 %% faults: %d of %d answered, without retries %d\n",
                          with->all.answered, with->all.calls, without->all.answered);
            assert_true(with->all.answered * 100 >= without->all.answered * 98);
            assert_true(with->budget_refusals > 1000);
            drop(with);
            drop(without);
        }
    }
}

/* A restart of the service, while ten calls a second go on. */
static void ten_seconds_away_cost_no_call(void **state)
{
    struct service s = quick;

    (void)state;
    s.away_from_ns = 120 * SECOND;
    s.away_for_ns = 10 * SECOND;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct world *w =
            play(&builtin, s, (struct load){.per_second = 10, .for_ns = 200 * SECOND}, seed);

        print_message("away for 10 s: %d of %d answered, %d attempts\n", w->all.answered,
                      w->all.calls, w->all.attempts);
        assert_int_equal(w->all.answered, w->all.calls);
        drop(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_of_ten_attempts_may_fail),
        cmocka_unit_test(failures_that_come_before_the_first_answer_prove_nothing),
        cmocka_unit_test(a_script_of_sixty_calls_loses_none_where_four_of_ten_attempts_fail),
        cmocka_unit_test(a_dead_service_is_left_alone),
        cmocka_unit_test(an_overwhelmed_service_is_spared),
        cmocka_unit_test(where_six_of_ten_fail_nothing_is_worse_than_without_retries),
        cmocka_unit_test(ten_seconds_away_cost_no_call),
    };
    return cmocka_run_group_tests(tests, begin_tests, end_tests);
}
