/* report.c - see report.h. */
#include "call/report.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call/memo.h"
#include "call/refusal.h"
#include "call/said.h"
#include "core/time.h"
#include "process/labels.h"

/* The class in which it waits. */
static const char *priority_of(const struct sc_transfer *t)
{
    return t->ticket.place.queue ? sc_priority_name((enum sc_priority)(t->ticket.place.class + 1))
                                 : NULL;
}

static void fill(struct sc_event *e, const struct sc_transfer *t)
{
    struct sc_memo *m = sc_memo_of(t->shadow);

    memset(e, 0, sizeof *e);
    e->level = SC_LOG_INFO;
    e->call = t->id;
    e->fixed = m ? &m->fixed : NULL;
    e->rule = t->route.rule->name;
    e->provider =
        t->route.own_provider ? t->route.own_provider->name : sc_provider_name(t->route.provider);
    e->host = SC_ROUTE_IS_ELSEWHERE(&t->route) ? t->route.target->host : t->shadow->asked.host;
    e->model = t->route.model[0] ? t->route.model : NULL;
    e->target = t->route.target ? t->route.target->name : NULL;
    e->ms = -1;
    e->retry_after_ms = -1;
    e->input_tokens = -1;
    e->output_tokens = -1;
}

static void write_event(const struct sc_transfer *t, const struct sc_event *e)
{
    struct sc_log log = sc_runtime_log(t->route.policy);

    sc_log_event(&log, e);
}

/* Of what a server says, class and row are written: its words may hold what the program sent. */
static const char *said_for_debugging(const struct sc_transfer *t, char buf[SC_SAID_MAX])
{
    return sc_runtime_log(t->route.policy).level < SC_LOG_DEBUG ? NULL : sc_said(t, buf);
}

static void report_late_error(const struct sc_transfer *t)
{
    struct sc_event e;
    char said[SC_SAID_MAX];

    if (!t->x.stream || !t->x.stream->late_error || t->req.kind != SC_REQUEST_GENERATES)
        return;
    fill(&e, t);
    e.kind = SC_EVENT_STREAM;
    e.level = SC_LOG_WARN;
    e.class = sc_class_name(t->verdict.class);
    e.row = t->verdict.row;
    e.said = said_for_debugging(t, said);
    write_event(t, &e);
}

/* libcurl's words for a result, and which of the rule's own bounds it stands for. */
static const char *words_for(const struct sc_transfer *t, CURLcode rc, char *buf, size_t size)
{
    const struct sc_libcurl *real = t->shadow->real;
    const char *words = rc != CURLE_OK && real->easy_strerror ? real->easy_strerror(rc) : NULL;

    if (!words || !t->x.bound)
        return words;
    snprintf(buf, size, "%s: %s", words, t->x.bound);
    return buf;
}

void sc_report_attempt(struct sc_transfer *t, CURLcode rc, int64_t now_ns)
{
    enum sc_class class = t->verdict.class;
    /* A call that went well at once is told by its summary alone. */
    enum sc_log_level level = class != SC_CLASS_OK    ? SC_LOG_WARN
                              : t->call.attempts == 1 ? SC_LOG_DEBUG
                                                      : SC_LOG_INFO;
    struct sc_event e;
    char words[128], said[SC_SAID_MAX];

    report_late_error(t);
    if (sc_runtime_log(t->route.policy).level < level)
        return;
    fill(&e, t);
    e.kind = SC_EVENT_ATTEMPT;
    e.level = level;
    e.attempt = t->call.attempts;
    e.max_attempts = t->route.rule->settings->retry.by_class[class].max_attempts;
    e.status = t->x.status;
    e.curl_code = (int)rc;
    e.class = sc_class_name(class);
    e.row = t->verdict.row;
    e.ms = (now_ns - t->attempt.start_ns) / SC_NS_PER_MS;
    e.retry_after_ms = t->verdict.hint_ms;
    e.will_retry = class != SC_CLASS_OK && t->call.give_up == SC_GIVE_UP_NOT;
    if (e.will_retry && t->call.wait_until_ns > now_ns)
        e.wait_ms = (t->call.wait_until_ns - now_ns) / SC_NS_PER_MS;
    e.text = words_for(t, rc, words, sizeof words);
    e.reason = e.will_retry || class == SC_CLASS_OK ? NULL : sc_give_up_name(t->call.give_up);
    if (class != SC_CLASS_OK)
        e.said = said_for_debugging(t, said);
    write_event(t, &e);
}

