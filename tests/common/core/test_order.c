/* Whom of a chain is asked next: DESIGN's class table, kind by kind, in simulated time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/order.h"
#include "core/time.h"

#define MS(n) ((n)*SC_NS_PER_MS)
#define ON                                                                                \
    (1u << SC_CLASS_RETRYABLE | 1u << SC_CLASS_OVERLOADED | 1u << SC_CLASS_RATE_LIMITED | \
     1u << SC_CLASS_QUOTA_EXHAUSTED | 1u << SC_CLASS_AUTH | 1u << SC_CLASS_NOT_FOUND |    \
     1u << SC_CLASS_TOKEN_LIMIT)

/* A service that fails in one way, and a chain of the program's host and two others. */
struct failing {
    const char *what;
    enum sc_class class;
    bool of_model;
    int64_t wait_ms;   /* of the rule for the same target: backoff or hint; -1: it never retries */
    uint32_t on;       /* 0: ON */
    const char *asked; /* link after link, as digits; the last one answers */
    int64_t took_ms;   /* in waits */
};

static const struct sc_order_link three[] = {{.context = 100}, {.context = 100}, {.context = 200}};

/* Link 0 and 1 fail as told, 2 answers if it is ever asked. */
static void run(const struct failing *f, char *asked, int64_t *took_ms)
{
    struct sc_order_question q = {.links = three,
                                  .n = 3,
                                  .on = f->on ? f->on : ON,
                                  .tokens = 50,
                                  .now_ns = MS(1000),
                                  .deadline_ns = INT64_MAX};
    struct sc_order_failure failure = {.class = f->class, .of_model = f->of_model};
    struct sc_order_next next;
    struct sc_order o;
    size_t n = 0;

    sc_order_first(&o, &q, &next);
    while (next.kind != SC_ORDER_STOP && n < 9) {
        q.now_ns = next.at_ns;
        asked[n++] = (char)('0' + next.link);
        if (next.link == 2)
            break;
        failure.retry = f->wait_ms >= 0;
        failure.until_ns = q.now_ns + MS(f->wait_ms);
        sc_order_after(&o, &q, &failure, &next);
    }
    asked[n] = '\0';
    *took_ms = (q.now_ns - MS(1000)) / SC_NS_PER_MS;
}

