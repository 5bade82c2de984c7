/*
 * Two and three processes race on one word, in every possible order of their memory accesses.
 *
 * Each "process" runs a short program over the real functions through sc_word_step, which makes
 * one access at a time; the search takes every interleaving, and at every point also the one where
 * a process is killed and never moves again. What must hold is checked after every step and at
 * every end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/breaker.h"
#include "core/budget.h"
#include "core/lease.h"
#include "core/limiter.h"
#include "core/word.h"

#define SECOND INT64_C(1000000000)
#define RACERS 3
#define WORDS 2

/* Progress of one racer. `answer` is whatever its program keeps. */
struct racer {
    int stage; /* DONE when finished */
    bool killed;
    struct sc_word_try try;
    union {
        struct sc_breaker_ask ask;
        struct sc_limiter_ask slot;
        struct sc_budget_ask budget;
        struct {
            struct sc_lease_take take;
            uint64_t mine;
            int at; /* the word it holds, or looks at */
        } lease;
    } u;
    struct sc_breaker_report report;
    bool holds, succeeded, refused;
};

#define DONE 99

struct world {
    uint64_t words[WORDS];
    int64_t now;
    int n;
    struct racer r[RACERS];
};

struct program {
    /* One memory access of racer i. */
    void (*step)(struct world *w, int i, sc_word *shared);
    void (*check)(const struct world *w);
    void (*end)(const struct world *w);
    bool kills;
};

static long ends;

static void step_racer(struct world *w, int i, const struct program *p)
{
    sc_word shared[WORDS];

    for (int k = 0; k < WORDS; k++)
        atomic_init(&shared[k], w->words[k]);
    p->step(w, i, shared);
    for (int k = 0; k < WORDS; k++)
        w->words[k] = atomic_load(&shared[k]);
    p->check(w);
}

static void explore(const struct world *w, const struct program *p)
{
    bool any = false;

    for (int i = 0; i < w->n; i++) {
        struct world next;

        if (w->r[i].stage == DONE || w->r[i].killed)
            continue;
        any = true;
        next = *w;
        step_racer(&next, i, p);
        explore(&next, p);
        if (p->kills) {
            next = *w;
            next.r[i].killed = true;
            explore(&next, p);
        }
    }
    if (!any) {
        ends++;
        p->end(w);
    }
}

static long run(struct world *w, const struct program *p)
{
    ends = 0;
    explore(w, p);
    return ends;
}

/* Moves on when the word's update is done. */
static bool did(struct racer *r, sc_word *word, sc_word_fn *fn, void *arg)
{
    if (!sc_word_step(word, &r->try, fn, arg))
        return false;
    memset(&r->try, 0, sizeof r->try);
    return true;
}

static void nothing(const struct world *w)
{
    (void)w;
}

/* ---- half-open probes ---- */

static struct sc_breaker_settings settings = {.enabled = true,
                                              .consecutive_failures = 1,
                                              .open_ms = 1000,
                                              .open_max_ms = 8000,
                                              .success_threshold = 2,
                                              .half_open_probes = 1};

static enum sc_breaker_outcome outcome_of[RACERS];

/* Asks; if it may go, settles. */
static void probe_step(struct world *w, int i, sc_word *shared)
{
    struct racer *r = &w->r[i];

    if (r->stage == 0) {
        r->u.ask.settings = &settings;
        r->u.ask.now_ns = w->now;
        if (!did(r, &shared[0], sc_breaker_admit, &r->u.ask))
            return;
        r->holds = r->u.ask.probe;
        r->refused = !r->u.ask.allowed;
        r->stage = r->u.ask.allowed ? 1 : DONE;
        return;
    }
    r->report = (struct sc_breaker_report){.settings = &settings,
                                           .now_ns = w->now,
                                           .generation = r->u.ask.generation,
                                           .round = r->u.ask.round,
                                           .outcome = outcome_of[i]};
    if (!did(r, &shared[0], sc_breaker_settle, &r->report))
        return;
    r->holds = false;
    r->stage = DONE;
}

static void probe_check(const struct world *w)
{
    int out = 0;

    for (int i = 0; i < w->n; i++)
        out += w->r[i].holds;
    assert_true(out <= settings.half_open_probes);
}