void sc_report_wait(struct sc_transfer *t, const struct sc_step *step)
{
    bool shared = step->reason == SC_WAIT_LIMIT || step->reason == SC_WAIT_GATE;
    /* Of a wait of the call's own, from when it was decided: all of it is said. */
    int64_t now = shared ? sc_now_ns() : t->attempt.end_ns;
    int64_t end = shared ? t->wait.end_ns : step->until_ns;
    struct sc_event e;

    if (step->reason == SC_WAIT_FAULT)
        return; /* to the program it is no wait */
    if (shared && t->wait.since_ns)
        return; /* goes on waiting */
    if (shared)
        t->wait.since_ns = now;
    else
        sc_state_count_wait(&t->ticket, step->reason, (end - now) / SC_NS_PER_MS);
    fill(&e, t);
    e.kind = SC_EVENT_WAIT;
    e.attempt = t->call.attempts;
    e.ms = (end - now) / SC_NS_PER_MS;
    e.reason = sc_wait_reason_name(step->reason);
    e.priority = shared ? priority_of(t) : NULL;
    write_event(t, &e);
}

void sc_report_note(struct sc_transfer *t, enum sc_event_kind kind, const char *text)
{
    struct sc_event e;

    fill(&e, t);
    e.kind = kind;
    e.level = kind == SC_EVENT_GATE ? SC_LOG_DEBUG : SC_LOG_WARN;
    e.text = text;
    write_event(t, &e);
}

void sc_report_note_once(struct sc_transfer *t, const char *text, _Atomic uint64_t *last)
{
    uint64_t hash = 5381;

    if (!text[0])
        return;
    for (const char *p = text; *p; p++)
        hash = hash * 33 + (unsigned char)*p;
    if (atomic_exchange(last, hash) != hash)
        sc_report_note(t, SC_EVENT_NOTE, text);
}

void sc_report_fault(struct sc_transfer *t, const char *text)
{
    struct sc_event e;

    fill(&e, t);
    e.kind = SC_EVENT_FAULT;
    e.level = SC_LOG_WARN;
    e.text = text;
    write_event(t, &e);
}

void sc_report_request(struct sc_transfer *t, const char *reason, const char *text, int trimmed)
{
    struct sc_event e;

    fill(&e, t);
    e.kind = SC_EVENT_REQUEST;
    e.level = SC_LOG_WARN;
    e.reason = reason;
    e.text = text;
    e.trimmed = trimmed;
    write_event(t, &e);
}

void sc_report_fallback(struct sc_transfer *t, const struct sc_moved *m)
{
    struct sc_event e;

    fill(&e, t);
    e.kind = SC_EVENT_FALLBACK;
    e.level = SC_LOG_WARN;
    e.from = m->from;
    e.to = m->to;
    e.reason = m->reason;
    e.text = m->text;
    write_event(t, &e);
}

void sc_report_hedge(struct sc_transfer *t, const char *forbidden, const char *text)
{
    struct sc_event e;

    fill(&e, t);
    e.kind = SC_EVENT_HEDGE;
    e.level = SC_LOG_INFO;
    e.reason = forbidden;
    e.outcome = forbidden ? "not_sent" : "sent";
    e.text = text;
    write_event(t, &e);
}

void sc_report_shadow(struct sc_transfer *t, const struct sc_would *w)
{
    struct sc_event e;

    fill(&e, t);
    e.kind = SC_EVENT_SHADOW;
    e.reason = w->reason;
    e.text = w->text;
    e.to = w->to;
    e.ms = w->ms;
    write_event(t, &e);
}

