/* sequence.c - see managed.h. */
#include "drive/sequence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <strings.h>

#include "core/time.h"
#include "stage/admit.h"
#include "wire/answer.h"
#include "stage/ask.h"
#include "stage/consent.h"
#include "stage/split.h"
#include "wire/feed.h"
#include "wire/playback.h"
#include "handle/body.h"
#include "handle/headers.h"
#include "handle/hooks.h"
#include "handle/progress.h"
#include "handle/texts.h"
#include "call/report.h"
#include "wire/mime.h"
#include "wire/request.h"
#include "wire/response.h"
#include "process/runtime.h"
#include "handle/url.h"
#include "stage/fit.h"
#include "stage/watchdog.h"

enum { RECHECK_MS = 100 };

static bool is_total_timeout(const struct sc_transfer *t)
{
    return t->rule->settings->program_timeout == SC_TIMEOUT_TOTAL;
}

/* The program's timeout is a promise for the whole call: a later attempt gets what is left. */
static void bound_attempt(struct sc_shadow *s, struct sc_transfer *t, int64_t now)
{
    int64_t left;

    if (t->call.deadline_ns == SC_NEVER)
        return;
    t->bounded = true;
    left = (t->call.deadline_ns - now) / SC_NS_PER_MS;
    SC_SET(s, CURLOPT_TIMEOUT_MS, (long)(left > 1 ? left : 1));
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

/* Puts back what later attempts needed otherwise. */
static void restore(struct sc_shadow *s, const struct sc_transfer *t)
{
    if (t->bounded)
        SC_SET(s, CURLOPT_TIMEOUT_MS, (long)s->o.timeout_ms);
    if (t->call.attempts < 1)
        return;
    if (has_meter(s))
        SC_SET(s, CURLOPT_NOPROGRESS, 0L);
    if (s->o.hsts_read_fn)
        SC_SET(s, CURLOPT_HSTSREADFUNCTION, s->o.hsts_read_fn);
}

/* Limit or gate kept the first attempt waiting. */
static bool has_waited(const struct sc_transfer *t)
{
    return t->attempt_start_ns - t->call.start_ns > SC_NS_PER_MS;
}

void sc_managed_prepare(struct sc_shadow *s, struct sc_transfer *t)
{
    t->earlier_connects += t->connects;
    t->connects = 0;
    sc_transfer_attempt(t);
    t->attempt_start_ns = sc_now_ns();
    sc_watchdog_begin(t);
    t->last_attempt =
        t->call.attempts - t->call.repeated + 1 >= sc_call_attempts_max(t->rule->settings);
    if (t->call.attempts > 0)
        clean_after_attempt(s);
    if (t->fresh)
        sc_hook_in(s, SC_HOOK_FRESH_CONNECT, NULL);
    else
        sc_hook_out(s, SC_HOOK_FRESH_CONNECT);
    if (t->rewinds)
        sc_feed_install_seek(s); /* libcurl 8 still wants to rewind when it is performed again */
    if (t->rewrite.bytes)
        sc_rewrite_install(s, t);
    /* A first attempt that starts at once is bounded by what the program has set. */
    if (t->call.attempts > 0 || has_waited(t) || t->rule->settings->timeouts.total_ms > 0)
        bound_attempt(s, t, t->attempt_start_ns);
}

/* curl_httppost is public: a part that a callback reads cannot be read twice, nor one that comes
 * from a pipe. */
static bool is_read_once(const struct curl_httppost *part)
{
    struct stat st;

    if (part->flags & CURL_HTTPPOST_CALLBACK)
        return true;
    return (part->flags & (CURL_HTTPPOST_FILENAME | CURL_HTTPPOST_READFILE)) && part->contents &&
           (stat(part->contents, &st) != 0 || !S_ISREG(st.st_mode));
}

static bool form_is_read_once(const struct curl_httppost *form)
{
    const struct curl_httppost *more;

    for (; form; form = form->next)
        for (more = form; more; more = more->more)
            if (is_read_once(more))
                return true;
    return false;
}

static bool can_resend(const struct sc_shadow *s, const struct sc_transfer *t)
{
    if (t->uploads)
        return !t->upload.lost;
    if (s->o.mime && sc_mime_read_once_since(t->call.start_ns))
        return false;
    return s->o.method != SC_METHOD_POST_FORM || !form_is_read_once(s->o.form);
}

static bool has_idempotency_key(const struct curl_slist *headers)
{
    static const char *const names[] = {"idempotency-key", "x-idempotency-key", NULL};

    return sc_header_find(headers, names).n > 0;
}

/* Whether the request must not be processed twice: it changes something, and the service has not
 * been given the means to know it again. */
static bool is_once(const struct sc_shadow *s, struct sc_transfer *t)
{
    return sc_transfer_kind(t) == SC_REQUEST_CHANGES && !has_idempotency_key(s->o.headers);
}

/* Nothing can have been processed of which no byte was sent. libcurl takes the time when it is
 * about to send; 8.23 also where the connection then fails, so its count of bytes is asked, too. */
static bool was_never_sent(struct sc_shadow *s)
{
    curl_off_t sent_us = -1;
    long sent_bytes = -1;

    s->real->easy_getinfo(s->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
    s->real->easy_getinfo(s->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
    return sent_us == 0 || sent_bytes == 0;
}

/* libcurl results that the program itself asked for. */
static bool is_abort(const struct sc_transfer *t, CURLcode rc)
{
    return rc == CURLE_ABORTED_BY_CALLBACK || (rc != CURLE_OK && t->forbidden && !t->granted);
}

/* ... and those where its own callbacks failed: whatever the server says, not again. */
static bool is_programs_doing(const struct sc_transfer *t, CURLcode rc)
{
    return rc == CURLE_WRITE_ERROR || rc == CURLE_READ_ERROR || is_abort(t, rc);
}

/* Not where there was none. */
static bool is_fault_of_connection(CURLcode rc)
{
    return rc != CURLE_OK && rc != CURLE_HTTP_RETURNED_ERROR && rc != CURLE_COULDNT_RESOLVE_PROXY &&
           rc != CURLE_COULDNT_RESOLVE_HOST && rc != CURLE_COULDNT_CONNECT;
}

/* What failed on a connection would fail on it again: HTTP/2 each time, since libcurl 7.88 cannot
 * use a connection of prior knowledge twice. */
static void note_connection(struct sc_transfer *t, CURLcode rc)
{
    t->fresh_on = t->fresh_on || rc == CURLE_HTTP2;
    t->fresh = t->fresh_on || is_fault_of_connection(rc);
    t->answered = t->answered || t->status > 0;
}

/* The program says that it knows of HTTP/2, and a connection of this very attempt shows no sign of
 * it: it will not tomorrow. */
static void blame_prior_knowledge(const struct sc_shadow *s, const struct sc_transfer *t,
                                  CURLcode rc, struct sc_verdict *v)
{
    if (rc != CURLE_HTTP2 || !s->o.knows_http2 || t->connects == 0 || t->answered ||
        strcmp(v->row, "curl-http2") != 0)
        return;
    *v = (struct sc_verdict){.class = SC_CLASS_BAD_REQUEST, .hint_ms = -1, .row = "curl-no-http2"};
}

CURLcode sc_managed_judge(struct sc_shadow *s, struct sc_transfer *t, CURLcode rc)
{
    struct sc_result r = {.committed = t->phase != SC_HOLDING, .replayable = can_resend(s, t)};
    long connect_code = 0, status = 0;
    struct sc_effects effects;
    int64_t now;

    rc = sc_watchdog_result(s, t, rc);
    if (t->rewrite.bytes)
        sc_body_put_back(s);
    t->rewinds = t->rewinds || (rc == CURLE_SEND_FAIL_REWIND && t->uploads);
    s->body_planned = false;
    if (t->fail_suppressed)
        SC_SET(s, CURLOPT_FAILONERROR, 1L);
    s->real->easy_getinfo(s->easy, CURLINFO_NUM_CONNECTS, &t->connects);
    s->real->easy_getinfo(s->easy, CURLINFO_HTTP_CONNECTCODE, &connect_code);
    t->connect_code = (int)connect_code;
    if (rc == CURLE_HTTP_RETURNED_ERROR && t->place == SC_BEFORE) {
        /* An old libcurl applies FAILONERROR before it shows the status line. */
        s->real->easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status);
        t->status = (int)status;
    }
    if (t->decided && rc == CURLE_OK)
        r.verdict = t->verdict;
    else
        sc_transfer_classify(s, t, rc, &r.verdict);
    r.once = is_once(s, t);
    if (r.once && rc != CURLE_OK && t->place == SC_BEFORE && was_never_sent(s))
        r.verdict.unprocessed = true;
    note_connection(t, rc);
    blame_prior_knowledge(s, t, rc, &r.verdict);
    if (is_abort(t, rc))
        r.verdict.class = SC_CLASS_ABORTED;
    t->programs_doing = is_programs_doing(t, rc);
    if (t->programs_doing)
        r.verdict.retry = false;
    t->verdict = r.verdict;
    now = sc_now_ns();
    sc_call_outcome(&t->call, &r, now, sc_random_next(&t->random));
    sc_admission_settle(s, t, now, &effects);
    if (t->usage_asked)
        sc_ask_answered(s, t);
    if (r.replayable && !t->programs_doing &&
        ((t->usage_asked && sc_ask_was_refused(s, t)) ||
         (sc_tokens_may_repair(t) && sc_tokens_repair(s, t))))
        sc_call_repeat(&t->call, now);
    sc_report_attempt(s, t, rc, now);
    sc_admission_report(s, t, &effects);
    if (t->batch && rc == CURLE_OK)
        sc_batch_answered(s, t, now);
    return rc;
}

static bool reads_upload(const struct sc_shadow *s)
{
    return s->o.method == SC_METHOD_PUT ||
           (s->o.method == SC_METHOD_POST && !s->o.post_fields && !s->o.copied_fields);
}

static void begin(struct sc_shadow *s, struct sc_transfer *t)
{
    const struct sc_settings *set = t->rule->settings;
    int64_t now = sc_now_ns(), deadline = SC_NEVER;

    if (s->o.timeout_ms > 0 && is_total_timeout(t))
        deadline = now + s->o.timeout_ms * SC_NS_PER_MS;
    if (set->timeouts.total_ms > 0 && now + set->timeouts.total_ms * SC_NS_PER_MS < deadline)
        deadline = now + set->timeouts.total_ms * SC_NS_PER_MS;
    t->id = sc_random64();
    t->random = t->id;
    t->uploads = reads_upload(s);
    if (t->uploads)
        sc_upload_init(&t->upload, set->hold.upload_memory, set->hold.upload_max);
    sc_call_begin(&t->call, set, now, deadline);
    t->call.deadline_ns = deadline; /* total_ms holds whatever the program's timeout bounds */
    t->recheck_ns = RECHECK_MS * SC_NS_PER_MS;
    sc_admission_begin(s, t);
}

/* Nothing of the handle's last transfer is answered for any more. */
static void forget_last(struct sc_shadow *s)
{
    memset(&s->overlay, 0, sizeof s->overlay);
    sc_answer_forget(s);
}

/* Where the path does not tell, a body may: one that the program reads out as it goes is looked at
 * later. */
static void find_kind(struct sc_shadow *s, struct sc_transfer *t)
{
    enum sc_path_use use = sc_target_path_use(s, t->provider);
    const char *method = sc_target_method(s);
    struct sc_str name = {method, strlen(method)}, body;
    enum sc_request_kind asking;

    t->kind = sc_request_kind_of(name, use, false);
    if (t->kind != SC_REQUEST_CHANGES)
        return;
    asking = sc_request_kind_of(name, use, true);
    if (asking == t->kind)
        return;
    t->kind_open = reads_upload(s);
    body = sc_body_text(s);
    if (t->model[0] || (body.p && sc_request_asks(body.p, body.n)))
        t->kind = asking;
}

struct sc_transfer *sc_managed_begin(struct sc_shadow *s, bool *refused)
{
    const struct sc_policy *policy = sc_runtime_policy(refused);
    const struct sc_rule *rule;
    const struct sc_policy_provider *own;
    enum sc_provider provider;
    char model[SC_MODEL_MAX];
    struct sc_transfer *t;

    forget_last(s);
    if (*refused)
        *refused = sc_target_url(s);
    rule = sc_target_rule(s, policy, model, sizeof model, &provider, &own);
    t = rule ? sc_transfer_new() : NULL;
    if (!t)
        return NULL;
    t->policy = policy;
    t->rule = rule;
    t->provider = provider;
    t->own_provider = own;
    memcpy(t->model, model, sizeof model);
    find_kind(s, t);
    begin(s, t);
    s->transfer = t;
    s->body_planned = false;
    sc_response_install(s);
    sc_consent_install(s);
    if (t->uploads)
        sc_feed_install(s);
    if (sc_watchdog_wanted(t) || sc_progress_wanted(s))
        sc_watchdog_install(s);
    return t;
}

void sc_managed_next(struct sc_shadow *s, struct sc_transfer *t, int64_t now_ns,
                     struct sc_step *step)
{
    sc_call_next(&t->call, now_ns, step);
    if (step->kind != SC_STEP_SEND)
        return;
    if (t->rule->settings->edits_requests && !sc_rewrite_plan(s, t))
        step->kind = SC_STEP_DELIVER;
    else
        sc_admission_ask(s, t, now_ns, step);
}

CURLcode sc_managed_abort(struct sc_shadow *s, struct sc_transfer *t)
{
    t->call.give_up = SC_GIVE_UP_ABORTED;
    t->verdict.class = SC_CLASS_ABORTED;
    sc_transfer_attempt(t);
    sc_say_aborted(s);
    return CURLE_ABORTED_BY_CALLBACK;
}

/* What getinfo has to say of several attempts, or a wait and one, as if they were one. */
static void lay_over(struct sc_shadow *s, struct sc_transfer *t, CURLcode rc)
{
    s->overlay.active = true;
    s->overlay.offset_us = (t->attempt_start_ns - t->call.start_ns) / 1000;
    s->overlay.earlier_connects = t->earlier_connects;
    s->overlay.ok = rc == CURLE_OK;
}

/* It ended by the program's timeout, of which the attempt had got what was left: by a bound of its
 * own, as that for connecting, libcurl tells of it alone. */
static bool has_run_out(const struct sc_transfer *t)
{
    return t->bound || (t->bounded && sc_now_ns() > t->call.deadline_ns - 2 * SC_NS_PER_MS);
}

/* libcurl counts from the attempt's start; the program knows of one call. */
static void count_whole_call(struct sc_shadow *s, const struct sc_transfer *t)
{
    int64_t before_ns = t->attempt_start_ns - t->call.start_ns;

    if (!t->bound)
        before_ns += SC_NS_PER_MS - 1; /* what was left was cut */
    if (has_run_out(t))
        sc_say_timed_out_later(s, before_ns / SC_NS_PER_MS);
}

CURLcode sc_managed_finish(struct sc_shadow *s, struct sc_transfer *t, CURLcode rc)
{
    if (!t->finishing) {
        t->finishing = true;
        sc_hooks_out(s);
        restore(s, t);
        if (t->call.attempts > 1 || has_waited(t))
            lay_over(s, t, rc);
        if (rc == CURLE_OPERATION_TIMEDOUT)
            count_whole_call(s, t);
    }
    if (sc_batch_is_between(t) && rc == CURLE_OK && !t->turned_away)
        rc = sc_batch_timed_out(s, t);
    if (t->turned_away && !s->answer)
        rc = sc_admission_answer(s, t);
    else
        rc = sc_deliver_result(s, t, rc);
    if (s->answer)
        sc_answer_settle(s, t, rc);
    if (t->replay_paused)
        return rc;
    s->overlay.delivered = (int64_t)t->delivered_body;
    s->overlay.ok = rc == CURLE_OK;
    sc_admission_end(s, t, rc == CURLE_OK && t->verdict.class == SC_CLASS_OK);
    sc_report_call(s, t, rc, sc_now_ns());
    return rc;
}

void sc_managed_end(struct sc_shadow *s)
{
    bool alive = s->hooked; /* else the handle was reset, or cleaned up: not to be touched */

    sc_hooks_out(s);
    if (alive && s->transfer && !s->transfer->finishing)
        restore(s, s->transfer);
    if (s->transfer)
        sc_state_end(&s->transfer->ticket, SC_CLASS_ABORTED, SC_END_FAILED, sc_state_now(), 0,
                     NULL);
    sc_transfer_free(s->transfer);
    s->transfer = NULL;
    s->active = false;
}