/* Nobody was killed: no permit may be lost, and the state follows from what the probes said. */
static void probe_end(const struct world *w)
{
    struct sc_breaker b = sc_breaker_read(w->words[0], &settings, w->now);
    int opened = 0, killed = 0, lost = 0;

    for (int i = 0; i < w->n; i++) {
        opened += w->r[i].report.opened && !w->r[i].killed;
        killed += w->r[i].killed;
        lost += w->r[i].killed && w->r[i].holds;
    }
    if (!killed) {
        if (b.state == SC_BREAKER_HALF_OPEN)
            assert_int_equal(b.probes, 0);
        /* Time stands still: once opened it stays so. */
        assert_int_equal(b.state == SC_BREAKER_OPEN, opened > 0);
        return;
    }
    /* Whoever was killed, after the lease (or the open time) somebody may probe again. */
    if (b.state != SC_BREAKER_CLOSED) {
        struct sc_breaker_ask a = {.settings = &settings, .now_ns = w->now + 9 * SECOND};

        sc_breaker_admit(w->words[0], &a);
        assert_true(a.probe);
    }
    if (!lost && b.state == SC_BREAKER_HALF_OPEN)
        assert_int_equal(b.probes, 0);
}

static void race_of_probes(int n, bool kills)
{
    static const enum sc_breaker_outcome mixes[][RACERS] = {
        {SC_BREAKER_SUCCESS, SC_BREAKER_SUCCESS, SC_BREAKER_SUCCESS},
        {SC_BREAKER_SUCCESS, SC_BREAKER_FAILURE, SC_BREAKER_SUCCESS},
        {SC_BREAKER_FAILURE, SC_BREAKER_FAILURE, SC_BREAKER_NEUTRAL},
    };
    struct program p = {probe_step, probe_check, probe_end, kills};
    struct sc_breaker open = {.state = SC_BREAKER_OPEN, .openings = 1, .at_ns = 10 * SECOND};

    for (size_t m = 0; m < sizeof mixes / sizeof mixes[0]; m++) {
        struct world w = {.words = {sc_breaker_write(&open)}, .now = 11 * SECOND, .n = n};

        memcpy(outcome_of, mixes[m], sizeof outcome_of);
        assert_true(run(&w, &p) > 10);
    }
}

static void probes_never_exceed_their_permits(void **state)
{
    (void)state;
    for (int permits = 1; permits <= 2; permits++) {
        settings.half_open_probes = permits;
        race_of_probes(2, true);
        race_of_probes(3, false);
    }
    settings.half_open_probes = 1;
    race_of_probes(3, true);
}

/* Everybody fails on a closed breaker that opens at the first failure: it opens exactly once. */
static void trip_end(const struct world *w)
{
    int opened = 0;

    for (int i = 0; i < w->n; i++)
        opened += w->r[i].report.opened;
    assert_int_equal(opened, 1);
    assert_int_equal(sc_breaker_read(w->words[0], &settings, w->now).state, SC_BREAKER_OPEN);
    assert_int_equal(sc_breaker_read(w->words[0], &settings, w->now).openings, 1);
}

static void many_failures_open_it_once(void **state)
{
    struct program p = {probe_step, nothing, trip_end, false};
    struct world w = {.now = 11 * SECOND, .n = 3};

    (void)state;
    for (int i = 0; i < RACERS; i++)
        outcome_of[i] = SC_BREAKER_FAILURE;
    assert_true(run(&w, &p) > 1000);
}

/* ---- concurrency leases: two words, three who want one ---- */

static void lease_step(struct world *w, int i, sc_word *shared)
{
    struct racer *r = &w->r[i];
    struct sc_lease me = {.home = true, .pid = (uint32_t)i + 1, .tag = 1, .end_ns = 60 * SECOND};

    if (r->stage == 0) {
        r->u.lease.mine = sc_lease_write(&me, w->now);
        r->u.lease.take = (struct sc_lease_take){.now_ns = w->now, .mine = r->u.lease.mine};
        if (!did(r, &shared[r->u.lease.at], sc_lease_take, &r->u.lease.take))
            return;
        if (r->u.lease.take.taken) {
            r->holds = r->succeeded = true;
            r->stage = 1;
        } else if (++r->u.lease.at == WORDS) {
            r->refused = true;
            r->stage = DONE;
        }
        return;
    }
    if (!did(r, &shared[r->u.lease.at], sc_lease_give, &r->u.lease.mine))
        return;
    r->holds = false;
    r->stage = DONE;
}

