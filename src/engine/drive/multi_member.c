/* multi_member.c - one handle's way through a multi. See multi.h. */
#include "drive/multi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "handle/hooks.h"
#include "handle/progress.h"
#include "handle/texts.h"
#include "wire/playback.h"
#include "wire/program.h"
#include "call/report.h"
#include "steadycurl/newer.h"

enum { RECHECK_MS = 1000, RECHECK_GRID_MS = 250, LEASE_LOOK_MS = 1 };

/* ---- they come and go ------------------------------------------------------------------------ */

struct sc_member *sc_member_new(struct sc_multi *u, struct sc_shadow *s, enum sc_member_state state)
{
    struct sc_member *m = u->spare ? u->spare : malloc(sizeof *m);

    if (!m)
        return NULL;
    u->spare = NULL;
    *m = (struct sc_member){.multi = u, .shadow = s, .state = state, .in_real = true};
    s->member = m;
    sc_member_list_add(state == SC_MEMBER_NEW ? &u->fresh : &u->others, m);
    return m;
}

static bool is_managed(const struct sc_member *m)
{
    return m->state != SC_MEMBER_NEW && m->state != SC_MEMBER_PLAIN && m->state != SC_MEMBER_DONE;
}

static bool is_held(const struct sc_member *m)
{
    return m->state == SC_MEMBER_WAITING || m->state == SC_MEMBER_PAUSED;
}

static void move_to(struct sc_member *m, struct sc_member_list *l)
{
    if (m->list == l)
        return;
    sc_member_list_drop(m);
    sc_member_list_add(l, m);
}

static void let_go(struct sc_member *m)
{
    if (!is_held(m))
        return;
    if (m->in_heap)
        sc_multi_drop_due(m->multi, m);
    m->multi->n_held--;
    m->state = SC_MEMBER_RUNNING;
    move_to(m, &m->multi->others);
}

/* The call ends with its handle leaving: nobody hears of it but the log. */
static void report_left(struct sc_member *m)
{
    if (m->shadow->transfer)
        sc_managed_left(m->shadow->transfer);
}

void sc_member_free(struct sc_member *m)
{
    struct sc_multi *u = m->multi;

    let_go(m);
    if (is_managed(m)) {
        report_left(m);
        u->n_managed--;
    }
    sc_member_list_drop(m);
    sc_multi_drop_messages(u, sc_shadow_own(m->shadow));
    if (u->delivering == m)
        u->delivering = NULL;
    m->shadow->member = NULL;
    free(m->error_before);
    if (u->spare)
        free(m);
    else
        u->spare = m;
}

void sc_multi_forget(struct sc_member *m)
{
    sc_member_free(m);
}

static void finish(struct sc_member *m, CURLcode rc)
{
    struct sc_multi *u = m->multi;

    let_go(m);
    m->state = SC_MEMBER_DONE;
    u->n_managed--;
    m->message = (CURLMsg){.msg = CURLMSG_DONE, .easy_handle = sc_shadow_own(m->shadow)};
    m->message.data.result = rc;
    sc_managed_end(m->shadow);
    sc_multi_note(u, SC_CURLMNOTIFY_EASY_DONE, sc_shadow_own(m->shadow));
    sc_multi_push_message(u, &m->message);
}

void sc_member_abandoned(struct sc_member *m)
{
    report_left(m);
    finish(m, CURLE_ABORTED_BY_CALLBACK);
}

/* ---- waiting --------------------------------------------------------------------------------- */

static void leave_real(struct sc_member *m)
{
    if (m->in_real)
        m->multi->real->multi_remove_handle(m->multi->multi, m->shadow->easy);
    m->in_real = false;
}

/* Keeps the member until due_ns, or until something else happens (SC_NEVER). */
static void hold(struct sc_member *m, enum sc_member_state state, int64_t due_ns)
{
    struct sc_multi *u = m->multi;

    if (due_ns != SC_NEVER && !sc_multi_push_due(u, m, due_ns)) {
        finish(m, CURLE_OUT_OF_MEMORY);
        return;
    }
    m->state = state;
    u->n_held++;
    if (!sc_progress_wanted(m->shadow))
        return;
    if (!u->watched.first)
        u->progress_ns = sc_now_ns();
    move_to(m, &u->watched);
}

