/* sequence.c - see sequence.h. How a call begins is in sequence_begin.c. */
#include "drive/sequence.h"

#include "call/feign.h"
#include "call/judge.h"
#include "call/last.h"
#include "call/refusal.h"
#include "call/report.h"
#include "core/time.h"
#include "handle/body.h"
#include "handle/hooks.h"
#include "handle/standin.h"
#include "handle/texts.h"
#include "handle/twin.h"
#include "process/runtime.h"
#include "provider/request.h"
#include "stage/stage.h"
#include "wire/answer.h"
#include "wire/clock.h"
#include "wire/feed.h"
#include "wire/kind.h"
#include "wire/rewrite.h"
#include "drive/aside.h"
#include "drive/race.h"

/* ---- next ----------------------------------------------------------------------------------- */

/* The last answer was put aside, and now there is no time for the next. */
static void run_out_between(struct sc_transfer *t)
{
    sc_say_timed_out(t->shadow, (sc_now_ns() - t->call.start_ns) / SC_NS_PER_MS, 0, -1);
    sc_judge_own(t, SC_CLASS_RETRYABLE);
}

/* Of a body that is read ahead nobody could know before. */
static void edit_body(void *transfer, struct sc_edits *e)
{
    struct sc_transfer *t = transfer;
    char *model = t->route.model;

    if (!model[0] && !sc_request_model(t->route.provider, t->shadow->asked.path, e->original.p,
                                       e->original.n, model, SC_MODEL_MAX))
        model[0] = '\0';
    sc_stages_edit(t, e);
}

/* The next target is asked, as a call of its own would ask it. */
static bool move(struct sc_transfer *t)
{
    bool begun = t->call.attempts > 0 || t->own_answer; /* else there is nothing to put aside */

    if (begun && !sc_aside_put(t)) { /* no memory: what came so far is what the program gets */
        sc_call_stop(&t->call, SC_GIVE_UP_REFUSED);
        return false;
    }
    sc_stages_move(t);
    t->shadow->body_planned = false;
    t->estimate = (struct sc_estimate){.tokens = 0};
    sc_exchange_of(&t->x, t->route.provider);
    t->attempt.fresh_on = t->attempt.answered = false;
    return true;
}

/* Whether a stage is to see the program's body. A chain's targets get theirs once they are asked;
 * only what a callback gives is read ahead, for them and for the model. */
static bool is_body_looked_at(const struct sc_transfer *t)
{
    const struct sc_settings *set = t->route.rule->settings;
    bool plain = !t->route.target && !t->req.uploads && t->route.model[0];

    return set->edits_requests && !(plain && (set->stages & SC_STAGES_EDITING_FIRST) == 0);
}

/* Whether the stages let the next attempt go; of a target that would only refuse, the next. */
static enum sc_go ask_stages(struct sc_transfer *t, struct sc_plan *plan)
{
    for (;;) {
        enum sc_go go;

        if (SC_ROUTE_IS_ELSEWHERE(&t->route))
            sc_rewrite_free(&t->req.rewrite);
        else if (is_body_looked_at(t))
            sc_rewrite_plan(&t->x, t->call.attempts == 0, edit_body, t);
        t->wait.asked = false;
        go = sc_stages_plan(t, plan);
        if (go == SC_GO || go == SC_STAND_IN || !sc_stages_refused(t, plan, go))
            return go;
        sc_call_move(&t->call, plan->now_ns);
        if (!move(t))
            return go;
        plan->again = false;
    }
}

/* Something stands in for the wire: it comes in its time, for the program or to be judged. */
static void await_standin(struct sc_transfer *t, int64_t now_ns, struct sc_step *step)
{
    if (now_ns < t->feigned.at_ns) {
        *step = (struct sc_step){SC_STEP_WAIT, t->feigned.at_ns, SC_WAIT_FAULT};
    } else if (t->feigned.delayed) {
        t->feigned.delayed = false;
    } else if (t->feigned.shown) {
        t->own_answer = t->feigned.answer;
        t->feigned.answer = NULL;
        sc_judge_own(t, sc_feign_class(t, t->own_answer));
        step->kind = SC_STEP_DELIVER;
    }
}

