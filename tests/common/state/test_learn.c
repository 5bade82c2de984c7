/* What the shared state makes of the service's own limits, on a virtual clock. */
#include "support.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)

static struct sc_settings learning(void)
{
    struct sc_settings s = plain_settings();

    s.limits.learn = true;
    return s;
}

static struct sc_ratelimit said(int64_t limit, int64_t remaining, int64_t reset_ms)
{
    return (struct sc_ratelimit){
        {{limit, remaining, reset_ms, 60000, SC_RATE_BUCKET}, {-1, -1, -1, 0, SC_RATE_BUCKET}}};
}

static void begin(struct sc_ticket *t, const struct sc_settings *s, int64_t now)
{
    struct sc_scope_key k = key_for("api.example.com", "m", "secret");

    sc_state_begin(t, &k, s, &(struct sc_call_facts){.deadline_ns = SC_NEVER}, now);
}

static struct sc_admission ask(struct sc_ticket *t, const struct sc_settings *s, int64_t tokens,
                               int64_t now)
{
    struct sc_admission a;

    begin(t, s, now);
    sc_state_admit(t, tokens, now, 7, &a);
    return a;
}

static void settle(struct sc_ticket *t, enum sc_class class, int64_t used, int64_t now)
{
    sc_state_settle(t,
                    &(struct sc_attempt_facts){.class = class,
                                               .hint_ms = -1,
                                               .used_tokens = used,
                                               .input_tokens = -1,
                                               .output_tokens = -1},
                    now, 1, NULL);
    sc_state_end(t, class, SC_END_OK, now, 1, NULL);
}

/* One call whose answer says so; the wait it had, in ms. */
static int64_t call(const struct sc_settings *s, const struct sc_ratelimit *r, enum sc_class class,
                    int64_t now)
{
    struct sc_ticket t;
    struct sc_admission a = ask(&t, s, 0, now);
    int64_t start = a.verdict == SC_ADMIT_WAIT ? a.until_ns : now;

    assert_int_not_equal(a.verdict, SC_ADMIT_REFUSE);
    if (r)
        sc_state_told(&t, r, class == SC_CLASS_RATE_LIMITED, start, start);
    settle(&t, class, -1, start);
    return (start - now) / MS;
}

static void what_runs_out_is_spread_before_it_is_refused(void **state)
{
    struct sc_settings s = learning();
    struct sc_ratelimit low = said(600, 1, 59900), full = said(600, 599, 100);
    int64_t now = 1000 * SECOND;

    (void)state;
    assert_int_equal(call(&s, &low, SC_CLASS_OK, now), 0);
    assert_in_range(call(&s, NULL, SC_CLASS_OK, now), 100, 4000);
    assert_in_range(call(&s, NULL, SC_CLASS_OK, now), 200, 4100);
    for (int i = 0; i < 20; i++) /* and it recovers at once when the service says so */
        assert_in_range(call(&s, &full, SC_CLASS_OK, now + 10 * SECOND), 0, i < 2 ? 5000 : 0);
}

static void the_policys_own_limit_is_never_exceeded(void **state)
{
    struct sc_settings s = learning();
    struct sc_ratelimit plenty = said(60000, 59999, 1);
    int64_t now = 1000 * SECOND;

    (void)state;
    s.limits.rpm = 60;
    for (int i = 0; i < 5; i++)
        assert_int_equal(call(&s, &plenty, SC_CLASS_OK, now), i * 1000);
}

static void nothing_is_learned_when_the_policy_says_so(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_ratelimit none = said(60, 0, 60000);

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(call(&s, &none, SC_CLASS_RATE_LIMITED, 1000 * SECOND), 0);
}

