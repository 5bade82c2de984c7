/*
 * The shares of a limit in virtual time: hosts that come and go, and a keeper of shares that hands
 * out no more than is free (as fleet.lua does).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "core/fleet.h"
#include "core/limiter.h"
#include "core/money.h"

enum { HOSTS = 8, RPM = 6000 };
#define MS INT64_C(1000000)

struct host {
    struct sc_fleet_lease lease;
    int64_t demand, others, n, next;
    double rate; /* calls a second that come */
    double queue;
    int64_t asked;
    double tokens; /* what its share gives, not yet used */
};

static int64_t others_of(const struct host *h, int me, int64_t now, int64_t *demand, int64_t *n)
{
    int64_t taken = 0;

    *demand = *n = 0;
    for (int i = 0; i < HOSTS; i++) {
        if (i == me || h[i].lease.end_ns <= now)
            continue;
        taken += h[i].lease.share;
        *demand += h[i].demand;
        ++*n;
    }
    return taken;
}

static void renew(struct host *h, int me, int64_t now)
{
    struct host *m = &h[me];
    struct sc_fleet_use u = {.before = m->demand,
                             .asked = m->asked,
                             .span_ns = SC_FLEET_PERIOD_NS,
                             .limit = RPM,
                             .calls_waiting = (int64_t)m->queue};
    int64_t want, free;

    m->demand = sc_fleet_demand(&u);
    want = sc_fleet_want(m->demand, m->others, m->n);
    free = SC_FLEET_ALL - others_of(h, me, now, &m->others, &m->n);
    m->lease.share = want < free ? want : free > 0 ? free : 0;
    m->lease.end_ns = now + SC_FLEET_LEASE_NS;
    m->asked = 0;
    m->next = now + SC_FLEET_PERIOD_NS;
}

/* Runs them for so long; cut: a part of a thousand of the trips that do not come through. Returns
 * the calls that went; none may be beyond the limit. */
static double run(struct host *h, int64_t ms, int cut)
{
    double went = 0, fraction[HOSTS] = {0};

    for (int64_t now = MS; now < ms * MS; now += MS) {
        int64_t sum = 0;

        for (int i = 0; i < HOSTS; i++) {
            double go;

            fraction[i] += h[i].rate / 1000;
            while (fraction[i] >= 1) {
                fraction[i] -= 1;
                h[i].queue += 1;
                h[i].asked++;
            }
            if (now >= h[i].next) {
                if (rand() % 1000 < cut)
                    h[i].next = now + SC_FLEET_PERIOD_NS;
                else
                    renew(h, i, now);
            }
            sum += sc_fleet_share(&h[i].lease, now, false, HOSTS);
            h[i].tokens +=
                (double)sc_fleet_share(&h[i].lease, now, false, HOSTS) / SC_FLEET_ALL * RPM / 60000;
            go = h[i].queue < h[i].tokens ? h[i].queue : h[i].tokens;
            h[i].queue -= go;
            h[i].tokens = h[i].queue > 0 ? h[i].tokens - go : 0;
            went += go;
        }
        assert_true(sum <= SC_FLEET_ALL);
    }
    return went;
}

static void all_of_it_is_used_and_no_more(void **state)
{
    struct host h[HOSTS] = {0};

    (void)state;
    srand(1);
    for (int i = 0; i < HOSTS; i++) {
        h[i].rate = 40;
        h[i].next = i * 50 * MS;
    }
    assert_true(run(h, 60000, 0) > 0.98 * RPM);
}

static void a_skewed_load_is_served(void **state)
{
    struct host h[HOSTS] = {0};

    (void)state;
    srand(2);
    for (int i = 0; i < HOSTS; i++) {
        h[i].rate = i == 0 ? 180 : 20.0 / 7;
        h[i].next = i * 50 * MS;
    }
    assert_true(run(h, 60000, 0) > 0.95 * RPM);
}

