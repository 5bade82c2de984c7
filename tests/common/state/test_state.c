/* The shared state through its shim-facing interface, on a virtual clock. */
#include "support.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)

static struct sc_admission ask(struct sc_ticket *t, int64_t tokens, int64_t now)
{
    struct sc_admission a;

    sc_state_admit(t, tokens, now, 7, &a);
    return a;
}

static void begin(struct sc_ticket *t, const struct sc_settings *s, const char *model, int64_t now)
{
    struct sc_scope_key k = key_for("api.example.com", model, "secret");

    sc_state_begin(t, &k, s, &(struct sc_call_facts){.deadline_ns = SC_NEVER}, now);
}

static void settle(struct sc_ticket *t, enum sc_class class, int64_t hint_ms, int64_t used,
                   int64_t now, struct sc_effects *fx)
{
    sc_state_settle(t,
                    &(struct sc_attempt_facts){.class = class,
                                               .proof = SC_PROOF_SAID,
                                               .hint_ms = hint_ms,
                                               .used_tokens = used,
                                               .input_tokens = -1,
                                               .output_tokens = -1,
                                               .ms = 10},
                    now, 1, fx);
}

static void one_call(const struct sc_settings *s, enum sc_class class, int64_t now,
                     struct sc_admission *a, struct sc_effects *fx)
{
    struct sc_ticket t;

    begin(&t, s, "m", now);
    *a = ask(&t, 0, now);
    if (a->verdict == SC_ADMIT_GO)
        settle(&t, class, -1, -1, now, fx);
    sc_state_end(&t, class, class == SC_CLASS_OK ? SC_END_OK : SC_END_FAILED, now, 1, fx);
}

static void calls_wait_for_their_slot_in_order(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_ticket t[4];
    int64_t now = 1000 * SECOND;

    (void)state;
    s.limits.rpm = 600;
    for (int i = 0; i < 4; i++) {
        struct sc_admission a;

        begin(&t[i], &s, "m", now);
        a = ask(&t[i], 0, now);
        assert_int_equal(a.verdict, i == 0 ? SC_ADMIT_GO : SC_ADMIT_WAIT);
        if (i > 0)
            assert_int_equal(a.until_ns - now, i * 100 * MS);
    }
}

static void a_wait_longer_than_allowed_is_refused_at_once(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_admission a;
    struct sc_ticket t;
    int64_t now = 1000 * SECOND;

    (void)state;
    s.limits.rpm = 60;
    s.limits.max_wait_ms = 2500;
    for (int i = 0; i < 4; i++) {
        begin(&t, &s, "m", now);
        a = ask(&t, 0, now);
    }
    assert_int_equal(a.verdict, SC_ADMIT_REFUSE);
    assert_int_equal(a.refusal, SC_REFUSE_LIMIT);
    assert_in_range(a.retry_after_ms, 3000, 3001);
}

static void a_request_that_can_never_fit_is_told_so(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_ticket t;
    struct sc_admission a;

    (void)state;
    s.limits.tpm = 1000;
    begin(&t, &s, "m", SECOND);
    a = ask(&t, 1001, SECOND);
    assert_int_equal(a.refusal, SC_REFUSE_NEVER_FITS);
    assert_int_equal(a.retry_after_ms, 0);
}

static void a_refund_moves_the_waiters_up(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_ticket first, second;
    struct sc_admission a;
    int64_t now = 1000 * SECOND;

    (void)state;
    s.limits.tpm = 60000; /* a token a millisecond */
    begin(&first, &s, "m", now);
    begin(&second, &s, "m", now);
    assert_int_equal(ask(&first, 10000, now).verdict, SC_ADMIT_GO);
    a = ask(&second, 5000, now);
    assert_int_equal(a.until_ns - now, 10 * SECOND);
    settle(&first, SC_CLASS_OK, -1, 3000, now + SECOND, NULL);
    sc_state_recheck(&second, now + SECOND, 7, &a);
    assert_int_equal(a.verdict, SC_ADMIT_WAIT);
    assert_int_equal(a.until_ns - now, 3 * SECOND);
}

/* Twelve callers that always have work, each asking for far more tokens than it will use. Time is
 * virtual: at each step the caller that is due next moves on. */