static void lease_check(const struct world *w)
{
    int held = 0;

    for (int i = 0; i < w->n; i++) {
        held += w->r[i].holds;
        if (w->r[i].holds && w->r[i].stage == 1 && w->r[i].try.loaded == false)
            assert_int_equal(w->words[w->r[i].u.lease.at], w->r[i].u.lease.mine);
    }
    assert_true(held <= WORDS);
}

static void lease_end(const struct world *w)
{
    int lost = 0, taken = 0;

    for (int i = 0; i < w->n; i++)
        lost += w->r[i].killed;
    for (int k = 0; k < WORDS; k++) {
        taken += w->words[k] != 0;
        assert_true(sc_lease_is_free(w->words[k], w->now + 61 * SECOND));
    }
    assert_true(taken <= lost); /* only the killed can leave something */
}

static void leases_are_exclusive_and_come_back(void **state)
{
    struct program p = {lease_step, lease_check, lease_end, true};
    struct world w = {.now = SECOND, .n = 3};

    (void)state;
    assert_true(run(&w, &p) > 1000);
    w.n = 2;
    assert_true(run(&w, &p) > 100);
}

/* ---- limiter and budget ---- */

static void slot_step(struct world *w, int i, sc_word *shared)
{
    struct racer *r = &w->r[i];

    if (r->stage == 0) {
        r->u.slot.cost_ns = SECOND;
        r->u.slot.now_ns = w->now;
        r->u.slot.latest_ns = INT64_MAX;
        if (!did(r, &shared[0], sc_limiter_reserve, &r->u.slot))
            return;
        r->succeeded = true;
        r->stage = i == 0 ? 1 : DONE; /* the first one changes its mind */
        return;
    }
    if (did(r, &shared[0], sc_limiter_undo, &r->u.slot))
        r->stage = DONE;
}

static void slot_end(const struct world *w)
{
    for (int i = 1; i < w->n; i++)
        for (int k = i + 1; k < w->n; k++)
            if (!w->r[i].killed && !w->r[k].killed)
                assert_int_not_equal(w->r[i].u.slot.start_ns, w->r[k].u.slot.start_ns);
    assert_true(w->words[0] <= (uint64_t)(w->now + 3 * SECOND));
}

static void slots_are_handed_out_once(void **state)
{
    struct program p = {slot_step, nothing, slot_end, true};
    struct world w = {.now = SECOND, .n = 3};

    (void)state;
    assert_true(run(&w, &p) > 1000);
}

static void budget_step(struct world *w, int i, sc_word *shared)
{
    static sc_word others[SC_BUDGET_WORDS]; /* nothing in the rest of the time */
    struct racer *r = &w->r[i];

    r->u.budget = (struct sc_budget_ask){.words = others,
                                         .now_ns = w->now,
                                         .event = SC_BUDGET_FAILED,
                                         .terms = {.per_success = 0, .reserve = 2}};
    if (!did(r, &shared[0], sc_budget_count, &r->u.budget))
        return;
    r->succeeded = r->u.budget.allowed;
    r->stage = DONE;
}

static void budget_end(const struct world *w)
{
    int taken = 0;

    for (int i = 0; i < w->n; i++)
        taken += w->r[i].succeeded;
    assert_int_equal(taken, 2);
}

static void the_last_retry_is_taken_once(void **state)
{
    struct program p = {budget_step, nothing, budget_end, false};
    struct world w = {.now = SECOND, .n = 3};

    (void)state;
    assert_true(run(&w, &p) > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probes_never_exceed_their_permits),
        cmocka_unit_test(many_failures_open_it_once),
        cmocka_unit_test(leases_are_exclusive_and_come_back),
        cmocka_unit_test(slots_are_handed_out_once),
        cmocka_unit_test(the_last_retry_is_taken_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
