/*
 * fallback.c - another target, where the one that is asked stays down (policy: fallback).
 *
 * What decides is the class of the failure (policy/target.h, `on`), and that nothing of it was
 * shown. The targets come in the policy's order; one that this call is not fit for is passed over,
 * and so is one that would only refuse. The moves themselves are the drive's (drive/aside.h): the
 * first target's answer is put aside, and is the program's if nobody else gives one.
 */
#include <stdio.h>
#include <string.h>

#include "call/bounds.h"
#include "call/candidates.h"
#include "call/fitness.h"
#include "call/judge.h"
#include "call/last.h"
#include "call/refusal.h"
#include "call/renamed.h"
#include "call/report.h"
#include "call/routed.h"
#include "call/sent.h"
#include "core/order.h"
#include "core/time.h"
#include "dialect/dialect.h"
#include "handle/mark.h"
#include "handle/texts.h"
#include "provider/affinity.h"
#include "provider/class.h"
#include "provider/request.h"
#include "stage/stage.h"
#include "wire/rewrite.h"

/* The program's own place, in the log. */
static const char first_name[] = "first";

struct fallback {
    bool stays;           /* nobody else can be asked, whatever happens */
    enum sc_class class;  /* for which the first target was left */
    enum sc_class why;    /* and for which the one that is asked now is to be */
    struct sc_order now;  /* who is asked; link 0 is the first target, the others are the chain's */
    struct sc_order next; /* who is to be */
    bool left;            /* the first target was */
    bool asked;           /* whether a route leads elsewhere has been found out */
    bool moves;           /* the plan round has been ended for that alone */
    const struct sc_target *first;  /* by a route; NULL: the program's own host */
    const struct sc_target *routed; /* the same until it is entered */
    enum sc_provider provider;      /* the first target's */
    const struct sc_policy_provider *own_provider;
    struct sc_sent *sent;   /* what it is sent, if it is another host; NULL: it is none */
    struct sc_sent *before; /* what the handle that stands in still has of the one before */
    bool too_long;          /* the target's answer was more than may be held */
    char mark[192];         /* x-steadycurl */
};

static const struct sc_chain *chain_of(const struct sc_transfer *t)
{
    return t->route.rule->chain;
}

/* From now on it is asked whatever happens. */
static void wake(struct sc_transfer *t)
{
    t->idle &= (sc_stage_set)~SC_STAGE_BIT(SC_STAGE_FALLBACK);
}

static void begin(struct sc_transfer *t, void *state)
{
    const struct sc_chain *c = chain_of(t);
    struct fallback *me = state;

    me->now.key = SC_ORDER_NO_KEY;
    me->provider = t->route.provider;
    me->own_provider = t->route.own_provider;
    me->asked = !c || c->n_route == 0;
    if (me->asked)
        t->idle |= SC_STAGE_BIT(SC_STAGE_FALLBACK);
    me->stays = !c || c->n_links + c->n_route == 0;
    if (!me->stays && sc_dialect_of_path(t->shadow->asked.path) == SC_DIALECT_COUNT) {
        me->stays = !sc_request_suits_models(t->route.provider, t->shadow->asked.path);
        me->asked = true; /* a route is for what can be translated */
    }
    if (!me->stays && sc_bounds_may_come(t))
        t->x.wants.first_ms = SC_NEVER / SC_NS_PER_MS; /* it will be measured */
}

/* ---- whom to ask ----------------------------------------------------------------------------- */

static bool is_over(const struct sc_transfer *t, const struct fallback *me)
{
    return me->stays || me->now.link >= chain_of(t)->n_links;
}

/* True: somebody else may answer, and is the next to be asked. */
static bool choose(const struct sc_transfer *t, struct fallback *me, enum sc_class class)
{
    struct sc_candidates candidates = {t, me->first};
    struct sc_order_question q;

    if (me->stays)
        return false;
    q = sc_candidates_question(&candidates);
    q.hash = sc_request_affinity(sc_rewrite_own(&t->x));
    me->why = class;
    me->next = me->now;
    return sc_order_after(&me->next, &q, class);
}

static bool has_next(const struct sc_transfer *t, const struct fallback *me)
{
    struct sc_candidates candidates = {t, me->first};
    struct sc_order_question q;

    if (is_over(t, me))
        return false;
    q = sc_candidates_question(&candidates);
    return sc_order_has_next(&me->now, &q);
}