static void trips_that_fail_never_make_it_more(void **state)
{
    struct host h[HOSTS] = {0};

    (void)state;
    srand(3);
    for (int i = 0; i < HOSTS; i++) {
        h[i].rate = 10 + 10 * i;
        h[i].next = i * 50 * MS;
    }
    assert_true(run(h, 60000, 300) > 0.8 * RPM);
}

static void what_is_left_is_for_who_comes(void **state)
{
    (void)state;
    assert_true(sc_fleet_want(SC_FLEET_ALL / 5, 0, 0) < SC_FLEET_ALL);
    assert_true(sc_fleet_want(SC_FLEET_ALL / 5, 0, 0) > SC_FLEET_ALL / 5);
    assert_int_equal(sc_fleet_want(SC_FLEET_ALL, SC_FLEET_ALL, 1), SC_FLEET_ALL / 2);
    assert_true(sc_fleet_want(0, SC_FLEET_ALL * 9, 3) > 0);
}

static void away_it_is_a_part_for_each(void **state)
{
    struct sc_fleet_lease l = {SC_FLEET_ALL / 2, 1000 * MS};

    (void)state;
    assert_int_equal(sc_fleet_share(&l, 999 * MS, true, 8), SC_FLEET_ALL / 2);
    assert_int_equal(sc_fleet_share(&l, 1000 * MS, true, 8), SC_FLEET_ALL / 8);
    assert_int_equal(sc_fleet_share(&l, 1000 * MS, false, 8), 0);
    assert_int_equal(sc_fleet_share(&l, 1000 * MS, true, 0), SC_FLEET_ALL);
    l.end_ns = 5000 * MS; /* longer than any lease: damage */
    assert_int_equal(sc_fleet_share(&l, 1000 * MS, false, 8), 0);
}

/* Neither a share that shrinks nor one that grows makes credit. */
static void a_bucket_moves_with_its_share(void **state)
{
    int64_t now = 1000000 * MS, burst = 600 * MS;
    struct sc_fleet_move m = {.now_ns = now, .burst_ns = burst, .from = SC_FLEET_ALL / 2};
    uint64_t tat = (uint64_t)(now + 300 * MS), moved;

    (void)state;
    assert_int_equal(sc_fleet_credit(tat, burst, m.from, now), 150 * MS);
    m.to = SC_FLEET_ALL;
    moved = sc_fleet_move(tat, &m);
    assert_int_equal(sc_fleet_credit(moved, burst, m.to, now), 150 * MS);
    m.grant = 100 * MS;
    moved = sc_fleet_move(tat, &m);
    assert_int_equal(sc_fleet_credit(moved, burst, m.to, now), 250 * MS);
    m.grant = 0;
    m.to = SC_FLEET_ALL / 10; /* it holds 60 */
    moved = sc_fleet_move(tat, &m);
    assert_int_equal(sc_fleet_credit(moved, burst, m.to, now), 60 * MS);
    tat = (uint64_t)(now + burst + 100 * MS); /* a debt of 50 at the whole rate */
    m.to = SC_FLEET_ALL;
    assert_int_equal(sc_fleet_move(tat, &m), now + burst + 50 * MS);
    m.from = 0; /* the lease has ended, the debt has not */
    m.unit = SC_FLEET_ALL / 2;
    assert_int_equal(sc_fleet_move(tat, &m), now + burst + 50 * MS);
    m.to = SC_FLEET_ALL / 4;
    assert_int_equal(sc_fleet_move(tat, &m), now + burst + 200 * MS);
    tat = (uint64_t)now; /* what was in it has gone to others */
    assert_int_equal(sc_fleet_move(tat, &m), now + burst);
}

