/* A simulated world: nothing is lost, nothing is by chance, and no limit is exceeded. */
/* link with: -lm */
#include "support.h"

#include "state/slot.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- nothing is lost ---- */

struct watch {
    int64_t sent, answered, failed;
};

static void on_sent(void *arg, uint32_t client, int64_t at, int64_t tokens)
{
    (void)client;
    (void)at;
    assert_true(tokens > 0);
    ((struct watch *)arg)->sent++;
}

static void on_ended(void *arg, uint32_t client, bool ok)
{
    struct watch *w = arg;

    (void)client;
    w->answered += ok;
    w->failed += !ok;
}

static int64_t sum_by_class(const struct sc_sim_tally *t)
{
    int64_t sum = 0;

    for (int c = 0; c < SC_CLASS_COUNT; c++)
        sum += t->by_class[c];
    return sum;
}

/* Each call ends once, each request is answered once, and nothing stays behind. */
static void assert_conserved(const struct run *r, const struct watch *seen)
{
    const struct sc_sim_tally *t = &r->world.tally;
    int64_t by_second[4] = {0}, capacity = r->scenario.service.capacity;

    assert_int_equal(t->calls, t->answered + t->failed);
    assert_int_equal(seen->answered, t->answered);
    assert_int_equal(seen->failed, t->failed);
    assert_int_equal(seen->sent, t->attempts);
    assert_int_equal(sum_by_class(t), t->attempts);
    assert_int_equal(t->took.n, t->answered);
    assert_true(t->tries >= t->calls);
    assert_int_equal(r->world.service.busy, 0);
    assert_int_equal(r->world.service.waiting, 0);
    for (size_t i = 0; i < t->n_seconds; i++) {
        assert_true(capacity == 0 || t->seconds[i].busy <= capacity);
        by_second[0] += t->seconds[i].due;
        by_second[1] += t->seconds[i].attempts;
        by_second[2] += t->seconds[i].answered;
        by_second[3] += t->seconds[i].failed;
    }
    assert_int_equal(by_second[0], t->calls);
    assert_int_equal(by_second[1], t->attempts);
    assert_int_equal(by_second[2], t->answered);
    assert_int_equal(by_second[3], t->failed);
    for (int64_t i = 0; i < r->scenario.clients; i++)
        assert_int_equal(r->world.clients[i].phase, SC_SIM_GONE);
}

static void watch_run(struct run *r, struct watch *seen)
{
    *seen = (struct watch){0};
    r->world.watcher = (struct sc_sim_watcher){on_sent, on_ended, seen};
}

static void each_call_of_each_scenario_ends_once(void **state)
{
    const char *const *names = sc_scenario_names();
    struct watch seen;
    struct run r;

    (void)state;
    for (size_t i = 0; names[i]; i++) {
        open_run(&r, names[i], NULL);
        sc_scenario_set_clients(&r.scenario, 40);
        start_run(&r, 3);
        watch_run(&r, &seen);
        finish_run(&r);
        assert_true(r.world.tally.calls > 0);
        assert_conserved(&r, &seen);
        close_run(&r);
    }
}

/* ---- any scenario ---- */

static uint64_t draw(uint64_t *s, uint64_t n)
{
    *s = *s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*s >> 33) % n;
}

static const char *pick(uint64_t *s, const char *const *from, size_t n)
{
    return from[draw(s, n)];
}

