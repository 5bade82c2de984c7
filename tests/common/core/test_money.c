/*
 * Money: periods, sums, alerts; and calls that race for the last of it, in every order of their
 * memory accesses for two, in a million random ones for four, with kills at any of them.
 *
 * The racers take the steps of state/money.c over the real functions: lease, amount, all other
 * amounts, what is spent; then back out, or spend, add, and free the lease. At no moment may what
 * is spent and what those who were let through may still spend exceed the limit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "core/lease.h"
#include "core/money.h"
#include "core/word.h"
#include "random.h"

#define SECOND INT64_C(1000000000)
#define USD INT64_C(1000000000)

/* ---- periods ---- */

static void periods_are_those_of_the_calendar_in_utc(void **state)
{
    (void)state;
    for (int64_t day = -800; day < 40000; day++) {
        time_t t = (time_t)(day * 86400 + below(86400));
        struct tm tm;
        int64_t month = sc_period_number(SC_PERIOD_MONTH, t), end;

        gmtime_r(&t, &tm);
        assert_int_equal(month, ((int64_t)tm.tm_year + 1900) * 12 + tm.tm_mon);
        assert_int_equal(sc_period_number(SC_PERIOD_DAY, t), day);
        end = sc_period_end(SC_PERIOD_MONTH, month);
        assert_true(end > t && end - t <= 31 * 86400);
        assert_int_equal(sc_period_number(SC_PERIOD_MONTH, end), month + 1);
        assert_int_equal(sc_period_number(SC_PERIOD_MONTH, end - 1), month);
    }
    assert_int_equal(sc_period_number(SC_PERIOD_HOUR, 7199), 1);
    assert_int_equal(sc_period_end(SC_PERIOD_HOUR, 1), 7200);
    assert_int_equal(sc_period_end(SC_PERIOD_DAY, 1), 2 * 86400);
    assert_int_equal(sc_period_number(SC_PERIOD_EVER, 1), 0);
    assert_true(sc_period_end(SC_PERIOD_EVER, 0) == INT64_MAX);
}

static uint64_t plus(uint64_t word, int64_t period, int64_t nano)
{
    struct sc_money_add a = {.period = period, .nano = nano};

    return sc_money_add(word, &a);
}

static void a_sum_begins_anew_with_its_period(void **state)
{
    uint64_t w = plus(plus(0, 100, 3), 100, 4);

    (void)state;
    assert_int_equal(sc_money_spent(w, 100), 7);
    assert_int_equal(sc_money_spent(w, 101), 0);
    assert_int_equal(sc_money_spent(plus(w, 101, 5), 101), 5);
    /* Across the place where the number's lowest bits begin again. */
    w = plus(plus(0, 4095, 3), 4096, 4);
    assert_int_equal(sc_money_spent(w, 4096), 4);
    assert_int_equal(sc_money_spent(w, 4097), 0);
}

static void who_is_late_over_the_boundary_adds_to_the_new_period(void **state)
{
    uint64_t w = plus(plus(0, 101, 5), 100, 2);

    (void)state;
    assert_int_equal(sc_money_spent(w, 101), 7);
}

static void a_clock_set_back_forgets_nothing(void **state)
{
    uint64_t w = plus(0, 1000, 5);

    (void)state;
    assert_int_equal(sc_money_spent(w, 990), 5);
    w = plus(w, 990, 2);
    assert_int_equal(sc_money_spent(w, 990), 7);
    /* And the period that it is now does end. */
    assert_int_equal(sc_money_spent(w, 991), 0);
}

static void an_hour_of_months_ago_is_over(void **state)
{
    uint64_t w = plus(0, 100000, 5);

    (void)state;
    for (int64_t later = 1; later <= 166 * 24; later++)
        assert_int_equal(sc_money_spent(w, 100000 + later), 0);
}

static void no_amount_overflows(void **state)
{
    uint64_t w = plus(plus(0, 1, INT64_MAX), 1, INT64_MAX);

    (void)state;
    assert_true(sc_money_spent(w, 1) >= SC_MONEY_MAX_NANO);
    assert_int_equal(sc_money_spent(w, 2), 0);
    assert_int_equal(plus(w, 1, 0), w);
    assert_int_equal(plus(w, 1, -5), w);
}

static void what_the_books_say_is_the_least(void **state)
{
    struct sc_money_add a = {.period = 7, .nano = 10};

    (void)state;
    assert_int_equal(sc_money_spent(sc_money_restore(0, &a), 7), 10);
    assert_int_equal(sc_money_spent(sc_money_restore(plus(0, 7, 12), &a), 7), 12);
    assert_int_equal(sc_money_spent(sc_money_restore(plus(0, 6, 12), &a), 7), 10);
}