static void costs_are_those_of_the_part(void **state)
{
    (void)state;
    assert_int_equal(sc_fleet_cost(1, 60, SC_FLEET_ALL), 1000 * MS);
    assert_int_equal(sc_fleet_cost(1, 60, SC_FLEET_ALL / 8), 8000 * MS);
    assert_int_equal(sc_fleet_cost(1, 60, 0), SC_LIMITER_HORIZON_NS);
    assert_int_equal(sc_fleet_cost(1, 1, 1), SC_LIMITER_HORIZON_NS);
}

static void without_an_answer_it_is_a_part_of_a_guess(void **state)
{
    struct sc_fleet_lease none = {0};

    (void)state;
    assert_int_equal(sc_fleet_hosts(0, 0), SC_FLEET_GUESS);
    assert_int_equal(sc_fleet_hosts(0, 3), 3);
    assert_int_equal(sc_fleet_hosts(2, 0), 2);
    assert_int_equal(sc_fleet_hosts(2, 3), 3); /* one may be there that Redis has not met */
    assert_int_equal(sc_fleet_hosts(4, 3), 4);
    assert_true(sc_fleet_share(&none, 1000 * MS, true, sc_fleet_hosts(0, 0)) < SC_FLEET_ALL);
    assert_true(16 * 4 * sc_fleet_crumb(4) <= SC_FLEET_ALL);
    assert_true(sc_fleet_crumb(0) > 0);
}

/* All want more than there is and each has its part: asking sooner brings nothing. */
static void who_has_his_part_does_not_press(void **state)
{
    int64_t part = sc_fleet_want(3 * SC_FLEET_ALL, 3 * SC_FLEET_ALL, 1);

    (void)state;
    assert_false(sc_fleet_is_worth(part, sc_fleet_want(3 * SC_FLEET_ALL, 3 * SC_FLEET_ALL, 1)));
    assert_true(sc_fleet_is_worth(part / 2, part));
    assert_true(sc_fleet_is_worth(part, sc_fleet_want(3 * SC_FLEET_ALL, 0, 1)));
    assert_false(sc_fleet_is_worth(SC_FLEET_ALL, 2 * SC_FLEET_ALL));
}

/* A 429 that all calls under way meet makes one trip: the others say what was said. */
static void what_others_know_is_not_urgent(void **state)
{
    int64_t now = 5000 * MS, until = now + 30000 * MS;

    (void)state;
    assert_true(sc_fleet_is_urgent(0, until, now));
    assert_true(sc_fleet_is_urgent(now - MS, until, now));
    assert_false(sc_fleet_is_urgent(until, until + 400 * MS, now + 400 * MS));
    assert_true(sc_fleet_is_urgent(until, until + 2000 * MS, now + 400 * MS));
    assert_false(sc_fleet_is_urgent(0, now - MS, now));
}

static void news_are_told_at_once_but_not_without_end(void **state)
{
    uint64_t word = 0;
    int told = 0, at_once = 0;

    (void)state;
    for (int64_t now = 1000 * MS; now < 11000 * MS; now += MS) {
        struct sc_limiter_ask a = {.cost_ns = SC_FLEET_NEWS_NS,
                                   .burst_ns = SC_FLEET_NEWS_BURST_NS,
                                   .now_ns = now,
                                   .latest_ns = now};

        word = sc_limiter_reserve(word, &a);
        told += a.taken;
        at_once += a.taken && now < 1010 * MS;
    }
    assert_int_equal(at_once, 5);
    assert_true(told <= 5 + 50); /* of 10,000 */
}

/* ---- money ---- */

/* What Redis has: a counter of each host, and the most that anybody has known of (fleet.lua). */
struct kept_sums {
    int64_t own[HOSTS], most;
};

struct spender {
    uint64_t spent, elsewhere; /* words, as in a host's memory */
    int64_t really;
};