/* The first target is another host: with which key. */
static void choose_first_key(const struct sc_transfer *t, struct fallback *me)
{
    struct sc_candidates candidates = {t, me->first};
    struct sc_order_question q = sc_candidates_question(&candidates);

    q.hash = sc_request_affinity(sc_rewrite_own(&t->x));
    me->next = me->now;
    (void)sc_order_key(&me->next, &q);
}

/* ---- whether to move ------------------------------------------------------------------------- */

/* A target that is silent must leave time for the next one; what no server gives takes none. */
static bool shares_time(const struct sc_transfer *t, const struct fallback *me)
{
    return !is_over(t, me) && chain_of(t)->links[me->now.link].kind == SC_LINK_TARGET;
}

/* Whether the first attempt is to go elsewhere. A target that the call is not fit for is as good as
 * one that fails: the next is asked, and not the host that the policy led the call away from. */
static bool begins_elsewhere(struct sc_transfer *t, struct fallback *me)
{
    struct sc_link link = {.kind = SC_LINK_TARGET};
    char why[SC_WHY_MAX], text[SC_WHY_MAX + 80];

    if (me->asked || me->stays)
        return false;
    me->asked = true;
    link.target = me->first = me->routed = sc_routed(t);
    if (!me->routed)
        return false;
    sc_fitness_look(t, &link, why);
    if (!why[0]) {
        choose_first_key(t, me);
        return true;
    }
    snprintf(text, sizeof text, "%s is not asked: %s", me->routed->name, why);
    sc_report_fallback(t,
                       &(struct sc_moved){.to = me->routed->name, .reason = "unfit", .text = text});
    me->first = me->routed = NULL;
    me->next.link = 0;
    (void)choose(t, me, SC_CLASS_RETRYABLE);
    return true;
}

static enum sc_go plan(struct sc_transfer *t, void *state, struct sc_plan *p)
{
    struct fallback *me = state;

    if (begins_elsewhere(t, me)) {
        me->moves = me->routed || me->next.link > 0;
        if (me->moves)
            return SC_GIVE_UP;
        p->why = SC_GIVE_UP_REFUSED;
        return sc_last_refuse(t) ? SC_ANSWER : SC_GIVE_UP;
    }

    t->x.wants.last = t->x.wants.last || t->route.target || !is_over(t, me);
    t->x.wants.first_ms = sc_bounds_first_ms(t, shares_time(t, me), p->now_ns);
    t->x.wants.gap_ms = sc_bounds_gap_ms(t);
    t->x.wants.translation = NULL;
    t->x.wants.whole = me->sent && !sc_sent_is_stream(me->sent);
    if (!SC_ROUTE_IS_ELSEWHERE(&t->route) || me->sent)
        return SC_GO;
    p->why = SC_GIVE_UP_REFUSED; /* no memory for its request */
    return SC_GIVE_UP;
}

/* Another host is asked by a handle of ours; what stood in before has gone. */
static void sending(struct sc_transfer *t, void *state)
{
    struct sc_shadow *s = t->shadow;
    struct fallback *me = state;
    struct sc_standin request;

    sc_sent_free(me->before);
    me->before = NULL;
    if (!me->sent) {
        t->attempt.unsent = !sc_renamed_path(t); /* rather than to the first again */
        return;
    }
    sc_sent_request(me->sent, &request);
    if (sc_sent_is_stream(me->sent)) {
        t->x.wants.translation = sc_sent_stream(me->sent, t->id, me->mark);
        t->attempt.unsent = t->x.wants.translation == NULL;
    }
    if (!t->attempt.unsent)
        t->attempt.unsent = !sc_standin_in(s, &request);
}

/* Before the core decides: with another target behind it, this one need not be asked as often. */
static CURLcode ended(struct sc_transfer *t, void *state, CURLcode rc)
{
    struct fallback *me = state;
    bool open = t->x.phase == SC_HOLDING && !t->attempt.decided;
    bool good = rc == CURLE_OK && sc_judge_is_plain(t);

    if (!good)
        wake(t);
    /* Who would be next takes a translation to find out, which a good answer has no need of. */
    sc_call_chained(&t->call, open && !good && has_next(t, me));
    if (rc == CURLE_ABORTED_BY_CALLBACK && t->x.bound) { /* as the watchdog, which may be off */
        sc_say_timed_out(t->shadow, (sc_now_ns() - t->attempt.start_ns) / SC_NS_PER_MS,
                         t->x.body_len, -1);
        rc = CURLE_OPERATION_TIMEDOUT;
    }
    /* More than may be held of what nobody can show: the program has refused nothing. */
    me->too_long = me->sent && rc == CURLE_WRITE_ERROR && open && !t->play.short_write;
    return me->too_long ? CURLE_RECV_ERROR : rc;
}