static void amounts_read_as_they_are_written(void **state)
{
    char buf[32];

    (void)state;
    sc_money_text(50 * USD, buf, sizeof buf);
    assert_string_equal(buf, "50.00");
    sc_money_text(1, buf, sizeof buf);
    assert_string_equal(buf, "0.000000001");
    sc_money_text(1250000000, buf, sizeof buf);
    assert_string_equal(buf, "1.25");
    sc_money_text(-1, buf, sizeof buf);
    assert_string_equal(buf, "0.00");
}

/* ---- decisions ---- */

static void a_call_fits_waits_or_does_not_fit(void **state)
{
    (void)state;
    assert_int_equal(sc_money_decide(100, 50, 0, 50), SC_MONEY_FITS);
    assert_int_equal(sc_money_decide(100, 50, 1, 50), SC_MONEY_BUSY);
    assert_int_equal(sc_money_decide(100, 51, 0, 50), SC_MONEY_SPENT);
    assert_int_equal(sc_money_decide(100, 200, 0, 1), SC_MONEY_SPENT);
    /* What costs nothing always goes, what costs one does not know until all is spent. */
    assert_int_equal(sc_money_decide(100, 200, 9, 0), SC_MONEY_FITS);
    assert_int_equal(sc_money_decide(100, 99, 9, -1), SC_MONEY_FITS);
    assert_int_equal(sc_money_decide(100, 100, 0, -1), SC_MONEY_SPENT);
}

static void an_amount_belongs_to_its_lease(void **state)
{
    uint64_t w = sc_money_held_write(0x8000020040000100, 77);

    (void)state;
    assert_int_equal(sc_money_held_read(w, 0x8000020040000100), 77);
    assert_int_equal(sc_money_held_read(w, 0x8000040040000100), 0);
    assert_int_equal(sc_money_held_read(0, 0x8000040040000100), 0);
}

/* ---- alerts ---- */

static int alerts_of(uint64_t *word, int64_t period, int64_t nano, bool refused)
{
    static const int fractions[] = {2000, 5000, 8000, 10000, 12000};
    struct sc_money_tell t = {.period = period, .nano = nano, .refused = refused};
    int which = 0;

    *word = sc_money_tell(*word, &t);
    for (int i = 0; i < 5; i++)
        which |= sc_money_alerts(&t, 100, fractions[i]) << i;
    return which;
}

static void each_alert_is_given_once_a_period(void **state)
{
    uint64_t w = 0;

    (void)state;
    assert_int_equal(alerts_of(&w, 1, 19, false), 0);
    assert_int_equal(alerts_of(&w, 1, 55, false), 3);
    assert_int_equal(alerts_of(&w, 1, 40, false), 0); /* a slower one with an older sum */
    assert_int_equal(alerts_of(&w, 1, 100, false), 12);
    assert_int_equal(alerts_of(&w, 1, 130, false), 16);
    assert_int_equal(alerts_of(&w, 2, 130, false), 31);
}

static void the_first_refusal_is_the_alert_that_it_is_spent(void **state)
{
    uint64_t w = 0;

    (void)state;
    assert_int_equal(alerts_of(&w, 1, 60, false), 3);
    assert_int_equal(alerts_of(&w, 1, 60, true), 8);
    assert_int_equal(alerts_of(&w, 1, 60, true), 0);
    assert_int_equal(alerts_of(&w, 1, 85, false), 4);
    assert_int_equal(alerts_of(&w, 1, 101, false), 0);
    assert_int_equal(alerts_of(&w, 2, 10, true), 8);
}

static void a_raised_limit_alerts_at_its_own_amounts(void **state)
{
    struct sc_money_tell t = {.period = 1, .nano = 90};
    uint64_t w = sc_money_tell(0, &t);

    (void)state;
    assert_true(sc_money_alerts(&t, 100, 8000));
    t = (struct sc_money_tell){.period = 1, .nano = 820};
    w = sc_money_tell(w, &t);
    assert_true(sc_money_alerts(&t, 1000, 8000));
    assert_true(sc_money_told(w, 1).nano == 820);
}

/* ---- races ---- */

#define RACERS 4
#define DONE 99

enum { TAKE, AMOUNT, OTHER_LEASE, OTHER_AMOUNT, BURY, SPENT, DECIDE, WITHDRAW, ADD, FREE };

