/* Gate, latch, lease and token ratio: the smaller words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/gate.h"
#include "core/latch.h"
#include "core/lease.h"
#include "core/tokens.h"
#include "random.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)
#define NOW (1000 * SECOND)

static uint64_t close_until(uint64_t w, int64_t until, int64_t now, int64_t *moved)
{
    struct sc_gate_close c = {.now_ns = now, .until_ns = until};

    w = sc_gate_close(w, &c);
    if (moved)
        *moved = c.moved_ns;
    return w;
}

static int64_t pass(uint64_t *release, uint64_t until, int64_t now)
{
    struct sc_gate_pass p = {.until = until, .now_ns = now, .latest_ns = INT64_MAX};

    *release = sc_gate_pass(*release, &p);
    assert_true(p.taken);
    return p.start_ns;
}

static void a_hint_is_a_floor_and_only_grows(void **state)
{
    int64_t moved;
    uint64_t w = close_until(0, NOW + 3 * SECOND, NOW, &moved), longer;

    (void)state;
    assert_true(sc_gate_until(w, NOW) >= NOW + 3 * SECOND);
    assert_true(moved >= 3 * SECOND && moved < 3 * SECOND + MS);
    assert_int_equal(close_until(w, NOW + 2 * SECOND, NOW, &moved), w);
    assert_int_equal(moved, 0);
    longer = close_until(w, NOW + 5 * SECOND, NOW + SECOND, &moved);
    assert_true(sc_gate_until(longer, NOW) >= NOW + 5 * SECOND);
    assert_true(moved < 2 * SECOND + MS && moved > 2 * SECOND - MS);
    assert_int_equal(sc_gate_until(longer, NOW + 6 * SECOND), 0);
    assert_int_equal(close_until(w, NOW - 1, NOW, NULL), w);
}

static void the_waiting_come_out_in_order_and_apart(void **state)
{
    uint64_t gate = close_until(0, NOW + 3 * SECOND, NOW, NULL), release = 0;
    int64_t last = 0;

    (void)state;
    for (int i = 0; i < 50; i++) {
        int64_t start = pass(&release, gate, NOW + i * 10 * MS);

        assert_true(start >= NOW + 3 * SECOND);
        assert_true(start >= last + 10 * MS);
        last = start;
    }
    assert_true(last < NOW + 6 * SECOND);
    /* Who comes after the opening queues behind those, until they are through. */
    assert_true(pass(&release, gate, NOW + 3 * SECOND + 100 * MS) > last);
    assert_int_equal(pass(&release, gate, NOW + 20 * SECOND), NOW + 20 * SECOND);
}

static void an_open_gate_costs_no_write(void **state)
{
    uint64_t release = 0;

    (void)state;
    assert_int_equal(pass(&release, 0, NOW), NOW);
    assert_int_equal(release, 0);
}

static void no_damage_closes_a_gate_beyond_the_horizon(void **state)
{
    (void)state;
    for (int i = 0; i < 100000; i++) {
        uint64_t w = random64(), release = random64();
        int64_t until = sc_gate_until(w, NOW);

        assert_true(until == 0 || until - NOW <= SC_GATE_HORIZON_NS + MS);
        assert_true(pass(&release, w, NOW) - NOW <= 2 * SC_GATE_HORIZON_NS + 70 * SECOND);
        w = close_until(w, INT64_MAX / 2, NOW, NULL);
        assert_true(sc_gate_until(w, NOW) - NOW <= SC_GATE_HORIZON_NS + MS);
    }
}

static void a_latch_lets_one_through_a_minute(void **state)
{
    struct sc_latch_set s = {.now_ns = NOW, .reason = SC_LATCH_QUOTA};
    uint64_t w = sc_latch_set(0, &s);
    int allowed = 0;

    (void)state;
    assert_true(s.newly);
    for (int t = 1; t <= 300; t++) {
        struct sc_latch_ask a = {.now_ns = NOW + t * SECOND};

        w = sc_latch_admit(w, &a);
        assert_int_equal(a.reason, SC_LATCH_QUOTA);
        assert_true(a.allowed == a.probe && a.allowed == (a.retry_after_ns == 0));
        allowed += a.allowed;
    }
    assert_in_range(allowed, 4, 5);
    sc_latch_set(w, &s);
    assert_false(s.newly);
}

static bool refuse(uint64_t *w, int64_t now, bool named)
{
    struct sc_latch_refusal r = {.now_ns = now, .named = named};

    *w = sc_latch_refused(*w, &r);
    return r.stop;
}

static void work(uint64_t *w, int64_t now)
{
    *w = sc_latch_worked(*w, &now);
}

static void a_refusal_is_doubted_once_where_the_key_has_worked(void **state)
{
    uint64_t w = 0, before;

    (void)state;
    assert_true(refuse(&w, NOW, false)); /* never seen to work */
    work(&w, NOW);
    assert_false(refuse(&w, NOW + SECOND, false));
    assert_true(refuse(&w, NOW + 2 * SECOND, false));
    work(&w, NOW + 3 * SECOND);
    assert_true(refuse(&w, NOW + 3 * SECOND, true)); /* it names the key */
    work(&w, NOW + 4 * SECOND);
    assert_true(refuse(&w, NOW + 4 * SECOND + SC_LATCH_LATELY_NS, false)); /* long ago */
    work(&w, NOW + 5 * SECOND);
    assert_true(refuse(&w, NOW, false)); /* a time that was not yet: damage */
    work(&w, NOW + 6 * SECOND);
    before = w;
    work(&w, NOW + 6 * SECOND + SECOND / 2); /* a word that many write is written rarely */
    assert_true(w == before);
    work(&w, NOW + 8 * SECOND);
    assert_true(w != before);
    assert_true(refuse((uint64_t[]){~UINT64_C(0)}, NOW, false));
}

