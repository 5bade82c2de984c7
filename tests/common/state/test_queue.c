/* Calls of three classes that wait for one limit, in virtual time, through what the engine calls:
 * shares, the bound of every wait, and that who is killed while it waits leaves no hole. */
#include "support.h"

#include "state/queue.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)

enum { CALLS = 40000, WEIGHTS = 10 };

static const int weight_of[] = {6, 3, 1};

struct call {
    struct sc_ticket t;
    struct sc_admission a;
    int class;
    int64_t arrived, look; /* 0: it has gone, or was killed */
    int64_t before;        /* of its class that waited when it came */
};

struct run {
    struct sc_world world;
    struct sc_settings set;
    struct call *calls;
    int n, open; /* none below `open` waits */
    int waiting[3];
    int64_t cost, ends_at; /* of the last slot */
    /* What came of it: */
    int64_t gone[3], refused[3], worst[3], over; /* beyond the bound */
    int64_t starts[CALLS];
    int n_starts;
};

static void run_begin(struct run *r, int64_t rpm, int concurrent)
{
    memset(r, 0, sizeof *r);
    r->world.region = calloc(1, sizeof *r->world.region);
    r->world.region->head.hash_key[0] = 1;
    r->calls = calloc(CALLS, sizeof *r->calls);
    r->set.limits = (struct sc_limits){.rpm = rpm,
                                       .concurrent = concurrent,
                                       .max_wait_ms = 3600000,
                                       .scope = SC_SCOPE_HOST,
                                       .priority = SC_PRIORITY_NORMAL,
                                       .weights = {6, 3, 1}};
    r->cost = rpm ? 60 * SECOND / rpm : 0;
}

static void run_end(struct run *r)
{
    free(r->calls);
    free(r->world.region);
    free(r);
}

/* What docs/limits.md promises: its own class's calls before it and itself at the class's part of
 * the rate, one call of each other class, and the time by which turns are taken and looked for. */
static int64_t bound_of(const struct run *r, const struct call *c)
{
    return (c->before + 1) * r->cost * WEIGHTS / weight_of[c->class] + 2 * r->cost +
           SC_QUEUE_EARLY_NS + SC_QUEUE_LOOK_NS + SC_QUEUE_LATE_NS;
}

static void has_gone(struct run *r, struct call *c, int64_t now)
{
    int64_t waited = now - c->arrived;

    r->gone[c->class]++;
    r->starts[r->n_starts++] = now;
    if (waited > r->worst[c->class])
        r->worst[c->class] = waited;
    if (r->cost && waited > bound_of(r, c)) {
        r->over++;
    }
}

/* After each question: gone, turned away, or another look later. */
static void heed(struct run *r, struct call *c, int64_t now)
{
    if (c->a.verdict == SC_ADMIT_WAIT) {
        c->look = c->a.until_ns > now ? c->a.until_ns : now + MS;
        return;
    }
    c->look = 0;
    r->waiting[c->class]--;
    if (c->a.verdict == SC_ADMIT_GO)
        has_gone(r, c, now);
    else
        r->refused[c->class]++;
}

static struct call *arrive(struct run *r, int class, int64_t now)
{
    struct call *c = &r->calls[r->n++];
    struct sc_scope_key k = key_for("api.example.com", "m", "secret");
    struct sc_call_facts f = {
        .deadline_ns = SC_NEVER, .world = &r->world, .priority = (enum sc_priority)(class + 1)};

    assert_true(r->n < CALLS);
    *c = (struct call){.class = class, .arrived = now, .before = r->waiting[class]};
    sc_state_begin(&c->t, &k, &r->set, &f, now);
    r->waiting[class]++;
    sc_state_admit(&c->t, 0, now, (uint64_t)r->n, &c->a);
    heed(r, c, now);
    return c;
}

static void look_around(struct run *r, int64_t now)
{
    while (r->open < r->n && r->calls[r->open].look == 0)
        r->open++;
    for (int i = r->open; i < r->n; i++) {
        struct call *c = &r->calls[i];

        if (c->look == 0 || c->look > now)
            continue;
        sc_state_recheck(&c->t, now, (uint64_t)(now + i), &c->a);
        heed(r, c, now);
    }
}