#define CALLERS 12
#define LIMIT 600000

struct caller {
    struct sc_ticket t;
    struct sc_admission a;
    int64_t due;
    enum { IDLE, WAITING, SENT } phase;
    int64_t will_use;
};

struct use {
    int64_t at, tokens;
};

static void move_on(struct caller *c, const struct sc_settings *s, struct use *uses, int *n)
{
    int64_t now = c->due;

    switch (c->phase) {
    case IDLE:
        c->will_use = 500 + rand() % 3000;
        begin(&c->t, s, "m", now);
        c->a = ask(&c->t, 2 * c->will_use + rand() % 4000, now);
        break;
    case WAITING:
        sc_state_recheck(&c->t, now, 7, &c->a);
        break;
    case SENT:
        settle(&c->t, SC_CLASS_OK, -1, c->will_use, now, NULL);
        sc_state_end(&c->t, SC_CLASS_OK, SC_END_OK, now, 1, NULL);
        c->phase = IDLE;
        return;
    }
    assert_int_not_equal(c->a.verdict, SC_ADMIT_REFUSE);
    if (c->a.verdict == SC_ADMIT_GO) {
        uses[(*n)++] = (struct use){now, c->will_use};
        c->phase = SENT;
        c->due = now + (100 + rand() % 900) * MS;
    } else {
        c->phase = WAITING;
        c->due = c->a.until_ns < now + 100 * MS ? c->a.until_ns : now + 100 * MS;
    }
}

static void settled_tokens_are_the_limit_within_two_percent(void **state)
{
    static struct caller callers[CALLERS];
    static struct use uses[20000];
    struct sc_settings s = plain_settings();
    int64_t start = 1000 * SECOND, end = start + 600 * SECOND, total = 0, most = 0, sum = 0;
    int n = 0, from = 0;

    (void)state;
    srand(5);
    s.limits.tpm = LIMIT;
    s.limits.burst = 0;
    for (int i = 0; i < CALLERS; i++)
        callers[i] = (struct caller){.due = start};
    for (;;) {
        struct caller *next = &callers[0];

        for (int i = 1; i < CALLERS; i++)
            next = callers[i].due < next->due ? &callers[i] : next;
        if (next->due >= end)
            break;
        move_on(next, &s, uses, &n);
    }
    for (int i = 0; i < n; i++) {
        total += uses[i].tokens;
        for (sum += uses[i].tokens; uses[i].at - uses[from].at >= 60 * SECOND; from++)
            sum -= uses[from].tokens;
        most = sum > most ? sum : most;
    }
    /* Ten minutes: the limit is used to 98 %; no minute is over it by more than the estimates of
     * the calls on their way were wrong. */
    assert_in_range(total, LIMIT * 10 / 100 * 98, LIMIT * 10 / 100 * 102);
    assert_in_range(most, LIMIT / 100 * 98, LIMIT + LIMIT / 50);
}

static void a_hint_stops_everybody_and_lets_them_out_one_by_one(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_ticket t, waiting[3];
    struct sc_effects fx;
    struct sc_admission a;
    int64_t now = 1000 * SECOND, last = 0;

    (void)state;
    begin(&t, &s, "m", now);
    ask(&t, 0, now);
    settle(&t, SC_CLASS_RATE_LIMITED, 3000, -1, now, &fx);
    assert_int_equal(fx.gate_ms, 3000);
    for (int i = 0; i < 3; i++) {
        begin(&waiting[i], &s, "m", now + SECOND);
        a = ask(&waiting[i], 0, now + SECOND);
        assert_int_equal(a.verdict, SC_ADMIT_WAIT);
        assert_int_equal(a.reason, SC_WAIT_GATE);
        assert_true(a.until_ns >= now + 3 * SECOND);
        assert_true(a.until_ns > last);
        last = a.until_ns;
    }
    assert_true(last < now + 4 * SECOND);
}