static void others_who_use_the_same_key_are_seen(void **state)
{
    struct sc_settings s = learning();
    int64_t now = 1000 * SECOND;
    int64_t wait = 0;
    int remaining = 600;

    (void)state;
    /* We send one and the service counts ten: soon ours must wait. */
    for (; remaining > 60; now += 50 * MS) {
        struct sc_ratelimit r = said(600, remaining - 10, (610 - remaining) * 100);

        remaining -= 10;

        assert_in_range(call(&s, &r, SC_CLASS_OK, now), 0, 0);
    }
    for (int i = 0; i < 40; i++) /* in a burst of our own */
        wait = call(&s, NULL, SC_CLASS_OK, now);
    assert_in_range(wait, 1, 4000);
}

static void tokens_are_paced_too(void **state)
{
    struct sc_settings s = learning();
    struct sc_ratelimit r = {
        {{-1, -1, -1, 0, SC_RATE_BUCKET}, {60000, 5000, 55000, 60000, SC_RATE_BUCKET}}};
    int64_t now = 1000 * SECOND;
    struct sc_admission a;
    struct sc_ticket t;

    (void)state;
    begin(&t, &s, now);
    assert_false(sc_state_counts_tokens(&t, now));
    sc_state_admit(&t, 0, now, 7, &a);
    sc_state_told(&t, &r, false, now, now);
    settle(&t, SC_CLASS_OK, 100, now);
    a = ask(&t, &s, 500, now);
    assert_true(sc_state_counts_tokens(&t, now));
    assert_int_equal(a.verdict, SC_ADMIT_GO);
    settle(&t, SC_CLASS_OK, 500, now);
    a = ask(&t, &s, 10000, now); /* 4500 are left, a token a millisecond */
    assert_int_equal(a.verdict, SC_ADMIT_WAIT);
    assert_in_range(a.until_ns - now, 5000 * MS, 10000 * MS);
}

static void a_service_that_says_nothing_is_found_out_by_trying(void **state)
{
    struct sc_settings s = learning();
    int64_t now = 1000 * SECOND;

    (void)state;
    for (int i = 0; i < 200; i++, now += 100 * MS)
        assert_int_equal(call(&s, NULL, SC_CLASS_OK, now), 0);
    for (int i = 0; i < 2; i++, now += 2 * SECOND) /* a lone one is no limit */
        assert_int_equal(call(&s, NULL, SC_CLASS_RATE_LIMITED, now), 0);
    for (int i = 0; i < 10; i++)
        call(&s, NULL, SC_CLASS_OK, now);
    assert_in_range(call(&s, NULL, SC_CLASS_OK, now), 20, 1000);
    assert_int_equal(call(&s, NULL, SC_CLASS_OK, now + 300 * SECOND), 0); /* forgotten */
}

/* A pace that cannot be true stops nobody for longer than a minute. */
static void what_nothing_confirms_is_tried_again(void **state)
{
    struct sc_settings s = learning();
    struct sc_ratelimit never = said(1, 0, 60000), full = said(6000, 5999, 10);
    int64_t now = 1000 * SECOND;
    struct sc_admission a;
    struct sc_ticket t;

    (void)state;
    s.limits.max_wait_ms = 100;
    call(&s, &never, SC_CLASS_RATE_LIMITED, now);
    assert_int_equal(ask(&t, &s, 0, now + SECOND).verdict, SC_ADMIT_REFUSE);
    now += 62 * SECOND;
    a = ask(&t, &s, 0, now);
    assert_int_equal(a.verdict, SC_ADMIT_GO);
    assert_int_equal(ask(&(struct sc_ticket){0}, &s, 0, now).verdict, SC_ADMIT_GO);
    sc_state_told(&t, &full, false, now, now);
    settle(&t, SC_CLASS_OK, -1, now);
    for (int i = 0; i < 20; i++)
        assert_int_equal(call(&s, &full, SC_CLASS_OK, now + 5 * SECOND), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, fresh, done)
    const struct CMUnitTest tests[] = {
        T(what_runs_out_is_spread_before_it_is_refused),
        T(the_policys_own_limit_is_never_exceeded),
        T(nothing_is_learned_when_the_policy_says_so),
        T(others_who_use_the_same_key_are_seen),
        T(tokens_are_paced_too),
        T(a_service_that_says_nothing_is_found_out_by_trying),
        T(what_nothing_confirms_is_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