void sc_managed_next(struct sc_transfer *t, int64_t now_ns, struct sc_step *step)
{
    struct sc_plan plan = {.now_ns = now_ns, .again = t->wait.asked};

    sc_call_next(&t->call, now_ns, step);
    if (step->kind != SC_STEP_SEND)
        return;
    if (t->feigned.answer || t->feigned.delayed) {
        await_standin(t, now_ns, step);
        return;
    }
    switch (ask_stages(t, &plan)) {
    case SC_GO:
        break;
    case SC_WAIT:
        t->wait.asked = true;
        *step = (struct sc_step){SC_STEP_WAIT, plan.until_ns, plan.reason};
        break;
    case SC_STAND_IN:
        await_standin(t, now_ns, step);
        break;
    case SC_ANSWER:
        step->kind = SC_STEP_DELIVER;
        break;
    case SC_GIVE_UP:
        step->kind = SC_STEP_DELIVER;
        sc_call_stop(&t->call, plan.why);
        break;
    }
}

/* ---- an attempt ----------------------------------------------------------------------------- */

static bool is_bounded_by_target(const struct sc_transfer *t)
{
    return t->route.until_ns != 0 && t->route.until_ns < t->call.deadline_ns;
}

static bool is_longer(const struct sc_shadow *s, int64_t ms)
{
    return s->o.timeout_ms > 0 && ms > s->o.timeout_ms;
}

/* The program's timeout is a promise for the whole call: a later attempt gets what is left. A
 * target may have less. */
static void bound_attempt(struct sc_transfer *t, int64_t now)
{
    int64_t until = is_bounded_by_target(t) ? t->route.until_ns : t->call.deadline_ns, left;

    if (until == SC_NEVER && !t->attempt.bounded)
        return;
    t->attempt.bounded = until != SC_NEVER;
    left = (until - now) / SC_NS_PER_MS;
    if (t->call.deadline_ns == SC_NEVER && (until == SC_NEVER || is_longer(t->shadow, left)))
        left = t->shadow->o.timeout_ms; /* of each attempt, or none */
    else if (left < 1)
        left = 1;
    SC_SET(t->shadow, CURLOPT_TIMEOUT_MS, (long)left);
}

/* libcurl's own progress meter is on. */
static bool has_meter(const struct sc_shadow *s)
{
    return !s->o.no_progress && !s->o.xferinfo_fn && !s->o.progress_fn &&
           !sc_hook_is_in(s, SC_HOOK_PROGRESS);
}

/* What an attempt leaves in the handle and would show in the next one's request or output. */
static void clean_after_attempt(struct sc_shadow *s)
{
    if (s->o.auto_referer)
        SC_SET(s, CURLOPT_REFERER, s->o.referer.set ? s->o.referer.p : NULL);
    if (has_meter(s))
        SC_SET(s, CURLOPT_NOPROGRESS, 1L); /* libcurl's own meter would print a line per attempt */
    if (s->o.hsts_read_fn)                 /* libcurl asks for its whole list at each perform */
        SC_SET(s, CURLOPT_HSTSREADFUNCTION, (curl_hstsread_callback)NULL);
}

/* Limit or gate kept the first attempt waiting. */
static bool has_waited(const struct sc_transfer *t)
{
    return t->attempt.start_ns - t->call.start_ns > SC_NS_PER_MS;
}

static void forget_attempt(struct sc_transfer *t)
{
    struct sc_attempt *a = &t->attempt;

    a->earlier_connects += a->connects;
    a->connects = 0;
    a->connect_code = 0;
    a->decided = a->forbidden = a->granted = a->unsent = false;
    t->put_aside = false;
    sc_answer_forget(t->shadow);
    sc_exchange_next(&t->x);
}

/* An attempt must not be the cause of the next one's failure. */
static void renew_connection(const struct sc_transfer *t)
{
    if (t->attempt.fresh)
        sc_hook_in(t->shadow, SC_HOOK_FRESH_CONNECT, NULL);
    else
        sc_hook_out(t->shadow, SC_HOOK_FRESH_CONNECT);
}

void sc_managed_prepare(struct sc_transfer *t)
{
    struct sc_shadow *s = t->shadow;

    sc_twin_forget(s);
    sc_standin_out(s); /* what is set from here on is the program's handle's */
    forget_attempt(t);
    t->attempt.start_ns = sc_now_ns();
    sc_clock_begin(&t->x, t->attempt.start_ns);
    t->play.told.owed = false;
    t->x.last =
        t->call.attempts - t->call.repeated + 1 >= sc_call_attempts_max(t->route.rule->settings);
    if (t->call.attempts > 0)
        clean_after_attempt(s);
    renew_connection(t);
    if (t->req.rewinds)
        sc_feed_install_seek(s); /* libcurl 8 still wants to rewind when it is performed again */
    if (t->req.rewrite.bytes)
        sc_rewrite_install(&t->x);
    sc_stages_send(t);
    /* A first attempt that starts at once is bounded by what the program has set. */
    if (t->call.attempts > 0 || has_waited(t) || t->route.rule->settings->timeouts.total_ms > 0 ||
        is_bounded_by_target(t))
        bound_attempt(t, t->attempt.start_ns);
}