static void a_gate_that_closes_while_waiting_keeps_the_slots_apart(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_ticket t[5];
    struct sc_admission a[5];
    int64_t now = 1000 * SECOND;

    (void)state;
    s.limits.rpm = 600;
    for (int i = 0; i < 5; i++) {
        begin(&t[i], &s, "m", now);
        a[i] = ask(&t[i], 0, now);
    }
    settle(&t[0], SC_CLASS_RATE_LIMITED, 3000, -1, now, NULL);
    for (int i = 1; i < 5; i++) {
        sc_state_recheck(&t[i], now + i * 100 * MS, 7, &a[i]);
        assert_int_equal(a[i].verdict, SC_ADMIT_WAIT);
        assert_true(a[i].until_ns >= now + 3 * SECOND + i * 100 * MS);
        assert_true(a[i].until_ns < now + 3 * SECOND + i * 100 * MS + 50 * MS);
    }
}

static void the_breaker_goes_round(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_effects fx;
    struct sc_admission a;
    int64_t now = 1000 * SECOND;

    (void)state;
    with_breaker(&s);
    for (int i = 0; i < 5; i++) {
        one_call(&s, SC_CLASS_RETRYABLE, now, &a, &fx);
        assert_int_equal(a.verdict, SC_ADMIT_GO);
        assert_int_equal(fx.breaker_opened, i == 4);
    }
    assert_in_range(fx.open_ms, 27000, 30000);
    one_call(&s, SC_CLASS_OK, now, &a, &fx);
    assert_int_equal(a.refusal, SC_REFUSE_BREAKER);
    assert_in_range(a.retry_after_ms, 27000, 30002);
    now += 31 * SECOND;
    one_call(&s, SC_CLASS_OK, now, &a, &fx);
    assert_true(a.probe && a.half_opened && !fx.breaker_closed);
    one_call(&s, SC_CLASS_OK, now, &a, &fx);
    assert_true(a.probe && fx.breaker_closed);
    one_call(&s, SC_CLASS_OK, now, &a, &fx);
    assert_true(a.verdict == SC_ADMIT_GO && !a.probe);
}

static void only_one_probe_is_out_and_a_dead_one_is_replaced(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_ticket prober, other;
    struct sc_effects fx;
    struct sc_admission a;
    int64_t now = 1000 * SECOND;

    (void)state;
    with_breaker(&s);
    for (int i = 0; i < 5; i++)
        one_call(&s, SC_CLASS_OVERLOADED, now, &a, &fx);
    now += 31 * SECOND;
    begin(&prober, &s, "m", now);
    assert_true(ask(&prober, 0, now).probe);
    begin(&other, &s, "m", now);
    assert_int_equal(ask(&other, 0, now).refusal, SC_REFUSE_BREAKER);
    now += 31 * SECOND; /* the prober was killed */
    begin(&other, &s, "m", now);
    assert_true(ask(&other, 0, now).probe);
}

static void a_refused_key_stops_everybody_but_one_probe_a_minute(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_effects fx;
    struct sc_admission a;
    int64_t now = 1000 * SECOND;

    (void)state;
    one_call(&s, SC_CLASS_AUTH, now, &a, &fx);
    one_call(&s, SC_CLASS_OK, now + SECOND, &a, &fx);
    assert_int_equal(a.refusal, SC_REFUSE_AUTH);
    assert_in_range(a.retry_after_ms, 59000, 59002);
    one_call(&s, SC_CLASS_AUTH, now + 61 * SECOND, &a, &fx);
    assert_true(a.probe);
    one_call(&s, SC_CLASS_OK, now + 62 * SECOND, &a, &fx);
    assert_int_equal(a.verdict, SC_ADMIT_REFUSE);
    one_call(&s, SC_CLASS_OK, now + 122 * SECOND, &a, &fx);
    assert_int_equal(a.verdict, SC_ADMIT_GO);
    one_call(&s, SC_CLASS_OK, now + 122 * SECOND, &a, &fx);
    assert_true(a.verdict == SC_ADMIT_GO && !a.probe);
}

