/* race.c - see race.h. */
#include "drive/race.h"

#include <stdlib.h>

#include "call/hedged.h"
#include "call/judge.h"
#include "core/time.h"
#include "handle/body.h"
#include "handle/hooks.h"
#include "handle/twin.h"
#include "stage/stage.h"
#include "state/hedge.h"
#include "wire/clock.h"
#include "wire/program.h"
#include "wire/response.h"

enum { POLL_MS = 1000 }; /* as curl_easy_perform's own loop */

/* One of the two transfers; the argument of its trampolines. */
struct sc_lane {
    struct sc_race *race;
    int number; /* SC_HEDGE_FIRST: the program's handle */
    CURL *easy;
    bool running; /* it is in the circle */
};

struct sc_race {
    struct sc_transfer *t;
    struct sc_lane lanes[SC_HEDGE_LANES];
    int current;         /* whose attempt is in the transfer */
    int lead;            /* whose it is while nobody is heard: the program's progress, its pauses */
    bool performing;     /* libcurl has control */
    struct sc_side side; /* the other's */
    char error[CURL_ERROR_SIZE]; /* the twin's */
};

static struct sc_hedge *rules(const struct sc_race *r)
{
    return &r->t->hedging->race;
}

/* ---- who is heard ---- */

/* The handle goes with the attempt: what asks libcurl about it has to ask the right one. */
static void make_current(struct sc_race *r, int number)
{
    struct sc_shadow *s = r->t->shadow;

    if (r->current == number)
        return;
    sc_side_swap(&r->side, r->t);
    r->current = number;
    s->easy = r->lanes[number].easy;
    s->own = number == SC_HEDGE_SECOND ? r->lanes[SC_HEDGE_FIRST].easy : NULL;
    s->twin = number == SC_HEDGE_SECOND ? s->easy : NULL;
}

static bool has_lost(const struct sc_lane *l)
{
    int winner = rules(l->race)->winner;

    return winner >= 0 && winner != l->number;
}

/* The program has seen something of it, or it goes on unseen. */
static void heard(struct sc_lane *l)
{
    if (l->race->t->x.phase != SC_HOLDING)
        sc_hedge_output(rules(l->race), l->number);
    else
        make_current(l->race, l->race->lead);
}

typedef size_t on_piece(char *p, size_t size, size_t n, void *arg);

/* What comes of a lane that has lost goes nowhere: it is closed as soon as libcurl returns. */
static size_t hear(struct sc_lane *l, on_piece *on, char *p, size_t size, size_t n)
{
    size_t taken;

    if (has_lost(l))
        return size * n;
    make_current(l->race, l->number);
    taken = on(p, size, n, l->race->t->shadow);
    heard(l);
    return taken;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    return hear(arg, sc_on_body, p, size, n);
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    return hear(arg, sc_on_header, p, size, n);
}

/* The program is told of one transfer; the other's bounds are watched all the same. */
static int on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
                       curl_off_t ulnow)
{
    struct sc_lane *l = arg;
    struct sc_transfer *t = l->race->t;
    bool broken;

    if (has_lost(l))
        return 0;
    if (l->race->current == l->number)
        return sc_on_progress(t->shadow, dltotal, dlnow, ultotal, ulnow);
    make_current(l->race, l->number);
    t->x.bound = sc_clock_broken(&t->x);
    broken = t->x.bound != NULL;
    make_current(l->race, l->race->lead);
    return broken;
}