/* What a program may meet: numbers at their bounds, too. */
static void write_scenario(uint64_t *s, char *buf, size_t size)
{
    static const char *const patterns[] = {"poisson", "even", "together"};
    static const char *const lates[] = {"skip", "catch_up"};
    static const char *const shares[] = {"host", "process", "fleet"};
    static const char *const truths[] = {"true", "false"};
    static const char *const answers[] = {"503",   "429",  "401", "quota", "refused",
                                          "reset", "hang", "400", "529"};
    int capacity = (int)draw(s, 3) * 7;
    int hosts = 1 + (int)draw(s, 3);

    snprintf(
        buf, size,
        "{\"seconds\": %d, \"clients\": %d, \"processes\": %d, \"hosts\": %d, \"share\": "
        "\"%s\", \"calls\": {\"every_ms\": %d, \"pattern\": \"%s\", \"when_busy\": \"%s\","
        "\"stream\": %s, \"timeout_ms\": %d, \"keys\": %d, \"max_output_tokens\": %d,"
        "\"burst\": {\"at_s\": 5, \"every_s\": %d, \"clients\": 0.%d}, \"day\": [1, 0.%d],"
        "\"day_s\": 20}, \"programs\": {\"tries\": %d, \"obeys_hints\": %s},"
        "\"service\": {\"capacity\": %d, \"queue\": %d, \"rpm\": %d, \"tpm\": %d, \"burst\":"
        "0.1, \"tells_limits\": %s, \"finishes_abandoned\": %s, \"hint_s\": %d, \"faults\":"
        "{\"503\": 0.0%d, \"truncate\": 0.0%d, \"stall\": 0.0%d, \"hang\": 0.0%d, \"429\":"
        "0.0%d}}, \"events\": [{\"kind\": \"outage\", \"at_s\": %d, \"for_s\": 9, \"answer\":"
        "\"%s\", \"hint_s\": %d}, {\"kind\": \"slow\", \"at_s\": 3, \"factor\": %d}%s]}",
        10 + (int)draw(s, 30), 6 + (int)draw(s, 40), hosts + (int)draw(s, 3), hosts,
        pick(s, shares, 3), 500 + (int)draw(s, 6000), pick(s, patterns, 3), pick(s, lates, 2),
        pick(s, truths, 2), (int)draw(s, 3) * 4000, 1 + (int)draw(s, 3), (int)draw(s, 2) * 200,
        (int)draw(s, 20), (int)draw(s, 10), (int)draw(s, 10), 1 + (int)draw(s, 4),
        pick(s, truths, 2), capacity, (int)draw(s, 30), (int)draw(s, 2) * 300,
        (int)draw(s, 2) * 90000, pick(s, truths, 2), pick(s, truths, 2), (int)draw(s, 3),
        (int)draw(s, 10), (int)draw(s, 10), (int)draw(s, 10), (int)draw(s, 10), (int)draw(s, 10),
        (int)draw(s, 20), pick(s, answers, COUNT(answers)), (int)draw(s, 4), 1 + (int)draw(s, 5),
        capacity ? ", {\"kind\": \"brownout\", \"at_s\": 8, \"for_s\": 6, \"factor\": 0.1}" : "");
}

static const char *const policies[] = {
    "",
    NULL,
    RULE(", \"limits\": {\"rpm\": 200, \"tpm\": 60000, \"concurrent\": 5, \"max_wait_ms\": 4000}"),
    RULE(", \"timeouts\": {\"first_token_ms\": 900, \"gap_ms\": 700, \"total_ms\": 8000},"
         "\"retry\": {\"max_attempts\": 3, \"backoff\": {\"jitter\": \"none\"}}"),
    RULE(", \"program_timeout\": \"per_attempt\", \"breaker\": {\"consecutive_failures\": 3,"
         "\"open_ms\": 1000, \"on_open\": \"error\", \"count\": \"attempts\"}"),
    RULE(", \"retry\": false, \"breaker\": false"),
};

static void each_call_of_any_scenario_ends_once(void **state)
{
    uint64_t s = 7;
    char text[2000];
    struct watch seen;
    struct run r;

    (void)state;
    for (int i = 0; i < 60; i++) {
        write_scenario(&s, text, sizeof text);
        open_run(&r, text, policies[(size_t)i % COUNT(policies)]);
        start_run(&r, (uint64_t)i);
        watch_run(&r, &seen);
        finish_run(&r);
        assert_conserved(&r, &seen);
        close_run(&r);
    }
}

/* ---- nothing is by chance ---- */

