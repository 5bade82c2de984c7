/* Whom of a chain is asked next, and with which key; how often and when is the call's: the two
 * together, as the engine has them, in virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/call.h"
#include "core/order.h"
#include "core/time.h"

#define BIT(class) (1u << SC_CLASS_##class)
#define ON                                                                                     \
    (BIT(RETRYABLE) | BIT(OVERLOADED) | BIT(RATE_LIMITED) | BIT(QUOTA_EXHAUSTED) | BIT(AUTH) | \
     BIT(NOT_FOUND) | BIT(TOKEN_LIMIT))

struct link {
    bool unfit, small; /* small: it takes no more tokens than the first */
    const struct sc_order_key *keys;
    unsigned n_keys;
};

static bool fits(void *arg, unsigned link, enum sc_class class)
{
    const struct link *l = (const struct link *)arg + link;

    return !l->unfit && (class != SC_CLASS_TOKEN_LIMIT || !l->small);
}

static unsigned keys(void *arg, unsigned link, struct sc_order_key out[SC_ORDER_KEYS_MAX])
{
    const struct link *l = (const struct link *)arg + link;

    for (unsigned k = 0; k < l->n_keys; k++)
        out[k] = l->keys[k];
    return l->n_keys;
}

static struct sc_order_question about(struct link *links, unsigned n)
{
    return (struct sc_order_question){.n = n, .on = ON, .fits = fits, .keys = keys, .arg = links};
}

/* ---- with the call --------------------------------------------------------------------------- */

/* A service that fails in one way, and a chain of the program's host and two others. */
struct failing {
    const char *what;
    enum sc_class class;
    int64_t hint_ms;
    bool never;        /* the rule has one attempt */
    uint32_t on;       /* 0: ON */
    const char *asked; /* link after link, as digits; the last one answers */
    int64_t took_ms;   /* in waits */
};

/* Links 0 and 1 fail as told, 2 answers if it is ever asked. */
static void run(const struct failing *f, char *asked, int64_t *took_ms)
{
    struct link three[3] = {{.small = true}, {.small = true}, {.unfit = false}};
    struct sc_order_question q = about(three, 3);
    struct sc_settings s = {.retry = {.enabled = true}};
    struct sc_result r = {.verdict = {f->class, sc_class_retryable(f->class), f->hint_ms, "test"},
                          .replayable = true};
    struct sc_order o = {.key = SC_ORDER_NO_KEY};
    struct sc_step step;
    struct sc_call c;
    int64_t now = SC_NS_PER_S;
    size_t n = 0;

    q.on = f->on ? f->on : ON;
    for (int i = 0; i < SC_CLASS_COUNT; i++)
        s.retry.by_class[i] = (struct sc_strategy){
            .max_attempts = f->never ? 1 : 4,
            .backoff = {.base_ms = 500, .factor = 2, .max_ms = 8000, .jitter = SC_JITTER_NONE}};
    sc_call_begin(&c, &s, now, SC_NEVER);
    for (sc_call_next(&c, now, &step); step.kind != SC_STEP_DELIVER && n < 9;
         sc_call_next(&c, now, &step)) {
        if (step.kind == SC_STEP_WAIT) {
            now = step.until_ns;
            continue;
        }
        asked[n++] = (char)('0' + o.link);
        if (o.link == 2)
            break;
        sc_call_chained(&c, sc_order_has_next(&o, &q));
        sc_call_outcome(&c, &r, now, 0);
        if (!sc_call_wants_retry(&c) && sc_order_after(&o, &q, f->class))
            sc_call_apply(&c, (struct sc_wish){SC_MOVE, SC_GIVE_UP_NOT}, now);
    }
    asked[n] = '\0';
    *took_ms = (now - SC_NS_PER_S) / SC_NS_PER_MS;
}