struct racer {
    int stage, at, look, tries, calls;
    bool killed, through;
    struct sc_word_try try;
    struct sc_lease_take take;
    struct sc_money_add add;
    uint64_t lease, other;
    int64_t mine, cost, others, spent;
    bool refused_for_good;
};

struct world {
    uint64_t spent, lease[RACERS], amount[RACERS];
    int64_t limit, now;
    int n;
    struct racer r[RACERS];
};

static uint64_t lease_of(int i, int calls, int64_t now)
{
    struct sc_lease l = {.home = true,
                         .pid = (uint32_t)i + 1,
                         .tag = (uint32_t)calls + 1,
                         .end_ns = now + 60 * SECOND};

    return sc_lease_write(&l, now);
}

static bool did(uint64_t *at, struct sc_word_try *try, sc_word_fn *fn, void *arg)
{
    sc_word w;
    bool done;

    atomic_init(&w, *at);
    done = sc_word_step(&w, try, fn, arg);
    *at = atomic_load(&w);
    if (done)
        memset(try, 0, sizeof *try);
    return done;
}

static void begin(struct world *w, int i)
{
    struct racer *r = &w->r[i];

    r->stage = TAKE;
    r->at = 0;
    r->lease = lease_of(i, r->calls, w->now);
    r->take = (struct sc_lease_take){.now_ns = w->now, .mine = r->lease};
}

/* The next place to look at, or on to what is spent. */
static void look_on(const struct world *w, struct racer *r)
{
    r->look++;
    if (r->look == r->at)
        r->look++;
    r->stage = r->look < w->n ? OTHER_LEASE : SPENT;
}

static bool is_dead(const struct world *w, uint64_t lease)
{
    uint32_t pid = sc_lease_read(lease).pid;

    return pid > 0 && pid <= (uint32_t)w->n && w->r[pid - 1].killed;
}

static void decide(struct world *w, struct racer *r)
{
    enum sc_money_answer a = sc_money_decide(w->limit, r->spent, r->others, r->mine);

    r->through = a == SC_MONEY_FITS;
    r->refused_for_good = a == SC_MONEY_SPENT;
    r->stage = r->through ? ADD : WITHDRAW;
}

/* One memory access. */
static void step(struct world *w, int i)
{
    struct racer *r = &w->r[i];

    switch (r->stage) {
    case TAKE:
        if (!did(&w->lease[r->at], &r->try, sc_lease_take, &r->take))
            return;
        if (r->take.taken)
            r->stage = AMOUNT;
        else if (++r->at == w->n)
            r->at = 0;
        return;
    case AMOUNT:
        w->amount[r->at] = sc_money_held_write(r->lease, r->mine);
        r->others = 0;
        r->look = -1;
        look_on(w, r);
        return;
    case OTHER_LEASE:
        r->other = w->lease[r->look];
        r->stage = is_dead(w, r->other) ? BURY : OTHER_AMOUNT;
        if (sc_lease_is_free(r->other, w->now))
            look_on(w, r);
        return;
    case BURY:
        if (did(&w->lease[r->look], &r->try, sc_lease_give, &r->other))
            look_on(w, r);
        return;
    case OTHER_AMOUNT:
        r->others += sc_money_held_read(w->amount[r->look], r->other);
        look_on(w, r);
        return;
    case SPENT:
        r->spent = sc_money_spent(w->spent, 1);
        decide(w, r);
        return;
    case WITHDRAW:
        if (!did(&w->lease[r->at], &r->try, sc_lease_give, &r->lease))
            return;
        if (r->refused_for_good || --r->tries <= 0)
            r->stage = DONE;
        else
            begin(w, i);
        return;
    case ADD:
        r->add = (struct sc_money_add){.period = 1, .nano = r->cost};
        if (!did(&w->spent, &r->try, sc_money_add, &r->add))
            return;
        r->through = false;
        r->stage = FREE;
        return;
    default:
        if (!did(&w->lease[r->at], &r->try, sc_lease_give, &r->lease))
            return;
        r->stage = DONE;
        if (--r->calls > 0)
            begin(w, i);
        return;
    }
}

static void check(const struct world *w)
{
    int64_t most = sc_money_spent(w->spent, 1);

    for (int i = 0; i < w->n; i++)
        if (w->r[i].through && !w->r[i].killed)
            most += w->r[i].mine;
    assert_true(most <= w->limit);
}

/* Whatever was killed where: what is set aside comes back, and one who asks alone gets an answer
 * that follows from what is spent. */