void sc_report_budget(struct sc_transfer *t, const struct sc_money_alert *a, const char *text)
{
    struct sc_event e;

    fill(&e, t);
    e.kind = SC_EVENT_BUDGET;
    e.level = SC_LOG_WARN;
    e.budget = a->budget->name;
    e.scope = a->label;
    e.spent_nano = a->spent_nano;
    e.limit_nano = a->budget->limit_nano;
    e.fraction = a->fraction;
    e.text = text;
    write_event(t, &e);
}

void sc_report_waited(struct sc_transfer *t, int64_t ns, enum sc_wait_reason reason)
{
    struct sc_event e;

    fill(&e, t);
    e.kind = SC_EVENT_WAITED;
    e.ms = ns / SC_NS_PER_MS;
    e.reason = sc_wait_reason_name(reason);
    e.priority = priority_of(t);
    write_event(t, &e);
}

/* What this process has done, for STEADYCURL_STATS. */
static _Atomic unsigned long long calls, good, failed, answered, attempts;

static void count_call(const struct sc_transfer *t, const char *outcome)
{
    calls++;
    attempts += (unsigned)t->call.attempts;
    if (outcome[0] == 'o')
        good++;
    else if (outcome[0] == 'f')
        failed++;
    else
        answered++;
}

/* One line at the end of a process that asked for it. */
__attribute__((destructor)) static void report_statistics(void)
{
    const char *wanted = getenv("STEADYCURL_STATS");
    unsigned long long sent = calls - answered;
    struct sc_event e;
    struct sc_log log;
    char text[160];
    bool strict;

    if (calls == 0 || !wanted || !*wanted || strcmp(wanted, "0") == 0)
        return;
    memset(&e, 0, sizeof e);
    e.kind = SC_EVENT_NOTE;
    e.level = SC_LOG_INFO;
    e.ms = e.retry_after_ms = e.input_tokens = e.output_tokens = -1;
    snprintf(text, sizeof text,
             "Statistics: %llu calls, %llu ok, %llu failed, %llu answered by steadycurl, "
             "%llu attempts, %llu retries",
             calls, good, failed, answered, attempts, attempts > sent ? attempts - sent : 0);
    e.text = text;
    log = sc_runtime_log(sc_runtime_policy(&strict));
    sc_log_event(&log, &e);
}

void sc_report_call(struct sc_transfer *t, CURLcode rc, int64_t now_ns, sc_describer *describe)
{
    struct sc_event e;
    char words[128];

    fill(&e, t);
    e.kind = SC_EVENT_CALL;
    e.attempts = t->call.attempts;
    e.status = t->x.status;
    e.curl_code = (int)rc;
    e.text = words_for(t, rc, words, sizeof words);
    e.class = sc_class_name(t->verdict.class);
    e.row = t->verdict.row;
    e.outcome = t->verdict.class == SC_CLASS_OK && rc == CURLE_OK ? "ok" : "failed";
    if (t->own_answer && !t->own_answer->relayed)
        e.outcome = "synthesized";
    e.level = e.outcome[0] == 'o' ? SC_LOG_INFO : SC_LOG_ERROR;
    if (t->own_answer && t->own_answer->kept)
        e.level = SC_LOG_INFO;
    e.ms = (now_ns - t->call.start_ns) / SC_NS_PER_MS;
    if (t->x.output_ns) {
        /* Rounded up: 0 says that there was none. */
        e.first_token_ms = (t->x.output_ns - t->call.start_ns + SC_NS_PER_MS - 1) / SC_NS_PER_MS;
    }
    e.reason = t->call.give_up == SC_GIVE_UP_NOT ? NULL : sc_give_up_name(t->call.give_up);
    if (t->own_answer && !t->own_answer->relayed)
        e.reason = t->own_answer->reply.feigned ? "fault" : t->own_answer->reply.reason;
    e.budget = sc_refusing_budget(t);
    describe(t, &e);
    sc_labels_read(&e.task, &e.dag);
    write_event(t, &e);
    count_call(t, e.outcome);
}