/* Looks at the shared state cost, and wake the program: those of many members fall together, and
 * for a free place among all of them one looks about every millisecond. */
static int64_t next_look(const struct sc_member *m, const struct sc_step *step)
{
    const int64_t grid = RECHECK_GRID_MS * SC_NS_PER_MS;
    const struct sc_transfer *t = m->shadow->transfer;
    int64_t until = step->until_ns;

    if (step->reason != SC_WAIT_LIMIT && step->reason != SC_WAIT_GATE)
        return until;
    if (t->ticket.place.arrived_ns != 0)
        return until; /* who stands in line looks in time, or is passed over */
    if (t->ticket.ask_again) {
        until += (int64_t)m->multi->n_held * LEASE_LOOK_MS * SC_NS_PER_MS;
    } else if (until < t->wait.end_ns) {
        until += grid - until % grid;
        if (until > t->wait.end_ns)
            until = t->wait.end_ns;
    }
    return until < t->call.deadline_ns ? until : t->call.deadline_ns;
}

/* ---- attempts -------------------------------------------------------------------------------- */

/* curl_easy_perform clears the buffer at each start, the multi interface does not: a failure that
 * was made good must leave what was there before. */
static void keep_error(struct sc_member *m)
{
    const char *buffer = m->shadow->o.error_buffer;

    if (!buffer)
        return;
    m->error_before = malloc(CURL_ERROR_SIZE);
    if (m->error_before)
        memcpy(m->error_before, buffer, CURL_ERROR_SIZE);
}

static void restore_error(struct sc_member *m)
{
    if (m->error_before && m->shadow->o.error_buffer)
        memcpy(m->shadow->o.error_buffer, m->error_before, CURL_ERROR_SIZE);
}

static void advance(struct sc_member *m);

/* Nothing goes over a wire: it has ended as soon as it begins. */
static void stand_in(struct sc_member *m)
{
    struct sc_transfer *t = m->shadow->transfer;

    leave_real(m);
    m->result = sc_managed_judge(t, sc_managed_stand_in(t));
    advance(m);
}

