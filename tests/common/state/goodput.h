/*
 * goodput.h - calls against a service in virtual time, decided by the very core and state that a
 * program's calls are: what is answered, and what does the service have to bear?
 *
 * Events lie in a heap by their time. A call does what the engine does (stage/admit.c): asks
 * sc_call_next, is admitted by the state, and tells both how its attempt went.
 */
#ifndef TESTS_STATE_GOODPUT_H
#define TESTS_STATE_GOODPUT_H

#include "core/backoff.h"
#include "support.h"
#include "../core/random.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)
#define BIN (10 * SECOND)
#define BINS 400
#define BEGIN (INT64_C(1000000) * SECOND)

struct service {
    double faults; /* part of the attempts that fail, independently; 1: dead */
    int slots;     /* attempts that it can serve at one time, and fails the rest; 0: any number */
    int64_t fault_ns; /* how long a failure takes, and an answer: half to three halves of these */
    int64_t answer_ns;
    int64_t away_from_ns, away_for_ns; /* fails everything meanwhile */
};

struct load {
    int workers;       /* each makes one call after the other; 0: calls come at random */
    int calls;         /* workers: all of them together */
    double per_second; /* at random: so many */
    int64_t for_ns;
    double afterwards; /* ... and then so many, for as long */
};

struct tally {
    int attempts, served, calls, answered; /* by the time at which they began */
};

struct world {
    struct service service;
    struct load load;
    const struct sc_settings *settings;
    struct sc_scope_key key;
    int64_t now;
    int busy, left;
    struct sim_call *calls;
    size_t n_calls, n_events;
    struct event {
        int64_t at;
        size_t call; /* SIZE_MAX: the next arrival */
    } * events;
    struct tally bins[BINS], all;
    int budget_refusals, breaker_refusals;
    int64_t longest_ns;
};

struct sim_call {
    struct sc_call call;
    struct sc_ticket ticket;
    struct sc_admission admission;
    int64_t began, sent;
    bool asked, sending, fails, holds_slot;
};

static void push(struct world *w, int64_t at, size_t call)
{
    size_t i = w->n_events++;

    for (; i > 0 && w->events[(i - 1) / 2].at > at; i = (i - 1) / 2)
        w->events[i] = w->events[(i - 1) / 2];
    w->events[i] = (struct event){at, call};
}

static struct event pop(struct world *w)
{
    struct event first = w->events[0], last = w->events[--w->n_events];
    size_t i = 0, child;

    while ((child = 2 * i + 1) < w->n_events) {
        child += child + 1 < w->n_events && w->events[child + 1].at < w->events[child].at;
        if (w->events[child].at >= last.at)
            break;
        w->events[i] = w->events[child];
        i = child;
    }
    w->events[i] = last;
    return first;
}

static double chance(void)
{
    return (double)(random64() >> 11) / 9007199254740992.0;
}

static struct tally *bin_of(struct world *w, int64_t at)
{
    int64_t i = (at - BEGIN) / BIN;

    return &w->bins[i < BINS ? i : BINS - 1];
}

/* Logarithm by its series: of the tests only this one would need libm. */
static double minus_log(double u)
{
    double sum = 0, y, y2, term;
    int halves = 0;

    for (; u < 0.5; u *= 2)
        halves++;
    y = (1 - u) / (1 + u), y2 = y * y, term = 2 * y;
    for (int k = 1; k < 40; k += 2, term *= y2)
        sum += term / k;
    return sum + halves * 0.69314718055994531;
}

static int64_t about(int64_t ns)
{
    return ns / 2 + below(ns + 1);
}

static void end_call(struct world *w, struct sim_call *c, bool ok, enum sc_class class)
{
    sc_state_end(&c->ticket, class, ok ? SC_END_OK : SC_END_FAILED, w->now, random64(), NULL);
    bin_of(w, c->began)->answered += ok;
    w->all.answered += ok;
    if (w->now - c->began > w->longest_ns)
        w->longest_ns = w->now - c->began;
    if (w->load.workers > 0 && w->left > 0)
        push(w, w->now, SIZE_MAX);
}

static bool is_away(const struct world *w)
{
    int64_t since = w->now - BEGIN - w->service.away_from_ns;

    return since >= 0 && since < w->service.away_for_ns;
}

static void send(struct world *w, struct sim_call *c, size_t i)
{
    bool full = w->service.slots > 0 && w->busy >= w->service.slots;

    c->sending = true;
    c->sent = w->now;
    c->fails = full || is_away(w) || chance() < w->service.faults;
    c->holds_slot = !full;
    w->busy += c->holds_slot;
    bin_of(w, w->now)->attempts++;
    bin_of(w, w->now)->served += !c->fails;
    w->all.attempts++;
    w->all.served += !c->fails;
    push(w, w->now + about(c->fails ? w->service.fault_ns : w->service.answer_ns), i);
}

