/* The service: who gets a place, who waits, who is turned away, and what that looks like. */
/* link with: -lm */
#include "support.h"

#include "simulate/service.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void open_service(struct sc_sim_service_state *s, struct sc_scenario *scenario,
                         const char *text)
{
    load_scenario(scenario, text);
    assert_true(sc_sim_service_open(s, scenario, SC_PROVIDER_OPENAI, 1));
}

static void close_service(struct sc_sim_service_state *s, struct sc_scenario *scenario)
{
    sc_sim_service_close(s);
    sc_scenario_free(scenario);
}

static enum sc_sim_asked ask(struct sc_sim_service_state *s, uint32_t who, int64_t now,
                             struct sc_sim_reply *r)
{
    struct sc_sim_request q = {.who = who, .turn = who, .input = 10, .output = 10};

    return sc_sim_service_ask(s, &q, now, r);
}

static void places_then_the_queue_then_nothing(void **state)
{
    struct sc_sim_service_state s;
    struct sc_scenario scenario;
    struct sc_sim_waiting w;
    struct sc_sim_reply r;

    (void)state;
    open_service(
        &s, &scenario,
        "{\"service\": {\"capacity\": 2, \"queue\": 2, \"turned_away\": 529, \"hint_s\": 7}}");
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(ask(&s, i, 0, &r), SC_SIM_KNOWN);
        assert_int_equal(r.status, 200);
        assert_true(r.place && r.first_ns > 0 && r.end_ns > r.first_ns);
    }
    assert_int_equal(ask(&s, 2, 0, &r), SC_SIM_QUEUED);
    assert_int_equal(ask(&s, 3, 0, &r), SC_SIM_QUEUED);
    assert_int_equal(ask(&s, 4, 0, &r), SC_SIM_KNOWN);
    assert_int_equal(r.status, 529);
    assert_int_equal(r.hint_s, 7);
    assert_false(r.place);
    assert_false(sc_sim_service_next(&s, 0, &w));
    for (uint32_t i = 2; i < 4; i++) { /* who came first goes first */
        sc_sim_service_leave(&s);
        assert_true(sc_sim_service_next(&s, 1, &w));
        assert_int_equal(w.who, i);
        sc_sim_service_forget(&s);
        sc_sim_service_begin(&s, &w, 1, &r);
        assert_true(r.place);
    }
    close_service(&s, &scenario);
}

/* A queue that grows, and whose front has gone round the end of its ring. */
static void a_long_queue_keeps_its_order(void **state)
{
    struct sc_sim_service_state s;
    struct sc_scenario scenario;
    struct sc_sim_waiting w;
    struct sc_sim_reply r;
    uint32_t in = 1, out = 1;

    (void)state;
    open_service(&s, &scenario, "{\"service\": {\"capacity\": 1, \"queue\": 1000}}");
    assert_int_equal(ask(&s, 0, 0, &r), SC_SIM_KNOWN);
    while (out < 900) {
        for (int i = 0; i < 3 && in < 900; i++)
            assert_int_equal(ask(&s, in++, 0, &r), SC_SIM_QUEUED);
        sc_sim_service_leave(&s);
        assert_true(sc_sim_service_next(&s, 0, &w));
        assert_int_equal(w.who, out++);
        sc_sim_service_forget(&s);
        sc_sim_service_begin(&s, &w, 0, &r);
    }
    close_service(&s, &scenario);
}

static void a_brownout_leaves_a_part_of_the_places(void **state)
{
    struct sc_sim_service_state s;
    struct sc_scenario scenario;
    struct sc_sim_reply r;
    int served[3] = {0};

    (void)state;
    for (int k = 0; k < 3; k++) { /* before it, in it, after it */
        open_service(&s, &scenario,
                     "{\"service\": {\"capacity\": 10}, \"events\": [{\"kind\": \"brownout\","
                     "\"at_s\": 10, \"for_s\": 10, \"factor\": 0.3}]}");
        for (uint32_t i = 0; i < 20; i++) {
            (void)ask(&s, i, (10 * k + 5) * SC_NS_PER_S, &r);
            served[k] += r.place;
        }
        close_service(&s, &scenario);
    }
    assert_int_equal(served[0], 10);
    assert_int_equal(served[1], 3);
    assert_int_equal(served[2], 10);
}