static void a_latch_waits_for_the_servers_hint(void **state)
{
    struct sc_latch_set s = {.now_ns = NOW, .reason = SC_LATCH_AUTH, .hint_ns = 600 * SECOND};
    struct sc_latch_ask a = {.now_ns = NOW + 599 * SECOND};
    uint64_t w = sc_latch_set(0, &s);

    (void)state;
    sc_latch_admit(w, &a);
    assert_false(a.allowed);
    a.now_ns += 2 * SECOND;
    sc_latch_admit(w, &a);
    assert_true(a.allowed);
}

static void a_lease_names_its_holder_and_ends(void **state)
{
    struct sc_lease l = {.home = true, .pid = 4194303, .tag = 2047, .end_ns = NOW + SECOND}, r;
    uint64_t w = sc_lease_write(&l, NOW), other;
    struct sc_lease_take t = {.now_ns = NOW, .mine = w};

    (void)state;
    r = sc_lease_read(w);
    assert_true(r.home && r.pid == 4194303 && r.tag == 2047 && r.end_ns >= l.end_ns);
    assert_false(sc_lease_is_free(w, NOW));
    assert_true(sc_lease_is_free(w, NOW + 2 * SECOND));
    l.pid = 1;
    other = sc_lease_write(&l, NOW);
    assert_int_equal(sc_lease_take(other, &t), other);
    assert_false(t.taken);
    t.dead = other;
    assert_int_equal(sc_lease_take(other, &t), w);
    assert_true(t.taken);
    assert_int_equal(sc_lease_give(w, &w), 0);
    assert_int_equal(sc_lease_give(other, &w), other);
}

static void a_lease_never_outlives_two_hours(void **state)
{
    struct sc_lease l = {.pid = 5, .end_ns = INT64_MAX};
    uint64_t w = sc_lease_write(&l, NOW);

    (void)state;
    assert_false(sc_lease_is_free(w, NOW + 7199 * SECOND));
    assert_true(sc_lease_is_free(w, NOW + 7201 * SECOND));
    for (int i = 0; i < 100000; i++) {
        w = random64();
        assert_true(sc_lease_is_free(w, NOW) || sc_lease_is_free(w, NOW + 7201 * SECOND));
    }
}

static uint64_t learn(uint64_t w, int64_t estimated, int64_t tokens)
{
    return sc_tokens_learn(w, &(struct sc_tokens_seen){estimated, tokens});
}

static void the_factor_begins_at_one_and_is_learned(void **state)
{
    uint64_t w = 0;

    (void)state;
    assert_int_equal(sc_tokens_scale(0, 1000), 1000);
    assert_int_equal(sc_tokens_scale_milli(0), 1000);
    w = learn(w, 100000, 130000); /* a long request is believed at once */
    assert_in_range(sc_tokens_scale_milli(w), 1270, 1300);
    for (int i = 0; i < 100; i++)
        w = learn(w, 10000, 13000);
    assert_in_range(sc_tokens_scale_milli(w), 1298, 1300);
    assert_in_range(sc_tokens_scale(w, 1000), 1298, 1301);
    for (int i = 0; i < 100; i++) /* and is forgotten when all is different */
        w = learn(w, 10000, 7000);
    assert_in_range(sc_tokens_scale_milli(w), 699, 710);
}

/* Nearly all of a "hi" is JSON, of which the service counts nothing: that tells little of a long
 * text, but all of many of its kind. */
static void a_short_request_teaches_little(void **state)
{
    uint64_t w = learn(0, 25, 8);

    (void)state;
    assert_in_range(sc_tokens_scale_milli(w), 800, 820);
    for (int i = 0; i < 1000; i++)
        w = learn(w, 25, 8);
    assert_in_range(sc_tokens_scale_milli(w), 320, 340);
}

static void an_implausible_factor_is_none(void **state)
{
    uint64_t w = learn(0, 1000, 1500);

    (void)state;
    assert_int_equal(learn(w, 1, 1000), w);
    assert_int_equal(learn(w, 1000, 1), w);
    assert_int_equal(learn(w, 0, 10), w);
    assert_int_equal(learn(w, 10, -1), w);
    assert_int_equal(learn(w, 10, INT64_MAX), w);
    for (int i = 0; i < 100000; i++)
        assert_in_range(sc_tokens_scale(random64(), 1000), 125, 8000);
    assert_int_equal(sc_tokens_scale(0, -1), 0);
    assert_true(sc_tokens_scale(0, INT64_MAX) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hint_is_a_floor_and_only_grows),
        cmocka_unit_test(the_waiting_come_out_in_order_and_apart),
        cmocka_unit_test(an_open_gate_costs_no_write),
        cmocka_unit_test(no_damage_closes_a_gate_beyond_the_horizon),
        cmocka_unit_test(a_latch_lets_one_through_a_minute),
        cmocka_unit_test(a_refusal_is_doubted_once_where_the_key_has_worked),
        cmocka_unit_test(a_latch_waits_for_the_servers_hint),
        cmocka_unit_test(a_lease_names_its_holder_and_ends),
        cmocka_unit_test(a_lease_never_outlives_two_hours),
        cmocka_unit_test(the_factor_begins_at_one_and_is_learned),
        cmocka_unit_test(a_short_request_teaches_little),
        cmocka_unit_test(an_implausible_factor_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