/* What no other target can make good, whatever the class. */
static bool is_final(const struct sc_call *c)
{
    switch (c->give_up) {
    case SC_GIVE_UP_NOT:
    case SC_GIVE_UP_COMMITTED:
    case SC_GIVE_UP_BODY:
    case SC_GIVE_UP_UNSAFE:
    case SC_GIVE_UP_ABORTED:
        return true;
    default:
        return false;
    }
}

/* What the other host has answered, in the program's words. False: that cannot be said. */
static bool relay(struct sc_transfer *t, struct fallback *me)
{
    struct sc_buf body = {.max = t->x.wants.success_max + (1 << 20)};
    struct sc_reply reply = {
        .status = 200, .reason = me->mark, .content_type = sc_sent_type(me->sent)};
    bool good = sc_sent_answer(me->sent, sc_exchange_body(&t->x), t->id, &body);

    reply.body = body.p;
    reply.body_len = body.n;
    good = good && sc_own_answer_set(t, SC_CLASS_OK, &reply);
    if (good)
        t->own_answer->relayed = true;
    sc_buf_free(&body);
    return good;
}

/* Another key of the same target is asked at once, another target when this one was given up. */
static bool moves(const struct sc_transfer *t, struct fallback *me)
{
    bool waits = t->call.give_up == SC_GIVE_UP_NOT;

    if (t->verdict.class == SC_CLASS_OK || t->x.phase != SC_HOLDING || t->x.programs_doing ||
        !t->attempt.replayable || (is_final(&t->call) && !waits) ||
        (t->verdict.class == SC_CLASS_NOT_FOUND && !sc_fitness_leads_on(t)))
        return false;
    return choose(t, me, t->verdict.class) &&
           (!waits || me->next.link == me->now.link || sc_bounds_are_over(t));
}

/* The first target is another host, and has failed: what the program may get of it. */
static void relay_failure(struct sc_transfer *t, struct fallback *me)
{
    struct sc_buf body = {.max = t->x.wants.failure_max + (1 << 20)};
    struct sc_reply reply = {.reason = me->mark};

    if (!me->sent || t->aside || t->x.phase != SC_HOLDING || t->x.place != SC_IN_BODY)
        return;
    reply.status = sc_sent_error(me->sent, t->x.status, sc_exchange_body(&t->x), &body);
    reply.body = body.p;
    reply.body_len = body.n;
    if (!body.failed && body.n > 0 && reply.status >= 400 &&
        sc_own_answer_set(t, t->verdict.class, &reply))
        t->own_answer->relayed = true;
    sc_buf_free(&body);
}

static struct sc_wish judged(struct sc_transfer *t, void *state)
{
    struct sc_wish wish = {SC_AS_DECIDED, SC_GIVE_UP_NOT};
    struct fallback *me = state;

    /* It would answer the same again, and be paid for it again. */
    if (me->too_long || (t->verdict.class == SC_CLASS_OK && me->sent && t->x.phase == SC_HOLDING &&
                         !relay(t, me))) {
        t->verdict = (struct sc_verdict){.class = SC_CLASS_RETRYABLE,
                                         .hint_ms = -1,
                                         .row = me->too_long ? "longer-than-hold.success_max_kb"
                                                             : "cannot-be-translated"};
        wish = (struct sc_wish){SC_STOP, SC_GIVE_UP_CLASS};
        if (choose(t, me, SC_CLASS_RETRYABLE))
            wish.next = SC_MOVE;
        return wish;
    }
    if (moves(t, me))
        wish.next = SC_MOVE;
    else if (sc_call_wants_retry(&t->call) && sc_bounds_are_over(t))
        wish = (struct sc_wish){SC_STOP, SC_GIVE_UP_TOTAL};
    if (t->verdict.class != SC_CLASS_OK && !t->x.programs_doing &&
        (wish.next != SC_AS_DECIDED || !sc_call_wants_retry(&t->call)))
        relay_failure(t, me);
    return wish;
}

/* The class that a refusal of ours stands for; COUNT: no reason to ask another target. */
static enum sc_class class_of_refusal(const struct sc_transfer *t, const struct sc_plan *p,
                                      enum sc_go go)
{
    if (go != SC_WAIT)
        return t->verdict.class;
    if (p->reason != SC_WAIT_LIMIT && p->reason != SC_WAIT_GATE)
        return SC_CLASS_COUNT;
    return t->wait.end_ns - p->now_ns > SC_CHAIN_WAIT_MS * SC_NS_PER_MS ? SC_CLASS_RATE_LIMITED
                                                                        : SC_CLASS_COUNT;
}