static void run_to_text(const char *scenario, uint64_t seed, char **text, size_t *n)
{
    struct sc_sim_result result;
    FILE *f = open_memstream(text, n);
    struct run r;

    open_run(&r, scenario, NULL);
    sc_scenario_set_clients(&r.scenario, 80);
    start_run(&r, seed);
    finish_run(&r);
    sc_sim_result_of(&r.world, &result);
    sc_sim_print_json(f, &result, 1, 0);
    sc_sim_result_free(&result);
    close_run(&r);
    fclose(f);
}

static void the_same_seed_has_the_same_result(void **state)
{
    char *a, *b, *c;
    size_t n, m, k;

    (void)state;
    run_to_text("retry-storm", 11, &a, &n);
    run_to_text("retry-storm", 11, &b, &m);
    run_to_text("retry-storm", 12, &c, &k);
    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
    free(a);
    free(b);
    free(c);
}

/* Two policies are faced with the same calls: as long as nothing fails, all is the same. */
static void policies_face_the_same_calls(void **state)
{
    struct run with, without;

    (void)state;
    open_run(&with, "steady", NULL);
    open_run(&without, "steady", "");
    start_run(&with, 5);
    start_run(&without, 5);
    finish_run(&with);
    finish_run(&without);
    assert_int_equal(with.world.tally.calls, without.world.tally.calls);
    assert_int_equal(with.world.tally.output, without.world.tally.output);
    close_run(&with);
    close_run(&without);
}

/* ---- no limit is exceeded ---- */

#define RPM 120
#define BURST 0.1
#define WINDOW_NS (60 * SC_NS_PER_S)

struct window {
    int64_t at[1 << 16];
    size_t first, n;
    int64_t most;
};

/* What was sent in the minute that ends now. */
static void on_sent_in_window(void *arg, uint32_t client, int64_t at, int64_t tokens)
{
    struct window *w = arg;

    (void)client;
    (void)tokens;
    assert_true(w->n < COUNT(w->at));
    w->at[w->n++] = at;
    while (w->at[w->first] <= at - WINDOW_NS)
        w->first++;
    if ((int64_t)(w->n - w->first) > w->most)
        w->most = (int64_t)(w->n - w->first);
}

static void a_limit_holds_in_every_minute(void **state)
{
    struct window *w = calloc(1, sizeof *w);
    struct run r;

    (void)state;
    open_run(&r,
             "{\"seconds\": 300, \"clients\": 20, \"processes\": 20, \"calls\": {\"every_ms\": "
             "1000}, \"service\": {\"faults\": {\"503\": 0.1}}}",
             RULE(", \"limits\": {\"rpm\": 120, \"burst\": 0.1, \"max_wait_ms\": 600000}"));
    start_run(&r, 1);
    r.world.watcher = (struct sc_sim_watcher){.sent = on_sent_in_window, .arg = w};
    finish_run(&r);
    assert_true(w->n > 4 * RPM);
    assert_true(w->most <= RPM + (int64_t)(RPM * BURST) + 1);
    assert_true(w->most >= RPM * 98 / 100); /* and it is used */
    close_run(&r);
    free(w);
}

/* Each host for itself has all of the limit; a fleet has it once. */
static void hosts_that_share_nothing_exceed_it(void **state)
{
    static const char *const shares[] = {"fleet", "host"};
    int64_t most[2];
    char text[400];
    struct run r;

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct window *w = calloc(1, sizeof *w);

        snprintf(text, sizeof text,
                 "{\"seconds\": 150, \"clients\": 64, \"processes\": 8, \"hosts\": 4, \"share\": "
                 "\"%s\", \"calls\": {\"every_ms\": 2000}}",
                 shares[i]);
        open_run(&r, text,
                 RULE(", \"limits\": {\"rpm\": 120, \"burst\": 0.1, \"max_wait_ms\": 600000}"));
        start_run(&r, 1);
        r.world.watcher = (struct sc_sim_watcher){.sent = on_sent_in_window, .arg = w};
        finish_run(&r);
        most[i] = w->most;
        close_run(&r);
        free(w);
    }
    assert_true(most[0] <= RPM + (int64_t)(RPM * BURST) + 1);
    assert_true(most[1] >= 4 * RPM * 98 / 100);
}

