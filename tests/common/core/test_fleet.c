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
}

static void costs_are_those_of_the_part(void **state)
{
    (void)state;
    assert_int_equal(sc_fleet_cost(1, 60, SC_FLEET_ALL), 1000 * MS);
    assert_int_equal(sc_fleet_cost(1, 60, SC_FLEET_ALL / 8), 8000 * MS);
    assert_int_equal(sc_fleet_cost(1, 60, 0), SC_LIMITER_HORIZON_NS);
    assert_int_equal(sc_fleet_cost(1, 1, 1), SC_LIMITER_HORIZON_NS);
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