bool sc_managed_stands_in(const struct sc_transfer *t)
{
    return t->feigned.answer != NULL;
}

CURLcode sc_managed_stand_in(struct sc_transfer *t)
{
    const struct sc_reply *r = &t->feigned.answer->reply;
    CURLcode rc = sc_answer_hold(&t->x, r);

    if (r->reach == SC_REACH_ANSWER && r->status / 100 == 2) /* it is judged as one that came */
        sc_kind_of_whole(&t->x, r->content_type ? r->content_type : "application/json",
                         (struct sc_str){r->body, r->body_len - r->short_by});
    sc_feigned_set(t, NULL);
    return rc;
}

/* What was put into the handle for this attempt alone. */
static void take_out(struct sc_transfer *t)
{
    if (t->req.rewrite.bytes)
        sc_body_put_back(t->shadow);
    t->shadow->body_planned = false;
    if (t->x.fail_suppressed)
        SC_SET(t->shadow, CURLOPT_FAILONERROR, 1L);
}

CURLcode sc_managed_judge(struct sc_transfer *t, CURLcode rc)
{
    struct sc_result r;
    struct sc_wish wish;
    int64_t now;

    rc = sc_stages_ended(t, rc);
    take_out(t);
    t->req.rewinds = t->req.rewinds || (rc == CURLE_SEND_FAIL_REWIND && t->req.uploads);
    sc_judge_attempt(t, rc, &r);
    now = t->attempt.end_ns = sc_now_ns();
    sc_call_outcome(&t->call, &r, now, sc_random_next(&t->random));
    wish = sc_stages_judged(t);
    sc_call_apply(&t->call, wish, now);
    sc_report_attempt(t, rc, now);
    sc_stages_logged(t);
    if (wish.next == SC_MOVE)
        move(t);
    if (wish.next >= SC_REPEAT && t->verdict.class == SC_CLASS_OK) {
        sc_exchange_restart(&t->x);
        t->put_aside = true;
    }
    return rc;
}

CURLcode sc_managed_abort(struct sc_transfer *t)
{
    sc_call_stop(&t->call, SC_GIVE_UP_ABORTED);
    sc_judge_own(t, SC_CLASS_ABORTED);
    sc_answer_forget(t->shadow);
    sc_exchange_restart(&t->x);
    sc_say_aborted(t->shadow);
    return CURLE_ABORTED_BY_CALLBACK;
}

/* ---- the end -------------------------------------------------------------------------------- */

/* Puts back what later attempts needed otherwise. */
static void restore(struct sc_transfer *t)
{
    struct sc_shadow *s = t->shadow;

    if (t->attempt.bounded)
        SC_SET(s, CURLOPT_TIMEOUT_MS, (long)s->o.timeout_ms);
    if (t->call.attempts < 1)
        return;
    if (has_meter(s))
        SC_SET(s, CURLOPT_NOPROGRESS, 0L);
    if (s->o.hsts_read_fn)
        SC_SET(s, CURLOPT_HSTSREADFUNCTION, s->o.hsts_read_fn);
}

/* What getinfo has to say of several attempts, or a wait and one, as if they were one. */
static void lay_over(struct sc_transfer *t, CURLcode rc)
{
    struct sc_overlay *o = &t->shadow->overlay;

    o->active = true;
    o->offset_us = (t->attempt.start_ns - t->call.start_ns) / 1000;
    o->earlier_connects = t->attempt.earlier_connects;
    o->ok = rc == CURLE_OK;
}

/* It ended by the program's timeout, of which the attempt had got what was left: by a bound of its
 * own, as that for connecting, libcurl tells of it alone. */
static bool has_run_out(const struct sc_transfer *t)
{
    return t->x.bound ||
           (t->attempt.bounded && sc_now_ns() > t->call.deadline_ns - 2 * SC_NS_PER_MS);
}

/* libcurl counts from the attempt's start; the program knows of one call. */
static void count_whole_call(const struct sc_transfer *t)
{
    int64_t before_ns = t->attempt.start_ns - t->call.start_ns;

    if (!t->x.bound)
        before_ns += SC_NS_PER_MS - 1; /* what was left was cut */
    if (has_run_out(t))
        sc_say_timed_out_later(t->shadow, before_ns / SC_NS_PER_MS);
}

/* The handle has its own values back, but for the sinks, before the program's callbacks run. */
static void begin_finishing(struct sc_transfer *t, CURLcode rc)
{
    t->play.finishing = true;
    sc_hooks_rest(t->shadow);
    restore(t);
    if (t->call.attempts > 1 || has_waited(t))
        lay_over(t, rc);
    if (rc == CURLE_OPERATION_TIMEDOUT)
        count_whole_call(t);
}