static void no_more_than_concurrent_are_under_way(void **state)
{
    struct run r;
    uint32_t most = 0;

    (void)state;
    open_run(&r,
             "{\"seconds\": 30, \"clients\": 25, \"processes\": 5, \"calls\": {\"every_ms\": "
             "100}, \"service\": {\"capacity\": 50}}",
             RULE(", \"limits\": {\"concurrent\": 7, \"max_wait_ms\": 600000}"));
    start_run(&r, 1);
    finish_run(&r);
    for (size_t i = 0; i < r.world.tally.n_seconds; i++)
        if (r.world.tally.seconds[i].busy > most)
            most = r.world.tally.seconds[i].busy;
    assert_int_equal(most, 7);
    close_run(&r);
}

/* ---- money ---- */

static int64_t spent_of(const struct sc_region *r)
{
    int64_t sum = 0;

    for (size_t g = 0; g < SC_GROUPS; g++)
        if (sc_word_read(&r->slots[g][SC_SLOT_SPENT].key) != 0)
            sum += sc_money_spent(sc_word_read(&r->slots[g][SC_SLOT_SPENT].words[SC_W_SPENT]), 0);
    return sum;
}

#define BUDGET(usd)                                                                     \
    "{\"version\": 1, \"rules\": [{\"name\": \"all\", \"match\": {\"host\": \"*\"}}], " \
    "\"budgets\": [{\"name\": \"all\", \"usd\": " usd ", \"per\": \"ever\"}]}"

/* What the budget holds, what was told to it, and the service's bill are one sum. */
static void money_is_the_sum_of_its_calls(void **state)
{
    struct run r;

    (void)state;
    open_run(&r, "outage", BUDGET("1000"));
    start_run(&r, 2);
    finish_run(&r);
    assert_true(r.world.tally.billed_nano > 0);
    assert_int_equal(r.world.tally.told_nano, r.world.tally.billed_nano);
    assert_int_equal(spent_of(r.world.memories[0].region), r.world.tally.billed_nano);
    close_run(&r);
}

static void a_budget_is_never_exceeded(void **state)
{
    struct run r;

    (void)state;
    open_run(&r, "flaky", BUDGET("0.025"));
    sc_scenario_set_clients(&r.scenario, 50);
    start_run(&r, 2);
    finish_run(&r);
    assert_true(r.world.tally.told_nano <= 25000000);
    assert_true(r.world.tally.told_nano >= 24000000);
    assert_true(r.world.tally.turned_away > 0);
    close_run(&r);
}

/* ---- what programs do themselves ---- */

/* n tries at a service that is dead: n requests, and as many waits as there are between them. */
static void programs_try_as_often_as_they_say(void **state)
{
    struct run r;

    (void)state;
    for (int tries = 1; tries <= 4; tries++) {
        open_run(&r, "dead", "");
        r.scenario.programs.tries = tries;
        start_run(&r, 1);
        finish_run(&r);
        assert_int_equal(r.world.tally.attempts, tries * r.world.tally.calls);
        assert_int_equal(r.world.tally.answered, 0);
        close_run(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_of_each_scenario_ends_once),
        cmocka_unit_test(each_call_of_any_scenario_ends_once),
        cmocka_unit_test(the_same_seed_has_the_same_result),
        cmocka_unit_test(policies_face_the_same_calls),
        cmocka_unit_test(a_limit_holds_in_every_minute),
        cmocka_unit_test(hosts_that_share_nothing_exceed_it),
        cmocka_unit_test(no_more_than_concurrent_are_under_way),
        cmocka_unit_test(money_is_the_sum_of_its_calls),
        cmocka_unit_test(a_budget_is_never_exceeded),
        cmocka_unit_test(programs_try_as_often_as_they_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