static void a_key_that_worked_lately_is_stopped_by_the_second_refusal(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_effects fx;
    struct sc_admission a;
    int64_t now = 1000 * SECOND;

    (void)state;
    for (int round = 0; round < 3; round++, now += 10 * SECOND) {
        one_call(&s, SC_CLASS_OK, now, &a, &fx);
        one_call(&s, SC_CLASS_AUTH, now + SECOND, &a, &fx);
        assert_true(a.verdict == SC_ADMIT_GO);
    }
    one_call(&s, SC_CLASS_AUTH, now, &a, &fx);
    assert_int_equal(a.verdict, SC_ADMIT_GO);
    one_call(&s, SC_CLASS_OK, now, &a, &fx);
    assert_int_equal(a.refusal, SC_REFUSE_AUTH);
}

static void what_proves_nothing_of_a_key_stops_none(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_attempt_facts f = {.class = SC_CLASS_AUTH, .hint_ms = -1, .used_tokens = -1};
    struct sc_ticket t;

    (void)state;
    for (int i = 0; i < 3; i++) {
        begin(&t, &s, "m", SECOND);
        assert_int_equal(ask(&t, 0, SECOND).verdict, SC_ADMIT_GO);
        sc_state_settle(&t, &f, SECOND, 1, NULL);
        sc_state_end(&t, SC_CLASS_AUTH, SC_END_FAILED, SECOND, 1, NULL);
    }
    f.proof = SC_PROOF_NAMED; /* at once, and although it worked a moment ago */
    for (int i = 0; i < 2; i++) {
        begin(&t, &s, "m", SECOND);
        assert_int_equal(ask(&t, 0, SECOND).verdict, SC_ADMIT_GO);
        f.class = i == 0 ? SC_CLASS_OK : SC_CLASS_AUTH;
        sc_state_settle(&t, &f, SECOND, 1, NULL);
        sc_state_end(&t, f.class, SC_END_OK, SECOND, 1, NULL);
    }
    begin(&t, &s, "m", SECOND);
    assert_int_equal(ask(&t, 0, SECOND).refusal, SC_REFUSE_AUTH);
}

static void another_key_is_not_stopped(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_scope_key k = key_for("api.example.com", "m", "another");
    struct sc_admission a;
    struct sc_effects fx;
    struct sc_ticket t;

    (void)state;
    one_call(&s, SC_CLASS_QUOTA_EXHAUSTED, SECOND, &a, &fx);
    assert_true(fx.breaker_opened == false);
    sc_state_begin(&t, &k, &s, &(struct sc_call_facts){.deadline_ns = SC_NEVER}, SECOND);
    assert_int_equal(ask(&t, 0, SECOND).verdict, SC_ADMIT_GO);
}

/* One attempt and its end; whether it may be tried again. */
static bool tried(struct sc_settings *s, enum sc_class class, int64_t hint_ms, int64_t now)
{
    struct sc_attempt_facts f = {.class = class, .hint_ms = hint_ms, .used_tokens = -1};
    struct sc_ticket t;

    begin(&t, s, "m", now);
    assert_int_equal(ask(&t, 0, now).verdict, SC_ADMIT_GO);
    sc_state_settle(&t, &f, now, 1, NULL);
    bool may = sc_state_retry_allowed(&t, class);
    sc_state_end(&t, class, SC_END_FAILED, now, 1, NULL);
    return may;
}

static struct sc_settings budget_settings(void)
{
    struct sc_settings s = plain_settings();

    s.retry.enabled = s.retry.budget_enabled = true;
    s.retry.budget = (struct sc_budget_terms){.per_success = 1, .reserve = 10};
    return s;
}

static void failures_are_tried_again_as_far_as_answers_pay_for_them(void **state)
{
    struct sc_settings s = budget_settings();
    int64_t now = 1000 * SECOND;
    int allowed = 0;

    (void)state;
    for (int i = 0; i < 50; i++)
        tried(&s, i % 2 ? SC_CLASS_OK : SC_CLASS_BAD_REQUEST, -1, now);
    for (int i = 0; i < 100; i++)
        allowed += tried(&s, SC_CLASS_OVERLOADED, -1, now);
    assert_int_equal(allowed, 60);
    assert_false(tried(&s, SC_CLASS_RATE_LIMITED, -1, now));
}