static void twelve_failures_lead_where_the_table_says(void **state)
{
    static const struct failing table[] = {
        {"500, backoff of 500 ms", SC_CLASS_RETRYABLE, false, 500, 0, "00112", 1000},
        {"connection refused", SC_CLASS_RETRYABLE, false, 400, 0, "00112", 800},
        {"503 or 529, backoff of 1 s", SC_CLASS_OVERLOADED, false, 1000, 0, "00112", 2000},
        {"500, no other attempt allowed", SC_CLASS_RETRYABLE, false, -1, 0, "012", 0},
        {"429 for a second", SC_CLASS_RATE_LIMITED, false, 1000, 0, "00112", 2000},
        {"429 for a minute", SC_CLASS_RATE_LIMITED, false, 60000, 0, "012", 0},
        {"quota exhausted", SC_CLASS_QUOTA_EXHAUSTED, false, -1, 0, "012", 0},
        {"key refused", SC_CLASS_AUTH, false, -1, 0, "012", 0},
        {"no such model", SC_CLASS_NOT_FOUND, true, -1, 0, "012", 0},
        {"no such path", SC_CLASS_NOT_FOUND, false, -1, 0, "0", 0},
        {"too many tokens", SC_CLASS_TOKEN_LIMIT, false, -1, 0, "02", 0},
        {"content policy", SC_CLASS_CONTENT_POLICY, false, -1, 0, "0", 0},
        {"content policy, in `on`", SC_CLASS_CONTENT_POLICY, false, -1,
         1u << SC_CLASS_CONTENT_POLICY, "012", 0},
        {"bad request", SC_CLASS_BAD_REQUEST, false, -1, UINT32_MAX, "0", 0},
        {"stopped by the program", SC_CLASS_ABORTED, false, -1, UINT32_MAX, "0", 0},
        {"500, not in `on`", SC_CLASS_RETRYABLE, false, 500, 1u << SC_CLASS_AUTH, "000000000",
         4000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        int64_t took;
        char asked[16];

        run(&table[i], asked, &took);
        if (strcmp(asked, table[i].asked) != 0 || took != table[i].took_ms)
            fail_msg("%s: asked %s in %d ms instead of %s in %d ms", table[i].what, asked,
                     (int)took, table[i].asked, (int)table[i].took_ms);
    }
}

static struct sc_order_next first(struct sc_order *o, const struct sc_order_link *links, unsigned n)
{
    struct sc_order_question q = {
        .links = links, .n = n, .on = ON, .now_ns = MS(1000), .deadline_ns = INT64_MAX};
    struct sc_order_next next;

    sc_order_first(o, &q, &next);
    return next;
}

static struct sc_order_next after(struct sc_order *o, const struct sc_order_link *links, unsigned n,
                                  enum sc_class class, int64_t retry_ms)
{
    struct sc_order_question q = {
        .links = links, .n = n, .on = ON, .now_ns = MS(1000), .deadline_ns = INT64_MAX};
    struct sc_order_failure f = {
        .class = class, .retry = retry_ms >= 0, .until_ns = MS(1000 + retry_ms)};
    struct sc_order_next next;

    sc_order_after(o, &q, &f, &next);
    return next;
}

static void who_would_only_refuse_is_not_asked(void **state)
{
    static const struct {
        enum sc_refusal refusal;
        int64_t until_ms;
        unsigned link;
        int64_t at_ms;
    } table[] = {
        {SC_REFUSAL_NONE, 0, 0, 1000},     {SC_REFUSAL_BREAKER, 1100, 1, 1000},
        {SC_REFUSAL_LATCH, 1100, 1, 1000}, {SC_REFUSAL_BUDGET, 0, 1, 1000},
        {SC_REFUSAL_GATE, 2500, 0, 2500},  {SC_REFUSAL_GATE, 3001, 1, 1000},
        {SC_REFUSAL_LIMIT, 3000, 0, 3000}, {SC_REFUSAL_LIMIT, 60000, 1, 1000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct sc_order_link links[] = {
            {.refusal = table[i].refusal, .until_ns = MS(table[i].until_ms)}, {.unfit = false}};
        struct sc_order o;
        struct sc_order_next next = first(&o, links, 2);

        assert_int_equal(next.kind, SC_ORDER_ASK);
        assert_int_equal(next.link, table[i].link);
        assert_true(next.at_ns == MS(table[i].at_ms));
    }
}

/* The same further down the chain. */
static void refusing_and_unfit_links_are_passed_over(void **state)
{
    const struct sc_order_link links[] = {{.unfit = false},
                                          {.refusal = SC_REFUSAL_BREAKER},
                                          {.unfit = true},
                                          {.refusal = SC_REFUSAL_GATE, .until_ns = MS(9000)},
                                          {.unfit = false}};
    struct sc_order o;

    (void)state;
    first(&o, links, 5);
    assert_int_equal(after(&o, links, 5, SC_CLASS_AUTH, -1).link, 4);
    assert_int_equal(after(&o, links, 5, SC_CLASS_AUTH, -1).kind, SC_ORDER_STOP);
}

static void a_refusal_that_on_does_not_name_is_the_first_one_s_own(void **state)
{
    const struct sc_order_link links[] = {{.refusal = SC_REFUSAL_BREAKER}, {.unfit = false}};
    struct sc_order_question q = {.links = links,
                                  .n = 2,
                                  .on = 1u << SC_CLASS_AUTH,
                                  .now_ns = MS(1000),
                                  .deadline_ns = INT64_MAX};
    struct sc_order_next next;
    struct sc_order o;

    (void)state;
    sc_order_first(&o, &q, &next);
    assert_int_equal(next.link, 0);
    q.on |= 1u << SC_CLASS_OVERLOADED;
    sc_order_first(&o, &q, &next);
    assert_int_equal(next.link, 1);
}

/* A chain that is of no use to a call neither shortens it nor keeps it from waiting. */
static void without_anybody_else_all_is_as_without_a_chain(void **state)
{
    const struct sc_order_link links[] = {{.refusal = SC_REFUSAL_GATE, .until_ns = MS(60000)},
                                          {.unfit = true}};
    struct sc_order o;
    struct sc_order_next next = first(&o, links, 2);

    (void)state;
    assert_int_equal(next.link, 0);
    for (int i = 0; i < 8; i++) {
        next = after(&o, links, 2, SC_CLASS_RETRYABLE, 30000);
        assert_int_equal(next.kind, SC_ORDER_AGAIN);
        assert_true(next.at_ns == MS(31000));
    }
    assert_int_equal(after(&o, links, 2, SC_CLASS_RETRYABLE, -1).kind, SC_ORDER_STOP);
}

static void a_last_resort_takes_no_attempt_away(void **state)
{
    const struct sc_order_link links[] = {{.unfit = false}, {.last_resort = true}};
    const struct sc_order_link gated[] = {{.refusal = SC_REFUSAL_GATE, .until_ns = MS(60000)},
                                          {.last_resort = true}};
    const struct sc_order_link broken[] = {{.refusal = SC_REFUSAL_BREAKER}, {.last_resort = true}};
    struct sc_order o;

    (void)state;
    first(&o, links, 2);
    for (int i = 0; i < 5; i++)
        assert_int_equal(after(&o, links, 2, SC_CLASS_OVERLOADED, 8000).kind, SC_ORDER_AGAIN);
    assert_int_equal(after(&o, links, 2, SC_CLASS_OVERLOADED, -1).link, 1);
    assert_int_equal(first(&o, gated, 2).link, 0);
    assert_int_equal(first(&o, broken, 2).link, 1);
}

static void only_who_takes_more_is_asked_after_too_many_tokens(void **state)
{
    static const struct {
        int64_t first, second, tokens;
        enum sc_order_kind kind;
    } table[] = {
        {100, 200, 0, SC_ORDER_ASK},    {100, 100, 0, SC_ORDER_STOP}, {100, 0, 0, SC_ORDER_STOP},
        {0, 200, 150, SC_ORDER_ASK},    {0, 100, 150, SC_ORDER_STOP}, {0, 200, 0, SC_ORDER_STOP},
        {100, 200, 250, SC_ORDER_STOP},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct sc_order_link links[] = {{.context = table[i].first},
                                              {.context = table[i].second}};
        struct sc_order_question q = {
            .links = links, .n = 2, .on = ON, .tokens = table[i].tokens, .deadline_ns = INT64_MAX};
        struct sc_order_failure f = {.class = SC_CLASS_TOKEN_LIMIT};
        struct sc_order_next next;
        struct sc_order o;

        sc_order_first(&o, &q, &next);
        if (next.link == 0)
            sc_order_after(&o, &q, &f, &next);
        assert_int_equal(next.kind, table[i].kind);
    }
}

/* ---- keys ---- */

static void keys_fail_over_at_once_and_each_is_asked_once(void **state)
{
    static const enum sc_class classes[] = {SC_CLASS_RATE_LIMITED, SC_CLASS_QUOTA_EXHAUSTED,
                                            SC_CLASS_AUTH};
    const struct sc_order_key keys[] = {{.id = 1}, {.id = 2}, {.id = 3}};
    const struct sc_order_link links[] = {{.keys = keys, .n_keys = 3}, {.unfit = false}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct sc_order o;
        struct sc_order_next next = first(&o, links, 2);
        unsigned asked = 1u << next.key;

        for (int k = 0; k < 2; k++) {
            next = after(&o, links, 2, classes[i], 500);
            assert_int_equal(next.kind, SC_ORDER_ASK);
            assert_int_equal(next.link, 0);
            assert_true(next.at_ns == MS(1000));
            asked |= 1u << next.key;
        }
        assert_int_equal(asked, 7);
        next = after(&o, links, 2, classes[i], -1);
        assert_int_equal(next.link, 1);
    }
}

static void a_service_that_fails_is_not_asked_with_another_key(void **state)
{
    const struct sc_order_key keys[] = {{.id = 1}, {.id = 2}};
    const struct sc_order_link links[] = {{.keys = keys, .n_keys = 2}, {.unfit = false}};
    struct sc_order o;
    struct sc_order_next next = first(&o, links, 2);
    unsigned key = next.key;

    (void)state;
    next = after(&o, links, 2, SC_CLASS_OVERLOADED, 100);
    assert_int_equal(next.kind, SC_ORDER_AGAIN);
    assert_int_equal(next.key, key);
}

/* Of three keys one is latched, one gated: all calls go to the third, and none waits. */
static void all_calls_go_to_the_key_that_is_free(void **state)
{
    const struct sc_order_key keys[] = {
        {.id = 11, .refusal = SC_REFUSAL_LATCH},
        {.id = 12, .refusal = SC_REFUSAL_GATE, .until_ns = MS(1500)},
        {.id = 13}};
    const struct sc_order_link links[] = {{.keys = keys, .n_keys = 3}};

    (void)state;
    for (uint64_t hash = 0; hash < 1000; hash++) {
        struct sc_order_question q = {.links = links,
                                      .n = 1,
                                      .on = ON,
                                      .hash = hash,
                                      .now_ns = MS(1000),
                                      .deadline_ns = INT64_MAX};
        struct sc_order_next next;
        struct sc_order o;

        sc_order_first(&o, &q, &next);
        assert_int_equal(next.key, 2);
        assert_true(next.at_ns == MS(1000));
    }
}

static unsigned key_of(uint64_t hash, const struct sc_order_key *keys, unsigned n)
{
    const struct sc_order_link links[] = {{.keys = keys, .n_keys = n}};
    struct sc_order_question q = {
        .links = links, .n = 1, .on = ON, .hash = hash, .deadline_ns = INT64_MAX};
    struct sc_order_next next;
    struct sc_order o;

    sc_order_first(&o, &q, &next);
    return next.key;
}

/* Equal prompts have equal hashes: always the same key, and over all prompts each its part. When a
 * key drops out, only its own prompts move; their order in the policy does not matter. */
static void a_conversation_stays_with_its_key(void **state)
{
    struct sc_order_key keys[] = {{.id = 0x51}, {.id = 0x52}, {.id = 0x53}};
    const struct sc_order_key turned[] = {{.id = 0x53}, {.id = 0x51}, {.id = 0x52}};
    unsigned count[3] = {0};

    (void)state;
    for (uint64_t i = 0; i < 3000; i++) {
        uint64_t hash = i * UINT64_C(0x123456789abcdef1);
        unsigned key = key_of(hash, keys, 3), without;

        count[key]++;
        assert_int_equal(key, key_of(hash, keys, 3));
        assert_int_equal(keys[key].id, turned[key_of(hash, turned, 3)].id);
        keys[1].refusal = SC_REFUSAL_LATCH;
        without = key_of(hash, keys, 3);
        keys[1].refusal = SC_REFUSAL_NONE;
        if (key != 1)
            assert_int_equal(without, key);
        else
            assert_int_not_equal(without, 1);
    }
    for (unsigned k = 0; k < 3; k++)
        assert_in_range(count[k], 850, 1150);
}

static void a_key_that_cannot_be_read_is_none(void **state)
{
    const struct sc_order_key keys[] = {{.id = 1, .missing = true}, {.id = 2}};
    const struct sc_order_key none[] = {{.id = 1, .missing = true}};
    const struct sc_order_link links[] = {
        {.unfit = false}, {.keys = none, .n_keys = 1}, {.keys = keys, .n_keys = 2}};
    struct sc_order o;
    struct sc_order_next next;

    (void)state;
    first(&o, links, 3);
    next = after(&o, links, 3, SC_CLASS_AUTH, -1);
    assert_int_equal(next.link, 2);
    assert_int_equal(next.key, 1);
}

/* ---- time ---- */

/* A first target that says nothing leaves a third of the time to the next; the last has it all. */
static void a_slow_target_leaves_time_for_the_next(void **state)
{
    struct sc_order_question q = {
        .links = three, .n = 2, .on = ON, .now_ns = MS(1000), .deadline_ns = MS(31000)};
    struct sc_order_failure f = {.class = SC_CLASS_RETRYABLE, .retry = true};
    struct sc_order_next next;
    struct sc_order o;

    (void)state;
    sc_order_first(&o, &q, &next);
    assert_true(next.end_ns == MS(21000));
    q.now_ns = MS(21000);
    f.until_ns = MS(21100);
    sc_order_after(&o, &q, &f, &next);
    assert_int_equal(next.kind, SC_ORDER_ASK);
    assert_int_equal(next.link, 1);
    assert_true(next.at_ns == MS(21000));
    assert_true(next.end_ns == INT64_MAX);
}

static void no_wait_ends_after_the_deadline(void **state)
{
    const struct sc_order_link links[] = {{.refusal = SC_REFUSAL_GATE, .until_ns = MS(2000)},
                                          {.unfit = false}};
    struct sc_order_question q = {
        .links = links, .n = 2, .on = ON, .now_ns = MS(1000), .deadline_ns = MS(1900)};
    struct sc_order_next next;
    struct sc_order o;

    (void)state;
    sc_order_first(&o, &q, &next);
    assert_int_equal(next.link, 1);
}

/* Two seconds for a target in all: those that its gate took are gone. */
static void the_waits_for_a_target_add_up(void **state)
{
    const struct sc_order_link links[] = {{.refusal = SC_REFUSAL_GATE, .until_ns = MS(2500)},
                                          {.unfit = false}};
    struct sc_order_question q = {
        .links = links, .n = 2, .on = ON, .now_ns = MS(1000), .deadline_ns = INT64_MAX};
    struct sc_order_failure f = {.class = SC_CLASS_RATE_LIMITED, .retry = true};
    struct sc_order_next next;
    struct sc_order o;

    (void)state;
    for (int more = 0; more < 2; more++) {
        q.now_ns = MS(1000);
        sc_order_first(&o, &q, &next);
        assert_true(next.at_ns == MS(2500));
        q.now_ns = MS(2500);
        f.until_ns = MS(3000 + more);
        sc_order_after(&o, &q, &f, &next);
        assert_int_equal(next.kind, more ? SC_ORDER_ASK : SC_ORDER_AGAIN);
        assert_int_equal(next.link, more);
    }
}

/* A route may lead to a target that this call cannot be said to: no failure, so `on` is not asked.
 */
static void an_unfit_first_target_is_left_whatever_on_says(void **state)
{
    const struct sc_order_link links[] = {{.unfit = true}, {.unfit = false}};
    struct sc_order_question q = {.links = links,
                                  .n = 2,
                                  .on = 1u << SC_CLASS_AUTH,
                                  .now_ns = MS(1000),
                                  .deadline_ns = INT64_MAX};
    struct sc_order_next next;
    struct sc_order o;

    (void)state;
    sc_order_first(&o, &q, &next);
    assert_int_equal(next.link, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twelve_failures_lead_where_the_table_says),
        cmocka_unit_test(who_would_only_refuse_is_not_asked),
        cmocka_unit_test(refusing_and_unfit_links_are_passed_over),
        cmocka_unit_test(a_refusal_that_on_does_not_name_is_the_first_one_s_own),
        cmocka_unit_test(without_anybody_else_all_is_as_without_a_chain),
        cmocka_unit_test(a_last_resort_takes_no_attempt_away),
        cmocka_unit_test(only_who_takes_more_is_asked_after_too_many_tokens),
        cmocka_unit_test(keys_fail_over_at_once_and_each_is_asked_once),
        cmocka_unit_test(a_service_that_fails_is_not_asked_with_another_key),
        cmocka_unit_test(all_calls_go_to_the_key_that_is_free),
        cmocka_unit_test(a_conversation_stays_with_its_key),
        cmocka_unit_test(a_key_that_cannot_be_read_is_none),
        cmocka_unit_test(a_slow_target_leaves_time_for_the_next),
        cmocka_unit_test(no_wait_ends_after_the_deadline),
        cmocka_unit_test(the_waits_for_a_target_add_up),
        cmocka_unit_test(an_unfit_first_target_is_left_whatever_on_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