static void set_trampolines(const struct sc_shadow *s, struct sc_lane *l)
{
    const struct sc_libcurl *real = s->real;

    real->easy_setopt(l->easy, CURLOPT_WRITEFUNCTION, on_body);
    real->easy_setopt(l->easy, CURLOPT_WRITEDATA, l);
    real->easy_setopt(l->easy, CURLOPT_HEADERFUNCTION, on_header);
    real->easy_setopt(l->easy, CURLOPT_HEADERDATA, l);
    if (sc_hook_is_in(s, SC_HOOK_PROGRESS)) {
        real->easy_setopt(l->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
        real->easy_setopt(l->easy, CURLOPT_XFERINFODATA, l);
    } else if (l->number == SC_HEDGE_SECOND) {
        real->easy_setopt(l->easy, CURLOPT_NOPROGRESS, 1L); /* libcurl's own meter */
    }
}

/* The program's handle has the usual ones again. */
static void put_trampolines_back(struct sc_shadow *s)
{
    sc_hook_in(s, SC_HOOK_WRITE, (sc_trampoline *)sc_on_body);
    sc_hook_in(s, SC_HOOK_HEADER, (sc_trampoline *)sc_on_header);
    if (sc_hook_is_in(s, SC_HOOK_PROGRESS))
        sc_hook_in(s, SC_HOOK_PROGRESS, (sc_trampoline *)sc_on_progress);
    if (s->o.fail_on_error) /* a response may have been looked behind (wire/response.c) */
        SC_SET(s, CURLOPT_FAILONERROR, 1L);
}

/* ---- the second ---- */

/* A stream is silent until its first output, whatever keeps its connection alive. */
static bool has_begun(const struct sc_transfer *t)
{
    const struct sc_exchange *x = &t->x;

    return x->phase != SC_HOLDING || x->output_ns > 0 || t->play.recv_paused ||
           t->play.send_stopped || (x->place == SC_IN_BODY && x->status / 100 != 2) ||
           (x->body_len > 0 && !x->stream);
}

static void bound(const struct sc_transfer *t, CURL *twin, int64_t now_ns)
{
    int64_t left = (t->call.deadline_ns - now_ns) / SC_NS_PER_MS;

    if (t->call.deadline_ns == SC_NEVER)
        return;
    t->shadow->real->easy_setopt(twin, CURLOPT_TIMEOUT_MS, (long)(left < 1 ? 1 : left));
}

/* NULL: it runs. */
static const char *start_second(struct sc_race *r)
{
    struct sc_lane *second = &r->lanes[SC_HEDGE_SECOND];
    struct sc_transfer *t = r->t;
    struct sc_shadow *s = t->shadow;
    const char *why;

    t->x.wants.last = true; /* a failure of one is nothing while the other may answer */
    sc_side_begin(&r->side, t, sc_now_ns());
    second->easy = sc_twin_new(s, r->error);
    if (!second->easy)
        return "memory";
    why = sc_hedged_admit(t, &r->side);
    if (why)
        return why;
    bound(t, second->easy, r->side.attempt.start_ns);
    set_trampolines(s, &r->lanes[SC_HEDGE_FIRST]);
    set_trampolines(s, second);
    second->running = s->real->multi_add_handle(s->circle, second->easy) == CURLM_OK;
    if (!second->running) {
        r->side.verdict.class = SC_CLASS_ABORTED;
        sc_hedged_settle(t, &r->side, false);
        return "memory";
    }
    return NULL;
}

static void drop_twin(struct sc_race *r)
{
    struct sc_lane *second = &r->lanes[SC_HEDGE_SECOND];

    if (second->easy)
        r->t->shadow->real->easy_cleanup(second->easy);
    second->easy = NULL;
}

static void try_second(struct sc_race *r)
{
    struct sc_hedging *h = r->t->hedging;
    bool last = r->t->x.wants.last;
    const char *why;

    if (!sc_hedge_is_due(&h->race, sc_now_ns(), has_begun(r->t)))
        return;
    why = start_second(r);
    sc_hedged_report(r->t, why);
    if (why) {
        r->t->x.wants.last = last;
        sc_hedge_forbid(&h->race);
        drop_twin(r);
        sc_side_free(&r->side);
        return;
    }
    sc_hedge_sent(&h->race);
    h->made++;
}

/* ---- the end of one ---- */

static bool was_sent(const struct sc_shadow *s, CURL *easy)
{
    long bytes = 0;

    s->real->easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &bytes);
    return bytes > 0;
}

/* The one that is not current is not the call's. */
static void settle_other(struct sc_race *r)
{
    struct sc_lane *other = &r->lanes[1 - r->current];
    struct sc_shadow *s = r->t->shadow;

    sc_hedged_settle(r->t, &r->side, was_sent(s, other->easy));
    if (other->running)
        s->real->multi_remove_handle(s->circle, other->easy);
    other->running = false;
    sc_side_free(&r->side);
}