/* The server has said when to come back, the gate lets them back one by one. */
static void waiting_as_the_server_asks_needs_no_budget(void **state)
{
    struct sc_settings s = budget_settings();
    int64_t now = 1000 * SECOND;

    (void)state;
    for (int i = 0; i < 30; i++) {
        assert_true(tried(&s, SC_CLASS_RATE_LIMITED, 1000, now));
        now += 2 * SECOND;
    }
}

/* What is under way when its process is killed, or aborted, pays for nothing in the end. */
static void an_attempt_that_never_ended_is_forgotten(void **state)
{
    struct sc_settings s = budget_settings();
    struct sc_ticket t[100];
    int64_t now = 1000 * SECOND;

    (void)state;
    s.retry.budget.reserve = 0;
    for (int i = 0; i < 100; i++) {
        begin(&t[i], &s, "m", now);
        ask(&t[i], 0, now);
    }
    assert_true(tried(&s, SC_CLASS_RETRYABLE, -1, now));
    for (int i = 0; i < 99; i++)
        sc_state_end(&t[i], SC_CLASS_ABORTED, SC_END_FAILED, now, 1, NULL);
    assert_true(tried(&s, SC_CLASS_RETRYABLE, -1, now) == false);
    assert_false(tried(&s, SC_CLASS_RETRYABLE, -1, now + 130 * SECOND));
}

static void concurrency_is_bounded_and_given_back(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_ticket t[9];
    struct sc_admission a;

    (void)state;
    s.limits.concurrent = 8;
    for (int i = 0; i < 9; i++) {
        begin(&t[i], &s, "m", SECOND);
        a = ask(&t[i], 0, SECOND);
        assert_int_equal(a.verdict, i < 8 ? SC_ADMIT_GO : SC_ADMIT_WAIT);
    }
    sc_state_end(&t[3], SC_CLASS_OK, SC_END_OK, SECOND, 1, NULL);
    sc_state_recheck(&t[8], SECOND + 20 * MS, 7, &a);
    assert_int_equal(a.verdict, SC_ADMIT_GO);
}