/* A new member is in the real multi already, where no attempt has begun. */
static void start_attempt(struct sc_member *m)
{
    struct sc_multi *u = m->multi;
    struct sc_transfer *t = m->shadow->transfer;

    if (t->call.attempts > 0)
        restore_error(m);
    if (t->call.attempts > 0 || SC_ROUTE_IS_ELSEWHERE(&t->route))
        leave_real(m);
    sc_managed_prepare(t);
    if (t->attempt.unsent) {
        sc_member_ended(m, CURLE_OUT_OF_MEMORY);
        return;
    }
    if (sc_managed_stands_in(t)) {
        stand_in(m);
        return;
    }
    if (!m->in_real) {
        m->in_real = u->real->multi_add_handle(u->multi, m->shadow->easy) == CURLM_OK;
        u->added_again += m->in_real;
    }
    if (!m->in_real)
        finish(m, CURLE_OUT_OF_MEMORY);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Hands the result over, as far as the program takes it, and it has come. */
static void deliver(struct sc_member *m, CURLcode rc)
{
    struct sc_multi *u = m->multi;
    struct sc_transfer *t = m->shadow->transfer;

    if (t->call.attempts == 0 || m->shadow->own)
        leave_real(m); /* answered by us: libcurl must not begin; or the stand-in goes now */
    t->play.replay_paused = false;
    m->state = SC_MEMBER_DELIVERING;
    u->delivering = m;
    sc_multi_enter(u, (uintptr_t)__builtin_frame_address(0));
    rc = sc_managed_finish(t, rc);
    u->callback_frame = 0;
    u->delivering = NULL;
    m->state = SC_MEMBER_RUNNING;
    if (t->play.replay_paused && t->play.due_ns)
        hold(m, SC_MEMBER_WAITING, earlier(t->play.due_ns, t->call.deadline_ns));
    else if (t->play.replay_paused)
        hold(m, SC_MEMBER_PAUSED, t->call.deadline_ns);
    else
        finish(m, rc);
}

/* What is next. A request that is looked at before it is sent may be read out of the program's
 * callback for that: meanwhile libcurl must not have it, should the callback never return. */
static void next_step(struct sc_member *m, struct sc_step *step)
{
    struct sc_multi *u = m->multi;
    struct sc_transfer *t = m->shadow->transfer;
    bool reads = t->req.uploads && t->call.attempts == 0 && t->route.rule->settings->edits_requests;

    if (reads) {
        leave_real(m);
        m->state = SC_MEMBER_DELIVERING;
        u->delivering = m;
        sc_multi_enter(u, (uintptr_t)__builtin_frame_address(0));
    }
    sc_managed_next(t, sc_now_ns(), step);
    if (reads) {
        u->callback_frame = 0;
        u->delivering = NULL;
        m->state = SC_MEMBER_RUNNING;
    }
}

/* Goes on with a member that is in no attempt, until it is in one, waits or has ended. */
static void advance(struct sc_member *m)
{
    struct sc_step step;
    struct sc_shadow *s = m->shadow;

    next_step(m, &step);
    switch (step.kind) {
    case SC_STEP_SEND:
        start_attempt(m);
        break;
    case SC_STEP_WAIT:
        sc_report_wait(s->transfer, &step);
        leave_real(m);
        hold(m, SC_MEMBER_WAITING, next_look(m, &step));
        break;
    default:
        deliver(m, m->result);
        break;
    }
}

void sc_member_begin(struct sc_member *m)
{
    struct sc_shadow *s = m->shadow;
    struct sc_transfer *t;
    bool refused;

    move_to(m, &m->multi->others);
    m->state = SC_MEMBER_PLAIN;
    if (s->active)
        sc_managed_end(s); /* of a perform that a longjmp has left */
    t = sc_managed_begin(s, &refused);
    if (!t && !refused) {
        sc_hooks_out(s);
        return;
    }
    m->state = SC_MEMBER_RUNNING;
    m->multi->n_managed++;
    if (!t) {
        leave_real(m);
        sc_say_no_policy(s);
        finish(m, CURLE_FAILED_INIT);
        return;
    }
    t->play.may_pause = true;
    t->wait.recheck_ns = RECHECK_MS * SC_NS_PER_MS;
    keep_error(m);
    advance(m);
}

void sc_member_set_aside(struct sc_member *m, CURLcode rc)
{
    m->result = rc;
    move_to(m, &m->multi->ended);
}

void sc_member_ended(struct sc_member *m, CURLcode rc)
{
    move_to(m, &m->multi->others);
    m->result = sc_managed_judge(m->shadow->transfer, rc);
    advance(m);
}

/* ---- what may end a wait --------------------------------------------------------------------- */

static void time_out(struct sc_member *m)
{
    struct sc_transfer *t = m->shadow->transfer;

    sc_playback_timed_out(&t->x);
    sc_exchange_restart(&t->x);
    deliver(m, CURLE_OPERATION_TIMEDOUT);
}

void sc_member_wake(struct sc_member *m, int64_t now_ns)
{
    bool paused = m->state == SC_MEMBER_PAUSED;

    let_go(m);
    if (paused && now_ns >= m->shadow->transfer->call.deadline_ns)
        time_out(m);
    else
        advance(m);
}

void sc_member_progress(struct sc_member *m)
{
    struct sc_multi *u = m->multi;
    struct sc_shadow *s = m->shadow;
    struct sc_transfer *t = s->transfer;
    bool stop;

    sc_multi_enter(u, (uintptr_t)__builtin_frame_address(0));
    if (m->state == SC_MEMBER_PAUSED || t->play.finishing)
        stop = sc_program_progress(&t->x, t->x.content_length, (curl_off_t)t->play.delivered_body);
    else
        stop = sc_program_progress(&t->x, 0, 0);
    u->callback_frame = 0;
    if (!stop)
        return;
    let_go(m);
    deliver(m, sc_managed_abort(t));
}

/* The rest is handed over in the next turn. */
void sc_multi_unpaused(struct sc_member *m)
{
    let_go(m);
    hold(m, SC_MEMBER_WAITING, sc_now_ns());
    sc_multi_update_timer(m->multi);
}