static void go_on(struct world *w, struct sim_call *c, size_t i)
{
    struct sc_step step;

    sc_call_next(&c->call, w->now, &step);
    if (step.kind == SC_STEP_WAIT) {
        push(w, step.until_ns, i);
        return;
    }
    assert_int_equal(step.kind, SC_STEP_SEND);
    if (c->asked)
        sc_state_recheck(&c->ticket, w->now, random64(), &c->admission);
    else
        sc_state_admit(&c->ticket, 0, w->now, random64(), &c->admission);
    c->asked = c->admission.verdict == SC_ADMIT_WAIT;
    if (c->asked) {
        push(w, c->admission.until_ns, i);
    } else if (c->admission.verdict == SC_ADMIT_GO) {
        send(w, c, i);
    } else {
        w->breaker_refusals += c->admission.refusal == SC_REFUSE_BREAKER;
        end_call(w, c, false, SC_CLASS_OVERLOADED);
    }
}

static void attempt_ended(struct world *w, struct sim_call *c, size_t i)
{
    enum sc_class class = !c->fails          ? SC_CLASS_OK
                          : random64() >> 63 ? SC_CLASS_OVERLOADED
                                             : SC_CLASS_RETRYABLE;
    struct sc_result r = {.verdict = {class, c->fails, -1, ""}, .replayable = true};
    struct sc_attempt_facts f = {.class = class, .hint_ms = -1, .used_tokens = -1};

    c->sending = false;
    w->busy -= c->holds_slot;
    sc_call_outcome(&c->call, &r, w->now, random64());
    sc_state_settle(&c->ticket, &f, w->now, random64(), NULL);
    if (sc_call_wants_retry(&c->call) && !sc_state_retry_allowed(&c->ticket, class)) {
        sc_call_stop(&c->call, SC_GIVE_UP_BUDGET);
        w->budget_refusals++;
    }
    if (!sc_call_wants_retry(&c->call))
        end_call(w, c, !c->fails, class);
    else
        go_on(w, c, i);
}

static void next_arrival(struct world *w)
{
    int64_t since = w->now - BEGIN;
    double rate = since < w->load.for_ns ? w->load.per_second : w->load.afterwards;

    if (rate > 0 && since < 2 * w->load.for_ns)
        push(w, w->now + (int64_t)(minus_log(1 - chance()) / rate * 1e9), SIZE_MAX);
}

static void arrive(struct world *w)
{
    struct sim_call *c = &w->calls[w->n_calls++];

    memset(c, 0, sizeof *c);
    w->left--;
    c->began = w->now;
    bin_of(w, w->now)->calls++;
    w->all.calls++;
    sc_call_begin(&c->call, w->settings, w->now, SC_NEVER);
    sc_state_begin(&c->ticket, &w->key, w->settings,
                   &(struct sc_call_facts){.deadline_ns = SC_NEVER}, w->now);
    if (w->load.workers == 0)
        next_arrival(w);
    go_on(w, c, w->n_calls - 1);
}

/* Plays it to its end; each play is of a host of its own, so they know nothing of each other. */
static struct world *play(const struct sc_settings *s, struct service service, struct load load,
                          uint64_t seed)
{
    static int number;
    char host[32];
    struct world *w = calloc(1, sizeof *w);
    size_t most = load.workers ? (size_t)load.calls + 1
                               : 100 + (size_t)(1.5 * (load.per_second + load.afterwards) *
                                                (double)(load.for_ns / SECOND));

    random_state = 88172645463325252u + seed * 2862933555777941757u;
    for (int i = 0; i < 10; i++)
        random64();
    snprintf(host, sizeof host, "play%d", number++);
    w->service = service;
    w->load = load;
    w->settings = s;
    w->key = key_for(host, "m", "");
    w->now = BEGIN;
    w->left = load.workers ? load.calls : INT32_MAX;
    w->calls = malloc(most * sizeof *w->calls);
    w->events = malloc((2 * most + (size_t)load.workers) * sizeof *w->events);
    for (int i = 0; i < (load.workers ? load.workers : 1); i++)
        push(w, BEGIN, SIZE_MAX);
    while (w->n_events > 0) {
        struct event e = pop(w);

        w->now = e.at;
        if (e.call == SIZE_MAX && w->left > 0)
            arrive(w);
        else if (e.call != SIZE_MAX && w->calls[e.call].sending)
            attempt_ended(w, &w->calls[e.call], e.call);
        else if (e.call != SIZE_MAX)
            go_on(w, &w->calls[e.call], e.call);
    }
    return w;
}

#endif