static enum sc_hedge_end end_of(const struct sc_verdict *v)
{
    if (v->class == SC_CLASS_OK)
        return SC_HEDGE_ANSWERED;
    if (!sc_class_retryable(v->class) || !v->retry)
        return SC_HEDGE_FATAL;
    return SC_HEDGE_FAILED;
}

/* A lane has ended while the other one runs. True: it is the call's. */
static bool decides(struct sc_race *r, struct sc_lane *l, CURLcode *rc)
{
    struct sc_transfer *t = r->t;
    struct sc_result result;

    make_current(r, l->number);
    *rc = sc_stages_ended(t, *rc);
    sc_judge_attempt(t, *rc, &result);
    if (sc_hedge_ended(rules(r), l->number, end_of(&t->verdict)) == l->number)
        return true;
    make_current(r, 1 - l->number);
    r->lead = r->current;
    settle_other(r);
    if (t->shadow->o.error_buffer)
        t->shadow->o.error_buffer[0] = '\0'; /* nothing has failed, to the program */
    return false;
}

/* The other has lost. */
static void close_other(struct sc_race *r)
{
    int64_t ms = (sc_now_ns() - r->side.attempt.start_ns) / SC_NS_PER_MS;
    struct sc_hedging *h = r->t->hedging;

    if (r->current == SC_HEDGE_SECOND)
        sc_hedge_learn(h->words + SC_W_HEDGE_BEGINS, ms, true);
    r->side.verdict = (struct sc_verdict){.class = SC_CLASS_ABORTED, .hint_ms = -1};
    settle_other(r);
}

/* True: the call's result is there. */
static bool take_message(struct sc_race *r, const CURLMsg *m, CURLcode *rc)
{
    struct sc_lane *l = &r->lanes[m->easy_handle == r->lanes[SC_HEDGE_SECOND].easy];
    bool other_runs = r->lanes[1 - l->number].running;

    *rc = m->data.result;
    r->t->shadow->real->multi_remove_handle(r->t->shadow->circle, l->easy);
    l->running = false;
    if (rules(r)->winner == l->number)
        return true;
    if (other_runs)
        return decides(r, l, rc);
    make_current(r, l->number);
    sc_hedge_ended(rules(r), l->number, *rc == CURLE_OK ? SC_HEDGE_ANSWERED : SC_HEDGE_FAILED);
    return true;
}

/* ---- the loop ---- */

static int poll_ms(const struct sc_race *r)
{
    int64_t due = rules(r)->due_ns, left;

    if (due == SC_HEDGE_NEVER)
        return POLL_MS;
    left = (due - sc_now_ns() + SC_NS_PER_MS - 1) / SC_NS_PER_MS;
    return left < 0 ? 0 : left > POLL_MS ? POLL_MS : (int)left;
}

/* One turn. True: the result is there. */
static bool turn(struct sc_race *r, CURLcode *rc)
{
    struct sc_shadow *s = r->t->shadow;
    int running, left;
    CURLMcode bad;
    CURLMsg *m;

    r->performing = true;
    bad = s->real->multi_perform(s->circle, &running);
    r->performing = false;
    if (rules(r)->winner >= 0 && r->lanes[1 - r->current].running)
        close_other(r);
    while (!bad && (m = s->real->multi_info_read(s->circle, &left)) != NULL)
        if (m->msg == CURLMSG_DONE && take_message(r, m, rc))
            return true;
    if (bad)
        *rc = bad == CURLM_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_BAD_FUNCTION_ARGUMENT;
    return bad != CURLM_OK;
}

static void loop(struct sc_race *r, CURLcode *rc)
{
    struct sc_shadow *s = r->t->shadow;

    while (!turn(r, rc)) {
        try_second(r);
        if (s->real->multi_poll(s->circle, NULL, 0, poll_ms(r), NULL) != CURLM_OK)
            break;
    }
}