/* Killed: it is never heard of again. */
static void kill_one(struct run *r, int64_t from)
{
    for (int i = r->open + (int)(from % (r->n - r->open + 1)); i < r->n; i++)
        if (r->calls[i].look && r->calls[i].t.place.at) {
            r->calls[i].look = 0;
            r->waiting[r->calls[i].class]--;
            return;
        }
}

/* Each class comes by its own pace: so many calls a second. */
static void play(struct run *r, const int per_s[3], int64_t from_ms, int64_t to_ms, int kill_every)
{
    int64_t due[3] = {from_ms * MS, from_ms * MS, from_ms * MS};

    for (int64_t ms = from_ms; ms < to_ms; ms++) {
        for (int class = 0; class < 3; class ++)
            for (; per_s[class] && due[class] <= ms * MS; due[class] += SECOND / per_s[class])
                arrive(r, class, ms * MS);
        look_around(r, ms * MS);
        if (kill_every && ms % kill_every == 0)
            kill_one(r, ms / kill_every * 7);
    }
}

static struct run *new_run(int64_t rpm, int concurrent)
{
    struct run *r = malloc(sizeof *r);

    run_begin(r, rpm, concurrent);
    return r;
}

static int64_t all_gone(const struct run *r)
{
    return r->gone[0] + r->gone[1] + r->gone[2];
}

/* 60 % over the limit, each class over its part. */
static const int too_much[] = {96, 48, 16};

static void assert_shares(const struct run *r, const int64_t since[3])
{
    int64_t all = 0;

    for (int c = 0; c < 3; c++)
        all += r->gone[c] - since[c];
    for (int c = 0; c < 3; c++) {
        int64_t part = (r->gone[c] - since[c]) * 1000 / all, want = weight_of[c] * 100;

        assert_in_range(part, want - want / 20 - 1, want + want / 20 + 1);
    }
}

static void shares_are_the_weights_and_every_wait_is_bounded(void **state)
{
    static const int64_t start[3];
    struct run *r = new_run(6000, 0);

    (void)state;
    play(r, too_much, 1000, 11000, 0);
    assert_in_range(all_gone(r), 1000 - 15, 1000 + 6); /* all of the limit, and no more */
    assert_shares(r, start);
    assert_int_equal(r->over, 0);
    for (int i = 1; i < r->n_starts; i++) /* one by one */
        assert_true(r->starts[i] - r->starts[i - 1] >= 9 * MS);
    run_end(r);
}

/* The other classes' part is anybody's while they have nothing to do; when they come, it is theirs
 * at once. */
static void nothing_is_kept_free_for_who_is_not_there(void **state)
{
    static const int batch_only[] = {0, 0, 160};
    struct run *r = new_run(6000, 0);
    struct call *late;

    (void)state;
    play(r, batch_only, 1000, 4000, 0);
    assert_in_range(r->gone[2], 285, 306);
    late = arrive(r, 0, 4000 * MS);
    play(r, batch_only, 4000, 4200, 0);
    assert_int_equal(late->look, 0); /* a second's worth waited before it */
    assert_true(r->worst[0] <= SC_QUEUE_EARLY_NS + 2 * r->cost + SC_QUEUE_LOOK_NS);
    run_end(r);
}

static void killed_waiters_leave_no_hole(void **state)
{
    static const int64_t start[3];
    struct run *r = new_run(6000, 0);

    (void)state;
    play(r, too_much, 1000, 11000, 40); /* a quarter as many as go */
    assert_in_range(all_gone(r), 1000 - 25, 1000 + 6);
    assert_shares(r, start);
    run_end(r);
}

static void who_gives_up_costs_its_class_nothing(void **state)
{
    struct run *r = new_run(6000, 0);
    int64_t since[3];

    (void)state;
    r->set.limits.max_wait_ms = 1000;
    play(r, too_much, 1000, 3000, 0);
    memcpy(since, r->gone, sizeof since);
    play(r, too_much, 3000, 13000, 0);
    assert_true(r->refused[2] > 30);
    assert_true(r->worst[2] <= 1000 * MS);
    assert_shares(r, since);
    run_end(r);
}