static void each_failure_leads_where_the_table_says(void **state)
{
    static const struct failing table[] = {
        {"500, or no connection", SC_CLASS_RETRYABLE, -1, false, 0, "00112", 1000},
        {"503 or 529", SC_CLASS_OVERLOADED, -1, false, 0, "00112", 1000},
        {"500, no other attempt allowed", SC_CLASS_RETRYABLE, -1, true, 0, "012", 0},
        {"429 for a second", SC_CLASS_RATE_LIMITED, 1000, false, 0, "00112", 2000},
        {"429 for a minute", SC_CLASS_RATE_LIMITED, 60000, false, 0, "012", 0},
        {"quota exhausted", SC_CLASS_QUOTA_EXHAUSTED, -1, false, 0, "012", 0},
        {"key refused", SC_CLASS_AUTH, -1, false, 0, "012", 0},
        {"no such model", SC_CLASS_NOT_FOUND, -1, false, 0, "012", 0},
        {"too many tokens", SC_CLASS_TOKEN_LIMIT, -1, false, 0, "02", 0},
        {"content policy", SC_CLASS_CONTENT_POLICY, -1, false, 0, "0", 0},
        {"content policy, in `on`", SC_CLASS_CONTENT_POLICY, -1, false, BIT(CONTENT_POLICY), "012",
         0},
        {"bad request", SC_CLASS_BAD_REQUEST, -1, false, 0, "0", 0},
        {"stopped by the program", SC_CLASS_ABORTED, -1, false, 0, "0", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        int64_t took, more = table[i].took_ms / 4; /* positive jitter of a hint */
        char asked[16];

        run(&table[i], asked, &took);
        if (strcmp(asked, table[i].asked) != 0 || took < table[i].took_ms ||
            took > table[i].took_ms + more)
            fail_msg("%s: asked %s in %d ms instead of %s in %d ms", table[i].what, asked,
                     (int)took, table[i].asked, (int)table[i].took_ms);
    }
}

/* ---- targets --------------------------------------------------------------------------------- */

static void unfit_links_are_passed_over_and_each_is_asked_once(void **state)
{
    struct link links[] = {{.unfit = false}, {.unfit = true}, {.unfit = true}, {.unfit = false}};
    struct sc_order_question q = about(links, 4);
    struct sc_order o = {.key = SC_ORDER_NO_KEY};

    (void)state;
    assert_true(sc_order_has_next(&o, &q));
    assert_true(sc_order_after(&o, &q, SC_CLASS_OVERLOADED));
    assert_int_equal(o.link, 3);
    assert_false(sc_order_has_next(&o, &q));
    assert_false(sc_order_after(&o, &q, SC_CLASS_OVERLOADED));
    assert_int_equal(o.link, 3);
}

static void what_on_does_not_name_leads_nowhere(void **state)
{
    struct link links[2] = {{.unfit = false}};
    struct sc_order_question q = about(links, 2);
    struct sc_order o = {.key = SC_ORDER_NO_KEY};

    (void)state;
    q.on = BIT(AUTH);
    assert_false(sc_order_after(&o, &q, SC_CLASS_RETRYABLE));
    assert_true(sc_order_after(&o, &q, SC_CLASS_AUTH));
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void keys_fail_over_and_each_is_asked_once(void **state)
{
    static const enum sc_class classes[] = {SC_CLASS_RATE_LIMITED, SC_CLASS_QUOTA_EXHAUSTED,
                                            SC_CLASS_AUTH};
    const struct sc_order_key three[] = {{.id = 1}, {.id = 2}, {.id = 3}};
    struct link links[] = {{.keys = three, .n_keys = 3}, {.unfit = false}};
    struct sc_order_question q = about(links, 2);

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct sc_order o = {.link = 0};
        unsigned asked;

        assert_true(sc_order_key(&o, &q));
        asked = 1u << o.key;
        for (int k = 0; k < 2; k++) {
            assert_true(sc_order_after(&o, &q, classes[i]));
            assert_int_equal(o.link, 0);
            asked |= 1u << o.key;
        }
        assert_int_equal(asked, 7);
        assert_true(sc_order_after(&o, &q, classes[i]));
        assert_int_equal(o.link, 1);
        assert_int_equal(o.key, SC_ORDER_NO_KEY);
    }
}

static void another_key_is_asked_whatever_on_says(void **state)
{
    const struct sc_order_key two[] = {{.id = 1}, {.id = 2}};
    struct link links[] = {{.keys = two, .n_keys = 2}, {.unfit = false}};
    struct sc_order_question q = about(links, 2);
    struct sc_order o = {.link = 0};

    (void)state;
    q.on = 0;
    assert_true(sc_order_key(&o, &q));
    assert_true(sc_order_after(&o, &q, SC_CLASS_RATE_LIMITED));
    assert_false(sc_order_after(&o, &q, SC_CLASS_RATE_LIMITED));
}

static void a_service_that_fails_is_not_asked_with_another_key(void **state)
{
    const struct sc_order_key two[] = {{.id = 1}, {.id = 2}};
    struct link links[] = {{.keys = two, .n_keys = 2}, {.unfit = false}};
    struct sc_order_question q = about(links, 2);
    struct sc_order o = {.link = 0};

    (void)state;
    assert_true(sc_order_key(&o, &q));
    assert_true(sc_order_after(&o, &q, SC_CLASS_OVERLOADED));
    assert_int_equal(o.link, 1);
}

/* Of three keys one is latched, one gated, as the state says when they are asked for: whichever was
 * first, all calls come to the third. */
static void all_calls_go_to_the_key_that_is_free(void **state)
{
    const struct sc_order_key three[] = {{.id = 11}, {.id = 12}, {.id = 13}};
    struct link links[] = {{.keys = three, .n_keys = 3}};
    struct sc_order_question q = about(links, 1);

    (void)state;
    for (q.hash = 0; q.hash < 1000; q.hash++) {
        struct sc_order o = {.link = 0};

        assert_true(sc_order_key(&o, &q));
        while (o.key != 2)
            assert_true(sc_order_after(
                &o, &q, o.key == 0 ? SC_CLASS_QUOTA_EXHAUSTED : SC_CLASS_RATE_LIMITED));
    }
}

static int key_of(uint64_t hash, const struct sc_order_key *all, unsigned n)
{
    struct link links[] = {{.keys = all, .n_keys = n}};
    struct sc_order_question q = about(links, 1);
    struct sc_order o = {.link = 0};

    q.hash = hash;
    assert_true(sc_order_key(&o, &q));
    return o.key;
}

/* Equal prompts have equal hashes: always the same key, and over all prompts each its part. When a
 * key drops out, only its own prompts move; their order in the policy does not matter. */
static void a_conversation_stays_with_its_key(void **state)
{
    struct sc_order_key three[] = {{.id = 0x51}, {.id = 0x52}, {.id = 0x53}};
    const struct sc_order_key turned[] = {{.id = 0x53}, {.id = 0x51}, {.id = 0x52}};
    unsigned count[3] = {0};

    (void)state;
    for (uint64_t i = 0; i < 3000; i++) {
        uint64_t hash = i * UINT64_C(0x123456789abcdef1);
        int key = key_of(hash, three, 3), without;

        count[key]++;
        assert_int_equal(three[key].id, turned[key_of(hash, turned, 3)].id);
        three[1].missing = true;
        without = key_of(hash, three, 3);
        three[1].missing = false;
        if (key != 1)
            assert_int_equal(without, key);
        else
            assert_int_not_equal(without, 1);
    }
    for (unsigned k = 0; k < 3; k++)
        assert_in_range(count[k], 850, 1150);
}

static void a_target_without_a_key_that_can_be_read_is_passed_over(void **state)
{
    const struct sc_order_key some[] = {{.id = 1, .missing = true}, {.id = 2}};
    struct link links[] = {
        {.unfit = false}, {.keys = some, .n_keys = 1}, {.keys = some, .n_keys = 2}};
    struct sc_order_question q = about(links, 3);
    struct sc_order o = {.key = SC_ORDER_NO_KEY};

    (void)state;
    assert_true(sc_order_after(&o, &q, SC_CLASS_AUTH));
    assert_int_equal(o.link, 2);
    assert_int_equal(o.key, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failure_leads_where_the_table_says),
        cmocka_unit_test(unfit_links_are_passed_over_and_each_is_asked_once),
        cmocka_unit_test(what_on_does_not_name_leads_nowhere),
        cmocka_unit_test(keys_fail_over_and_each_is_asked_once),
        cmocka_unit_test(another_key_is_asked_whatever_on_says),
        cmocka_unit_test(a_service_that_fails_is_not_asked_with_another_key),
        cmocka_unit_test(all_calls_go_to_the_key_that_is_free),
        cmocka_unit_test(a_conversation_stays_with_its_key),
        cmocka_unit_test(a_target_without_a_key_that_can_be_read_is_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