static void tell(struct kept_sums *k, struct spender *h, int me)
{
    struct sc_money_add own = {.period = 0}, others = {.period = 0};
    int64_t sum = 0;

    own.nano = sc_money_spent(h->spent, 0);
    if (k->own[me] > own.nano)
        own.nano = k->own[me];
    k->own[me] = own.nano;
    if (own.nano + sc_money_spent(h->elsewhere, 0) > k->most)
        k->most = own.nano + sc_money_spent(h->elsewhere, 0);
    for (int i = 0; i < HOSTS; i++)
        sum += i == me ? 0 : k->own[i];
    others.nano = sc_fleet_others_spent(own.nano, sum, k->most);
    h->spent = sc_money_restore(h->spent, &own);
    h->elsewhere = sc_money_restore(h->elsewhere, &others);
}

static int64_t known(const struct spender *h)
{
    return sc_money_spent(h->spent, 0) + sc_money_spent(h->elsewhere, 0);
}

/* 100,000 calls of hosts each of which is cut off at random, and of which one or the other finds
 * that Redis has been emptied: none is ever told of more than was spent, or of less than it knew,
 * and when all have met again each knows the whole sum. */
static void no_money_is_lost_or_counted_twice(void **state)
{
    struct spender h[HOSTS] = {0};
    struct kept_sums k = {0};
    bool cut[HOSTS] = {false};
    int64_t all = 0;

    (void)state;
    srand(7);
    for (int n = 0; n < 100000; n++) {
        int me = rand() % HOSTS;
        int64_t before = known(&h[me]);
        struct sc_money_add a = {.period = 0, .nano = 1 + rand() % 50000};

        h[me].spent = sc_money_add(h[me].spent, &a);
        all += a.nano;
        if (rand() % 200 == 0)
            cut[rand() % HOSTS] ^= true;
        if (rand() % 5000 == 0)
            k = (struct kept_sums){0};
        if (!cut[me] && rand() % 8 == 0)
            tell(&k, &h[me], me);
        assert_true(known(&h[me]) <= all);
        assert_true(known(&h[me]) >= before + a.nano);
    }
    for (int twice = 0; twice < 2; twice++) /* and once more: the same again changes nothing */
        for (int i = 0; i < 2 * HOSTS; i++)
            tell(&k, &h[i % HOSTS], i % HOSTS);
    for (int i = 0; i < HOSTS; i++)
        assert_int_equal(known(&h[i]), all);
}

/* A host that has gone for good, and then Redis' memory: who comes later hears of it from who knew.
 */
static void what_the_dead_have_spent_is_known_to_newcomers(void **state)
{
    struct spender h[HOSTS] = {0};
    struct kept_sums k = {0};
    struct sc_money_add a = {.period = 0, .nano = 700}, b = {.period = 0, .nano = 30};

    (void)state;
    h[0].spent = sc_money_add(h[0].spent, &a);
    tell(&k, &h[0], 0);
    h[1].spent = sc_money_add(h[1].spent, &b);
    tell(&k, &h[1], 1);
    k = (struct kept_sums){0};
    tell(&k, &h[1], 1);
    tell(&k, &h[2], 2);
    assert_int_equal(known(&h[2]), 730);
    tell(&k, &h[0], 0); /* it was not dead */
    tell(&k, &h[2], 2);
    assert_int_equal(known(&h[2]), 730);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_is_used_and_no_more),
        cmocka_unit_test(a_skewed_load_is_served),
        cmocka_unit_test(trips_that_fail_never_make_it_more),
        cmocka_unit_test(what_is_left_is_for_who_comes),
        cmocka_unit_test(away_it_is_a_part_for_each),
        cmocka_unit_test(a_bucket_moves_with_its_share),
        cmocka_unit_test(costs_are_those_of_the_part),
        cmocka_unit_test(without_an_answer_it_is_a_part_of_a_guess),
        cmocka_unit_test(who_has_his_part_does_not_press),
        cmocka_unit_test(what_others_know_is_not_urgent),
        cmocka_unit_test(news_are_told_at_once_but_not_without_end),
        cmocka_unit_test(no_money_is_lost_or_counted_twice),
        cmocka_unit_test(what_the_dead_have_spent_is_known_to_newcomers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