/* ---- begin and end ---- */

bool sc_race_wanted(const struct sc_transfer *t)
{
    const struct sc_libcurl *real = t->shadow->real;

    return t->hedging && !t->shadow->member && !t->shadow->own && real->multi_poll &&
           real->multi_init;
}

/* False: libcurl does not take the handle, and says why when it is asked to perform. */
static bool begin(struct sc_race *r)
{
    struct sc_shadow *s = r->t->shadow;

    if (!s->circle)
        s->circle = s->real->multi_init();
    if (!s->circle)
        return false;
    if (s->o.error_buffer)
        s->o.error_buffer[0] = '\0';
    if (r->t->hedging->race.due_ns != SC_HEDGE_NEVER)
        sc_body_lend_copy(s);
    r->lanes[SC_HEDGE_FIRST].easy = s->easy;
    r->lanes[SC_HEDGE_FIRST].running = s->real->multi_add_handle(s->circle, s->easy) == CURLM_OK;
    return r->lanes[SC_HEDGE_FIRST].running;
}

/* Takes what still runs out of the circle, and the transfer is what it would be without it. */
static void finish(struct sc_race *r)
{
    struct sc_transfer *t = r->t;
    struct sc_shadow *s = t->shadow;

    if (r->lanes[1 - r->current].running)
        close_other(r);
    if (r->lanes[r->current].running)
        s->real->multi_remove_handle(s->circle, r->lanes[r->current].easy);
    s->easy = r->lanes[SC_HEDGE_FIRST].easy;
    s->own = NULL;
    if (!t->hedging->race.sent)
        return;
    put_trampolines_back(s);
    if (r->current == SC_HEDGE_FIRST) {
        drop_twin(r);
        return;
    }
    if (s->o.keeps_cookies)
        sc_twin_cookies(s->real, s->twin, s->easy);
    sc_shadow_error(s, r->error);
    s->real->easy_setopt(s->twin, CURLOPT_ERRORBUFFER, NULL);
}

CURLcode sc_race_run(struct sc_transfer *t)
{
    struct sc_shadow *s = t->shadow;
    CURLcode rc = CURLE_OUT_OF_MEMORY;
    struct sc_race *r = calloc(1, sizeof *r);

    if (!r)
        return s->real->easy_perform(s->easy);
    t->race = r;
    r->t = t;
    for (int i = 0; i < SC_HEDGE_LANES; i++)
        r->lanes[i] = (struct sc_lane){.race = r, .number = i};
    if (begin(r)) {
        loop(r, &rc);
        finish(r);
    } else {
        rc = s->real->easy_perform(s->easy);
    }
    t->race = NULL;
    free(r);
    return rc;
}

void sc_race_leave(struct sc_transfer *t, bool alive)
{
    struct sc_race *r = t ? t->race : NULL;
    struct sc_shadow *s = t ? t->shadow : NULL;
    bool stuck = r && r->performing;
    CURL *twin;

    if (!r)
        return;
    twin = r->lanes[SC_HEDGE_SECOND].easy;
    make_current(r, SC_HEDGE_FIRST);
    if (t->hedging->race.sent) {
        sc_state_end(&r->side.ticket, SC_CLASS_ABORTED, SC_END_MOVED, sc_state_now(), 0, NULL);
        if (alive)
            put_trampolines_back(s);
    }
    if (stuck) {
        s->circle = NULL; /* libcurl would refuse to be called: it is lost, as its own would be */
    } else {
        if (alive && r->lanes[SC_HEDGE_FIRST].running)
            s->real->multi_remove_handle(s->circle, r->lanes[SC_HEDGE_FIRST].easy);
        if (twin && r->lanes[SC_HEDGE_SECOND].running)
            s->real->multi_remove_handle(s->circle, twin);
        drop_twin(r);
    }
    sc_side_free(&r->side);
    t->race = NULL;
    if (!stuck)
        free(r); /* else the twin still points to it */
}

void sc_race_free_circle(struct sc_shadow *s)
{
    if (s->circle)
        s->real->multi_cleanup(s->circle);
    s->circle = NULL;
}