static void faults_come_as_often_as_they_should(void **state)
{
    struct sc_sim_service_state s;
    struct sc_scenario scenario;
    struct sc_sim_reply r;
    int n[SC_SIM_FAULTS] = {0};

    (void)state;
    open_service(&s, &scenario,
                 "{\"service\": {\"faults\": {\"503\": 0.2, \"reset\": 0.1, \"truncate\": 0.05}}}");
    for (uint32_t i = 0; i < 20000; i++) {
        (void)ask(&s, i, 0, &r);
        n[r.fault]++;
    }
    assert_in_range(n[SC_SIM_S503], 3800, 4200);
    assert_in_range(n[SC_SIM_RESET], 1850, 2150);
    assert_in_range(n[SC_SIM_TRUNCATE], 890, 1110);
    assert_int_equal(n[SC_SIM_NO_FAULT] + n[SC_SIM_S503] + n[SC_SIM_RESET] + n[SC_SIM_TRUNCATE],
                     20000);
    close_service(&s, &scenario);
}

/* A client reads what the provider's own bodies say. */
static void failures_are_what_the_tables_make_of_them(void **state)
{
    static const enum sc_provider providers[] = {SC_PROVIDER_OPENAI, SC_PROVIDER_ANTHROPIC,
                                                 SC_PROVIDER_GEMINI, SC_PROVIDER_MISTRAL};
    static const struct {
        enum sc_sim_fault fault;
        int status, curl_code;
        enum sc_class class;
    } cases[] = {
        {SC_SIM_S503, 503, 0, SC_CLASS_OVERLOADED},
        {SC_SIM_S500, 500, 0, SC_CLASS_RETRYABLE},
        {SC_SIM_S429, 429, 0, SC_CLASS_RATE_LIMITED},
        {SC_SIM_QUOTA, 429, 0, SC_CLASS_QUOTA_EXHAUSTED},
        {SC_SIM_S401, 401, 0, SC_CLASS_AUTH},
        {SC_SIM_REFUSED, 0, 7, SC_CLASS_RETRYABLE},
        {SC_SIM_RESET, 0, 56, SC_CLASS_RETRYABLE},
        {SC_SIM_TRUNCATE, 200, 18, SC_CLASS_RETRYABLE},
        {SC_SIM_HANG, 0, 52, SC_CLASS_RETRYABLE},
        {SC_SIM_NO_FAULT, 200, 0, SC_CLASS_OK},
    };
    struct sc_ratelimit said;
    struct sc_verdict v;

    (void)state;
    for (size_t p = 0; p < COUNT(providers); p++)
        for (size_t i = 0; i < COUNT(cases); i++) {
            struct sc_sim_reply r = {.fault = cases[i].fault, .status = cases[i].status};
            struct sc_sim_seen as = {
                .provider = providers[p], .model = "a-model", .curl_code = cases[i].curl_code};

            assert_false(sc_sim_judge(&r, &as, &v, &said));
            if (v.class != cases[i].class)
                fail_msg("%s of %s: %s", sc_sim_fault_name(cases[i].fault),
                         sc_provider_name(providers[p]), sc_class_name(v.class));
        }
}

static void limits_are_told_and_hints_are_read(void **state)
{
    struct sc_sim_seen as = {.provider = SC_PROVIDER_OPENAI, .model = "a-model"};
    struct sc_sim_service_state s;
    struct sc_scenario scenario;
    struct sc_sim_reply r;
    struct sc_ratelimit said;
    struct sc_verdict v;

    (void)state;
    open_service(&s, &scenario, "{\"service\": {\"rpm\": 60, \"burst\": 0.05}}");
    for (uint32_t i = 0; i < 3; i++) {
        (void)ask(&s, i, 0, &r);
        assert_true(sc_sim_judge(&r, &as, &v, &said));
        assert_int_equal(said.of[SC_RATE_REQUESTS].limit, 60);
        assert_int_equal(said.of[SC_RATE_REQUESTS].remaining, 2 - i);
    }
    (void)ask(&s, 3, 0, &r);
    assert_int_equal(r.status, 429);
    assert_true(sc_sim_judge(&r, &as, &v, &said));
    assert_int_equal(v.class, SC_CLASS_RATE_LIMITED);
    assert_in_range(v.hint_ms, 1000, 1001); /* a place a second */
    (void)ask(&s, 4, 1001 * SC_NS_PER_MS, &r);
    assert_int_equal(r.status, 200);
    close_service(&s, &scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_then_the_queue_then_nothing),
        cmocka_unit_test(a_long_queue_keeps_its_order),
        cmocka_unit_test(a_brownout_leaves_a_part_of_the_places),
        cmocka_unit_test(faults_come_as_often_as_they_should),
        cmocka_unit_test(failures_are_what_the_tables_make_of_them),
        cmocka_unit_test(limits_are_told_and_hints_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