static void check_end(const struct world *w)
{
    struct world last = *w;
    struct racer *r = &last.r[last.n - 1];
    int64_t left = w->limit - sc_money_spent(w->spent, 1);
    bool fits;

    for (int i = 0; i < last.n; i++)
        if (sc_lease_read(last.lease[i]).pid == (uint32_t)last.n)
            last.lease[i] = 0;
    memset(r, 0, sizeof *r);
    r->mine = r->cost = left > 0 ? left : 1;
    r->calls = 1;
    fits = left > 0;
    for (int i = 0; i < last.n - 1; i++)
        last.r[i].killed = true; /* all have ended */
    begin(&last, last.n - 1);
    for (int guard = 0; r->stage != DONE && guard < 1000; guard++) {
        /* Places of the dead that were not yet found so are taken over like this, too. */
        if (r->stage == TAKE && is_dead(&last, last.lease[r->at]))
            last.lease[r->at] = 0;
        step(&last, last.n - 1);
    }
    assert_int_equal(r->stage, DONE);
    assert_int_equal(r->calls == 0, fits);
}

static long ends;

static void explore(const struct world *w, bool kills)
{
    bool any = false;

    for (int i = 0; i < w->n; i++) {
        struct world next;

        if (w->r[i].stage == DONE || w->r[i].killed)
            continue;
        any = true;
        next = *w;
        step(&next, i);
        check(&next);
        explore(&next, kills);
        if (kills) {
            next = *w;
            next.r[i].killed = true;
            explore(&next, kills);
        }
    }
    if (!any) {
        ends++;
        check_end(w);
    }
}

static struct world world_of(int n, int64_t limit)
{
    struct world w = {.limit = limit, .now = SECOND, .n = n};

    for (int i = 0; i < n; i++) {
        w.r[i].tries = 1;
        w.r[i].calls = 1;
        w.r[i].mine = 60;
        w.r[i].cost = 40;
        begin(&w, i);
    }
    return w;
}

static void two_never_spend_more_in_any_order(void **state)
{
    static const int64_t limits[] = {59, 60, 100, 119, 120};

    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct world w = world_of(2, limits[i]);

        ends = 0;
        explore(&w, true);
        assert_true(ends > 1000);
    }
}

static void random_world(struct world *w)
{
    *w = world_of(2 + (int)below(RACERS - 1), 40 + below(200));
    for (int i = 0; i < w->n; i++) {
        struct racer *r = &w->r[i];

        r->tries = 1 + (int)below(4);
        r->calls = 1 + (int)below(4);
        r->mine = 1 + below(80);
        r->cost = below(r->mine + 1);
        begin(w, i);
    }
}

static bool run_some(struct world *w, int i)
{
    struct racer *r = &w->r[i];

    if (r->stage == DONE || r->killed)
        return false;
    for (int64_t n = 1 + below(6); n > 0 && r->stage != DONE && !r->killed; n--) {
        if (below(60) == 0)
            r->killed = true;
        else
            step(w, i);
        check(w);
    }
    return true;
}

static void four_never_spend_more_in_random_orders(void **state)
{
    (void)state;
    for (long run = 0; run < 200000; run++) {
        struct world w;
        int idle = 0;

        random_world(&w);
        for (int guard = 0; idle < 64 && guard < 100000; guard++)
            idle = run_some(&w, (int)below(w.n)) ? 0 : idle + 1;
        check_end(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_are_those_of_the_calendar_in_utc),
        cmocka_unit_test(a_sum_begins_anew_with_its_period),
        cmocka_unit_test(who_is_late_over_the_boundary_adds_to_the_new_period),
        cmocka_unit_test(a_clock_set_back_forgets_nothing),
        cmocka_unit_test(an_hour_of_months_ago_is_over),
        cmocka_unit_test(no_amount_overflows),
        cmocka_unit_test(what_the_books_say_is_the_least),
        cmocka_unit_test(amounts_read_as_they_are_written),
        cmocka_unit_test(a_call_fits_waits_or_does_not_fit),
        cmocka_unit_test(an_amount_belongs_to_its_lease),
        cmocka_unit_test(each_alert_is_given_once_a_period),
        cmocka_unit_test(the_first_refusal_is_the_alert_that_it_is_spent),
        cmocka_unit_test(a_raised_limit_alerts_at_its_own_amounts),
        cmocka_unit_test(two_never_spend_more_in_any_order),
        cmocka_unit_test(four_never_spend_more_in_random_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