/* Everybody's place is cut off, as by a debugger: all find their way back. */
static void who_was_stopped_goes_on(void **state)
{
    static const int none[3];
    struct run *r = new_run(6000, 0);

    (void)state;
    play(r, too_much, 1000, 3000, 0);
    for (int i = r->open; i < r->n; i++)
        if (r->calls[i].look)
            r->calls[i].look = 9000 * MS;
    play(r, too_much, 3000, 4000, 0);
    play(r, none, 9000, 20000, 0);
    assert_int_equal(r->waiting[0] + r->waiting[1] + r->waiting[2], 0);
    assert_int_equal(all_gone(r), r->n);
    run_end(r);
}

/* Only so many at a time: places are given by weight, too. */
static void places_at_a_time_go_by_weight(void **state)
{
    struct run *r = new_run(0, 4);
    int64_t ends[4] = {0};
    int last = 0;

    (void)state;
    for (int64_t ms = 1000; ms < 9000; ms++) {
        while (r->waiting[0] + r->waiting[1] + r->waiting[2] < 90) {
            int few = r->waiting[0] < 30 ? 0 : r->waiting[1] < 30 ? 1 : 2;

            arrive(r, few, ms * MS);
        }
        look_around(r, ms * MS);
        for (int i = last; i < r->n; i++) { /* each takes 50 ms */
            struct call *c = &r->calls[i];

            if (c->a.verdict == SC_ADMIT_GO && c->t.begun && c->look == 0) {
                if (c->before >= 0)
                    c->before = -ms;
                else if (ms + c->before >= 50)
                    sc_state_end(&c->t, SC_CLASS_OK, SC_END_OK, ms * MS, 1, NULL);
            }
        }
        while (last < r->n && !r->calls[last].t.begun)
            last++;
    }
    (void)ends;
    assert_true(all_gone(r) > 300);
    assert_shares(r, (const int64_t[3]){0, 0, 0});
    run_end(r);
}

/* Without `priority`: as ever, reserved in the order of arrival. */
static void who_asks_for_no_order_has_none(void **state)
{
    struct run *r = new_run(6000, 0);

    (void)state;
    r->set.limits.priority = SC_PRIORITY_OFF;
    for (int i = 0; i < 5; i++)
        assert_null(arrive(r, i % 3, 1000 * MS)->t.place.queue);
    assert_int_equal(r->calls[4].a.until_ns, 1040 * MS);
    run_end(r);
}

/* More than have places: nobody is lost. */
static void more_than_have_a_place_all_go(void **state)
{
    static const int none[3];
    struct run *r = new_run(60000, 0);

    (void)state;
    for (int i = 0; i < 900; i++)
        arrive(r, i % 3, 1000 * MS);
    play(r, none, 1000, 4000, 0);
    assert_int_equal(all_gone(r), 900);
    run_end(r);
}

static void status_knows_who_waits(void **state)
{
    struct run *r = new_run(60, 0);
    struct sc_queue_reading seen;

    (void)state;
    for (int i = 0; i < 7; i++)
        arrive(r, i % 3, 1000 * MS);
    sc_queue_reading(r->world.region, r->calls[0].t.place.queue, 1001 * MS, &seen);
    assert_int_equal(seen.calls[0], 2); /* the first one went at once */
    assert_int_equal(seen.calls[1], 2);
    assert_int_equal(seen.calls[2], 2);
    assert_int_equal(seen.weight[0], 6);
    assert_int_equal(seen.weight[2], 1);
    run_end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_the_weights_and_every_wait_is_bounded),
        cmocka_unit_test(nothing_is_kept_free_for_who_is_not_there),
        cmocka_unit_test(killed_waiters_leave_no_hole),
        cmocka_unit_test(who_gives_up_costs_its_class_nothing),
        cmocka_unit_test(who_was_stopped_goes_on),
        cmocka_unit_test(places_at_a_time_go_by_weight),
        cmocka_unit_test(who_asks_for_no_order_has_none),
        cmocka_unit_test(more_than_have_a_place_all_go),
        cmocka_unit_test(status_knows_who_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