static bool refused(struct sc_transfer *t, void *state, const struct sc_plan *p, enum sc_go go)
{
    enum sc_class class = class_of_refusal(t, p, go);
    struct fallback *me = state;
    bool planned = me->moves;

    wake(t);
    me->moves = false;
    return planned || (class != SC_CLASS_COUNT && choose(t, me, class));
}

/* ---- moved ----------------------------------------------------------------------------------- */

static void report_unfit(struct sc_transfer *t, enum sc_class class, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        const struct sc_link *link = &chain_of(t)->links[i - 1];
        char why[SC_WHY_MAX], text[SC_WHY_MAX + 80];

        if (link->kind != SC_LINK_TARGET)
            continue;
        sc_fitness_lacks(t, link, class, why);
        snprintf(text, sizeof text, "%s is not asked: %s", link->target->name, why);
        sc_report_fallback(
            t, &(struct sc_moved){.to = link->target->name, .reason = "unfit", .text = text});
    }
}

static void set_route(struct sc_transfer *t, struct fallback *me, const struct sc_target *to)
{
    char why[SC_WHY_MAX];

    if (me->sent && t->shadow->own && !me->before)
        me->before = me->sent;
    else
        sc_sent_free(me->sent);
    me->sent = to->url ? sc_sent_new(t, to, me->next.key, why, sizeof why) : NULL;
    me->now = me->next;
    t->route.target = to;
    t->route.until_ns = sc_bounds_until(to, sc_now_ns());
    t->route.key = me->sent ? sc_sent_key(me->sent) : (struct sc_str){NULL, 0};
    if (to->model)
        snprintf(t->route.model, sizeof t->route.model, "%s", to->model);
    t->route.provider = to->url ? to->provider : me->provider;
    t->route.own_provider = to->url ? to->own_provider : me->own_provider;
}

/* How the answer tells of it: by a line in the service's own head, or in one that is made. */
static void set_mark(struct sc_transfer *t, struct fallback *me, const char *what,
                     const char *class)
{
    snprintf(me->mark, sizeof me->mark, "%s; target=%s%s%s", what, t->route.target->name,
             class ? "; reason=" : "", class ? class : "");
    if (me->sent)
        sc_mark_forget(t->shadow);
    else
        sc_mark_set(t->shadow, me->mark);
}

static void enter(struct sc_transfer *t, void *state)
{
    struct fallback *me = state;
    const struct sc_target *to =
        sc_candidates_target(&(struct sc_candidates){t, me->first}, me->next.link);
    const char *from = t->route.target ? t->route.target->name : first_name;
    char text[SC_WHY_MAX];

    if (me->routed) {
        me->routed = NULL;
        set_route(t, me, to);
        set_mark(t, me, "route", NULL);
        return;
    }
    if (!me->left)
        me->class = me->why;
    me->left = true;
    report_unfit(t, me->why, me->now.link + 1, me->next.link);
    set_route(t, me, to);
    set_mark(t, me, "fallback", sc_class_name(me->class));
    snprintf(text, sizeof text, "%s is asked instead of %s", to->name, from);
    sc_report_fallback(
        t, &(struct sc_moved){
               .from = from, .to = to->name, .reason = sc_class_name(me->class), .text = text});
}

/* Nobody is left to ask: why not the others. */
static void logged(struct sc_transfer *t, void *state)
{
    struct fallback *me = state;
    enum sc_class class = t->verdict.class;

    if (class == SC_CLASS_OK || is_over(t, me) || is_final(&t->call) || !sc_fitness_leads_on(t))
        return;
    report_unfit(t, class, me->now.link + 1, (unsigned)chain_of(t)->n_links + 1);
    me->now.link = (unsigned)chain_of(t)->n_links;
}

static void end(struct sc_transfer *t, void *state, enum sc_how how)
{
    struct fallback *me = state;

    (void)t;
    (void)how;
    sc_sent_free(me->sent);
    sc_sent_free(me->before);
    me->sent = me->before = NULL;
}

static void edit(struct sc_transfer *t, void *state, struct sc_edits *e)
{
    (void)state;
    sc_renamed_body(t, e);
}

const struct sc_stage sc_stage_fallback = {.name = "fallback",
                                           .state = sizeof(struct fallback),
                                           .begin = begin,
                                           .edit = edit,
                                           .plan = plan,
                                           .send = sending,
                                           .ended = ended,
                                           .judged = judged,
                                           .logged = logged,
                                           .refused = refused,
                                           .enter = enter,
                                           .end = end};
