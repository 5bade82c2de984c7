/*
 * chaos.c - faults on purpose: what a tester asks to go wrong, over the real host.
 *
 * An outcome is drawn for each attempt (core/chaos.h). One that needs no server stands in for the
 * wire. The program sees it at once, as if it were alone; with `steady` the attempt is one like any
 * other, and all that we do about failures is done about this one.
 */
#include <string.h>

#include "call/feign.h"
#include "call/report.h"
#include "call/routed.h"
#include "core/chaos.h"
#include "core/time.h"
#include "handle/body.h"
#include "handle/hooks.h"
#include "handle/url.h"
#include "log/log.h"
#include "policy/faults.h"
#include "policy/glob.h"
#include "policy/target.h"
#include "stage/stage.h"
#include "state/counts.h"
#include "state/siphash.h"
#include "wire/alter.h"
#include "wire/program.h"

enum { EVENT_MAX = 1 << 16, PATH_SIZE_MAX = 1 << 12 };

struct chaos {
    struct sc_alter alter;
    bool altering;       /* this attempt's answer */
    bool alone;          /* the program sees faults as they are */
    struct sc_buf event; /* that the answer ends with */
};

/* ---- what is drawn --------------------------------------------------------------------------- */

/* The same in every process, and from one run to the next. */
static uint64_t hash(uint64_t so_far, const void *p, size_t n)
{
    const uint64_t key[2] = {so_far, UINT64_C(0x6661756c7473)};

    return n > 0 ? sc_siphash(key, p, n) : so_far;
}

/* What the call says: its method, host, path, query and body. */
static uint64_t content_of(const struct sc_transfer *t)
{
    const struct sc_shadow *s = t->shadow;
    const char *method = sc_asked_method(s);
    struct sc_str body = sc_body_text(s);
    uint64_t h = hash(1, method, strlen(method));

    h = hash(h, s->asked.host, s->asked.host_len);
    h = hash(h, s->asked.path.p, s->asked.path.n);
    h = hash(h, s->asked.query.p, s->asked.query.n);
    return hash(h, body.p, body.p ? body.n : 0);
}

static uint64_t counter(const struct sc_faults *all, const struct sc_fault_spec *f, uint64_t what)
{
    const uint64_t parts[] = {all->run, f->id, what};

    return hash(2, parts, sizeof parts);
}

static const struct sc_outcome *in_order(const struct sc_faults *all, const struct sc_fault_spec *f)
{
    int64_t now = sc_state_now(), began = 0;
    uint64_t k = sc_state_count(counter(all, f, 0), now);

    if (f->script->for_ms > 0 && sc_chaos_has_begun(f->script, k))
        began = sc_state_since(counter(all, f, 1), now);
    return sc_chaos_in_order(f->script, k, began);
}

static const struct sc_outcome *by_chance(const struct sc_faults *all,
                                          const struct sc_fault_spec *f, uint64_t content)
{
    uint64_t count = sc_state_count(counter(all, f, content), sc_state_now());

    return sc_chaos_by_chance(f->shares, f->n_shares, all->seed, content, count);
}

static bool is_for_program(const struct sc_fault_spec *f)
{
    const char *wanted = f->script ? f->script->program : NULL, *name = sc_log_program();

    return !wanted || (name && sc_glob_match((struct sc_str){wanted, strlen(wanted)},
                                             (struct sc_str){name, strlen(name)}));
}

/* What is asked in this attempt: a target's own place, or the program's. */
static struct sc_subject asked(const struct sc_transfer *t, struct sc_buf *path)
{
    const struct sc_shadow *s = t->shadow;
    const struct sc_target *to = t->route.target;
    struct sc_subject subject = {
        .host = {s->asked.host, s->asked.host_len},
        .port = s->asked.port,
        .path = s->asked.path,
        .model = {t->route.model, strlen(t->route.model)},
    };

    if (!SC_ROUTE_IS_ELSEWHERE(&t->route))
        return subject;
    sc_target_path(to, t->route.model, sc_asks_for_stream(t), path);
    subject.host = (struct sc_str){to->host, strlen(to->host)};
    subject.port = to->port;
    subject.path = (struct sc_str){path->p ? path->p : "", path->n};
    return subject;
}

static const struct sc_outcome *draw(const struct sc_transfer *t, const struct sc_faults *all)
{
    struct sc_buf path = {.max = PATH_SIZE_MAX};
    const struct sc_subject subject = asked(t, &path);
    const struct sc_outcome *o = NULL;

    for (const struct sc_fault_spec *f = all->specs; f && !o; f = f->next)
        if (sc_fault_spec_fits(f, &subject) && is_for_program(f))
            o = f->script ? in_order(all, f) : by_chance(all, f, content_of(t));
    sc_buf_free(&path);
    return o;
}

/* ---- the attempt ----------------------------------------------------------------------------- */

/* When the answer comes, or the program's own time is up before: then that is what comes. */
static bool set_time(struct sc_transfer *t, const struct sc_outcome *o, int64_t now)
{
    int64_t delay = sc_feign_delay_ns(o), deadline = t->call.deadline_ns;
    struct sc_own_answer *late;

    t->feigned.at_ns = delay == SC_NEVER ? SC_NEVER : now + delay;
    if (t->feigned.at_ns <= deadline)
        return true;
    late = sc_feign_timeout(t, deadline - t->call.start_ns);
    if (!late)
        return false;
    sc_feigned_set(t, late);
    t->feigned.at_ns = deadline;
    return true;
}