static void a_killed_holders_lease_comes_back_at_once(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_admission a;
    struct sc_ticket t;
    int status;
    pid_t child;

    (void)state;
    s.limits.concurrent = 1;
    begin(&t, &s, "m", sc_state_now());
    child = fork();
    if (child == 0) {
        begin(&t, &s, "m", sc_state_now());
        a = ask(&t, 0, sc_state_now());
        _exit(a.verdict == SC_ADMIT_GO ? 0 : 1);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    a = ask(&t, 0, sc_state_now());
    assert_int_equal(a.verdict, SC_ADMIT_GO);
}

static void a_forked_childs_copy_gives_nothing_back(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_ticket t, other;
    struct sc_admission a;
    pid_t child;

    (void)state;
    s.limits.concurrent = 1;
    begin(&t, &s, "m", sc_state_now());
    a = ask(&t, 0, sc_state_now());
    assert_int_equal(a.verdict, SC_ADMIT_GO);
    child = fork();
    if (child == 0) {
        sc_state_end(&t, SC_CLASS_ABORTED, SC_END_FAILED, sc_state_now(), 1, NULL);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    begin(&other, &s, "m", sc_state_now());
    a = ask(&other, 0, sc_state_now());
    assert_int_equal(a.verdict, SC_ADMIT_WAIT);
    sc_state_end(&t, SC_CLASS_OK, SC_END_OK, sc_state_now(), 1, NULL);
    sc_state_recheck(&other, sc_state_now() + 30 * MS, 7, &a);
    assert_int_equal(a.verdict, SC_ADMIT_GO);
}

static void ending_twice_or_never_begun_is_harmless(void **state)
{
    struct sc_settings s = plain_settings();
    struct sc_ticket t = {0};

    (void)state;
    sc_state_end(&t, SC_CLASS_ABORTED, SC_END_FAILED, SECOND, 1, NULL);
    begin(&t, &s, "m", SECOND);
    sc_state_end(&t, SC_CLASS_OK, SC_END_OK, SECOND, 1, NULL);
    sc_state_end(&t, SC_CLASS_OK, SC_END_OK, SECOND, 1, NULL);
}

/* Who keeps the words of its calls has the same tickets as who has them found each time. */
static void kept_words_are_those_that_would_be_found(void **state)
{
    struct sc_scope_key keys[] = {key_for("api.example.com", "m", "secret"),
                                  key_for("api.example.com", "", "secret"),
                                  key_for("other.example.com", "m", "")};
    struct sc_settings all[5];

    (void)state;
    for (size_t i = 0; i < 5; i++)
        all[i] = plain_settings();
    all[1].limits.rpm = 60;
    all[1].limits.tpm = 1000;
    all[1].limits.concurrent = 3;
    with_breaker(&all[2]);
    all[2].breaker.scope = SC_SCOPE_HOST;
    all[3].retry = (struct sc_retry){.enabled = true, .budget_enabled = true};
    all[3].limits.learn = true;
    all[4].tokens.context = SC_CONTEXT_WARN;
    keys[1].path = text("/v1/files");
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        struct sc_state_words words = {.region = NULL}; /* the key is another */

        for (size_t i = 0; i < 5; i++) {
            struct sc_call_facts keeps = {.deadline_ns = SC_NEVER, .words = &words};
            struct sc_call_facts finds = {.deadline_ns = SC_NEVER};
            struct sc_ticket kept, again, found;

            sc_state_begin(&kept, &keys[k], &all[i], &keeps, SECOND);
            sc_state_begin(&again, &keys[k], &all[i], &keeps, SECOND);
            sc_state_begin(&found, &keys[k], &all[i], &finds, SECOND);
            assert_memory_equal(&kept, &found, sizeof found);
            assert_memory_equal(&again, &found, sizeof found);
        }
    }
}

/* Words that are kept are of one memory: when that is another, they are found anew. */
static void kept_words_are_left_with_their_memory(void **state)
{
    struct sc_scope_key key = key_for("api.example.com", "m", "secret");
    struct sc_settings s = plain_settings();
    struct sc_state_words words = {.region = NULL};
    struct sc_call_facts facts = {.deadline_ns = SC_NEVER, .words = &words};
    struct sc_world elsewhere = {.region = calloc(1, sizeof *elsewhere.region)};
    struct sc_ticket t;
    uintptr_t from = (uintptr_t)elsewhere.region;

    (void)state;
    with_breaker(&s);
    sc_state_begin(&t, &key, &s, &facts, SECOND);
    assert_ptr_equal(t.region, sc_region_get(SECOND));
    facts.world = &elsewhere;
    sc_state_begin(&t, &key, &s, &facts, SECOND);
    assert_ptr_equal(t.region, elsewhere.region);
    assert_in_range((uintptr_t)t.breaker - from, 0, sizeof *elsewhere.region);
    assert_in_range((uintptr_t)t.latch - from, 0, sizeof *elsewhere.region);
    free(elsewhere.region);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, fresh, done)
    const struct CMUnitTest tests[] = {
        T(calls_wait_for_their_slot_in_order),
        T(a_wait_longer_than_allowed_is_refused_at_once),
        T(a_request_that_can_never_fit_is_told_so),
        T(a_refund_moves_the_waiters_up),
        T(settled_tokens_are_the_limit_within_two_percent),
        T(a_hint_stops_everybody_and_lets_them_out_one_by_one),
        T(a_gate_that_closes_while_waiting_keeps_the_slots_apart),
        T(the_breaker_goes_round),
        T(only_one_probe_is_out_and_a_dead_one_is_replaced),
        T(a_refused_key_stops_everybody_but_one_probe_a_minute),
        T(a_key_that_worked_lately_is_stopped_by_the_second_refusal),
        T(what_proves_nothing_of_a_key_stops_none),
        T(another_key_is_not_stopped),
        T(failures_are_tried_again_as_far_as_answers_pay_for_them),
        T(waiting_as_the_server_asks_needs_no_budget),
        T(an_attempt_that_never_ended_is_forgotten),
        T(concurrency_is_bounded_and_given_back),
        T(a_killed_holders_lease_comes_back_at_once),
        T(a_forked_childs_copy_gives_nothing_back),
        T(ending_twice_or_never_begun_is_harmless),
        T(kept_words_are_those_that_would_be_found),
        T(kept_words_are_left_with_their_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