/* An answer that no server gave, and that has not all been handed over. */
static bool is_ours_to_deliver(const struct sc_transfer *t)
{
    const struct sc_answer *a = t->shadow->answer;

    return a && !a->live && (!a->begun || t->x.hold.n > 0);
}

static CURLcode give_result(struct sc_transfer *t, CURLcode rc)
{
    if (t->put_aside && rc == CURLE_OK && !t->own_answer) {
        run_out_between(t);
        rc = CURLE_OPERATION_TIMEDOUT;
    }
    if (t->own_answer && !t->shadow->answer)
        return sc_own_answer_give(t);
    if (is_ours_to_deliver(t))
        return sc_answer_deliver(&t->x);
    rc = sc_deliver_result(&t->x, rc);
    if (t->shadow->answer)
        sc_answer_settle(&t->x, rc);
    return rc;
}

static enum sc_how how_it_ended(const struct sc_transfer *t, CURLcode rc)
{
    if (t->own_answer && !t->own_answer->relayed)
        return SC_ENDED_ANSWERED;
    return rc == CURLE_OK && t->verdict.class == SC_CLASS_OK ? SC_ENDED_OK : SC_ENDED_FAILED;
}

/* No target has answered, and nothing of what the last one said was shown. */
static bool have_all_failed(const struct sc_transfer *t, CURLcode rc)
{
    bool good = rc == CURLE_OK && t->verdict.class == SC_CLASS_OK && !t->put_aside;

    return t->aside && !t->play.finishing && !good && t->x.phase == SC_HOLDING &&
           t->verdict.class != SC_CLASS_ABORTED && !t->x.programs_doing;
}

/* Nobody else is asked: the call ends as it now stands, with what was put aside, with an answer
 * that was kept, or with the policy's reply. To limits, breaker and budgets it is what the last
 * target made of it. */
static CURLcode settle(struct sc_transfer *t, CURLcode rc)
{
    struct sc_own_answer *kept = sc_last_is_due(t) ? sc_stages_rescue(t) : NULL;
    const struct sc_reply_link *reply = kept ? NULL : sc_last_due(t);
    const char *from = t->route.target ? t->route.target->name : NULL;
    enum sc_class class = t->verdict.class;
    bool failed = have_all_failed(t, rc);

    if (failed || reply || kept)
        sc_stages_end(t, how_it_ended(t, rc));
    if (failed)
        rc = sc_aside_take(t);
    if (kept)
        rc = sc_last_give(t, kept, from, class);
    else if (reply && sc_last_set(t, reply, from, class))
        rc = CURLE_OK;
    return rc;
}

CURLcode sc_managed_finish(struct sc_transfer *t, CURLcode rc)
{
    struct sc_overlay *o = &t->shadow->overlay;

    sc_standin_out(t->shadow);
    rc = settle(t, rc);
    if (SC_ROUTE_IS_ELSEWHERE(&t->route) && t->x.phase == SC_HOLDING && !t->own_answer)
        sc_exchange_restart(&t->x); /* in another's words, or of another's server */
    if (!t->play.finishing)
        begin_finishing(t, rc);
    rc = give_result(t, rc);
    if (t->play.replay_paused)
        return rc;
    o->delivered = (int64_t)t->play.delivered_body;
    o->ok = rc == CURLE_OK;
    sc_stages_end(t, how_it_ended(t, rc));
    sc_report_call(t, rc, sc_now_ns(), sc_stages_describe);
    sc_stages_over(t, rc);
    return rc;
}

void sc_managed_left(struct sc_transfer *t)
{
    sc_call_stop(&t->call, SC_GIVE_UP_ABORTED);
    sc_judge_own(t, SC_CLASS_ABORTED);
    sc_report_call(t, CURLE_ABORTED_BY_CALLBACK, sc_now_ns(), sc_stages_describe);
    sc_stages_over(t, CURLE_ABORTED_BY_CALLBACK);
}

void sc_managed_end(struct sc_shadow *s)
{
    struct sc_transfer *t = s->transfer;
    bool alive = s->hooked; /* else the handle was reset, or cleaned up: not to be touched */

    sc_race_leave(t, alive);
    sc_standin_out(s);
    sc_hooks_rest(s);
    if (t && alive && !t->play.finishing)
        restore(t);
    if (t)
        sc_stages_end(t, SC_ENDED_LEFT);
    if (t)
        sc_aside_free(t);
    sc_transfer_free(t);
    s->transfer = NULL;
    s->exchange = NULL;
    s->active = false;
}