static enum sc_go stand_in(struct sc_transfer *t, const struct sc_faults *all,
                           const struct sc_outcome *o, int64_t now)
{
    struct sc_own_answer *a = sc_feign(t, o, content_of(t), !all->unmarked);

    if (!a)
        return SC_GO;
    sc_feigned_set(t, a);
    if (!set_time(t, o, now))
        return SC_GO;
    t->feigned.shown = !all->steady;
    return SC_STAND_IN;
}

/* ---- a real answer, altered ------------------------------------------------------------------ */

static enum sc_alter_end end_of(enum sc_fault f)
{
    switch (f) {
    case SC_FAULT_RESET_BODY:
        return SC_ALTER_RESET;
    case SC_FAULT_STALL:
        return SC_ALTER_STALL;
    case SC_FAULT_TRUNCATE:
    case SC_FAULT_TRUNCATE_CHUNKED:
        return SC_ALTER_SHORT;
    default:
        return SC_ALTER_OVER;
    }
}

/* Where an error event comes: behind what a stream says before its output, or behind some of it. */
static int64_t events_before(const struct sc_outcome *o)
{
    if (o->fault == SC_FAULT_STREAM_ERROR)
        return o->bare ? 0 : 1;
    if (o->fault == SC_FAULT_STREAM_ERROR_LATE)
        return 1 + (o->after >= 0 ? o->after : 1);
    return o->after;
}

static void alter(struct sc_transfer *t, struct chaos *c, const struct sc_outcome *o)
{
    bool is_event = o->fault == SC_FAULT_STREAM_ERROR || o->fault == SC_FAULT_STREAM_ERROR_LATE;

    c->alter = (struct sc_alter){.end = end_of(o->fault),
                                 .at = o->at,
                                 .percent = o->percent,
                                 .after = events_before(o),
                                 .stall_ms = o->ms};
    if (o->fault == SC_FAULT_STALL && o->at < 0 && o->percent < 0 && o->after < 0)
        c->alter.at = 0;
    sc_buf_clear(&c->event);
    c->event.max = EVENT_MAX;
    if (is_event)
        sc_feign_event(t, o, content_of(t), &c->event);
    c->alter.last = c->event.p;
    c->alter.last_len = c->event.n;
    c->altering = true;
}

/* Nothing of it is made up: what there may be is time before it goes. */
static enum sc_go delay(struct sc_transfer *t, const struct sc_outcome *o, int64_t now)
{
    if (o->latency_ms <= 0)
        return SC_GO;
    t->feigned.at_ns = now + o->latency_ms * SC_NS_PER_MS;
    t->feigned.delayed = true;
    if (t->feigned.at_ns <= t->call.deadline_ns)
        return SC_STAND_IN;
    t->feigned.at_ns = t->call.deadline_ns;
    t->feigned.delayed = false;
    sc_feigned_set(t, sc_feign_timeout(t, t->call.deadline_ns - t->call.start_ns));
    t->feigned.shown = true;
    return t->feigned.answer ? SC_STAND_IN : SC_GO;
}

static enum sc_go plan(struct sc_transfer *t, void *me, struct sc_plan *p)
{
    const struct sc_faults *all = sc_policy_faults(t->route.policy);
    const struct sc_outcome *o = all ? draw(t, all) : NULL;
    struct chaos *c = me;

    c->altering = false;
    if (!o || strcmp(o->text, "ok") == 0)
        return SC_GO;
    sc_report_fault(t, o->text);
    c->alone = !all->steady;
    if (sc_feign_is_whole(o, sc_asks_for_stream(t)))
        return stand_in(t, all, o, p->now_ns);
    if (o->fault != SC_FAULT_NONE)
        alter(t, c, o);
    return delay(t, o, p->now_ns);
}

/* What nobody will try again need not be held: pieces and times stay libcurl's. */
static void go_out(struct sc_transfer *t, void *me)
{
    struct chaos *c = me;

    t->x.alter = c->altering ? &c->alter : NULL;
    t->shadow->overlay.altered = false;
    if (!c->altering)
        return;
    t->x.last = t->x.last || c->alone;
    if (c->alter.end == SC_ALTER_STALL && c->alter.stall_ms >= 0)
        sc_hook_in(t->shadow, SC_HOOK_PROGRESS, (sc_trampoline *)sc_on_progress);
}

static CURLcode ended(struct sc_transfer *t, void *me, CURLcode rc)
{
    (void)me;
    return t->x.alter ? sc_alter_result(&t->x, rc) : rc;
}

/* The program sees it, and of the service it says nothing. */
static struct sc_wish judged(struct sc_transfer *t, void *me)
{
    const struct chaos *c = me;

    if (!c->altering || !c->alone || !c->alter.happened)
        return (struct sc_wish){SC_AS_DECIDED, SC_GIVE_UP_NOT};
    t->x.programs_doing = true;
    if (t->verdict.class == SC_CLASS_OK)
        return (struct sc_wish){SC_AS_DECIDED, SC_GIVE_UP_NOT};
    return (struct sc_wish){SC_STOP, SC_GIVE_UP_CLASS};
}

/* A tester who reads the fault's line is not to think that the program has met it. */
static void logged(struct sc_transfer *t, void *me)
{
    const struct chaos *c = me;

    if (c->altering && !c->alter.happened)
        sc_report_fault(t, "it did not happen: the answer was over before");
}

static void end(struct sc_transfer *t, void *me, enum sc_how how)
{
    (void)t;
    (void)how;
    sc_buf_free(&((struct chaos *)me)->event);
}

const struct sc_stage sc_stage_chaos = {.name = "chaos",
                                        .state = sizeof(struct chaos),
                                        .plan = plan,
                                        .send = go_out,
                                        .ended = ended,
                                        .judged = judged,
                                        .logged = logged,
                                        .end = end};
