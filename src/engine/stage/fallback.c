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

#include "call/report.h"
#include "core/time.h"
#include "dialect/dialect.h"
#include "handle/mark.h"
#include "provider/class.h"
#include "stage/stage.h"
#include "wire/rewrite.h"

/* The program's own place, in the log. */
static const char first_name[] = "first";

struct fallback {
    enum sc_dialect dialect; /* that the program speaks; COUNT: none, the call stays where it is */
    enum sc_class class;     /* for which the first target was left */
    size_t at;               /* links before this one are done with */
    size_t to;               /* the one that is next */
    bool left;               /* the first target was */
};

static const struct sc_chain *chain_of(const struct sc_transfer *t)
{
    return t->route.rule->chain;
}

static void begin(struct sc_transfer *t, void *state)
{
    struct fallback *me = state;

    me->dialect = SC_DIALECT_COUNT;
    if (chain_of(t) && chain_of(t)->n_links > 0)
        me->dialect = sc_dialect_of_path(t->shadow->asked.path);
}

static bool is_over(const struct sc_transfer *t, const struct fallback *me)
{
    return me->dialect == SC_DIALECT_COUNT || me->at >= chain_of(t)->n_links;
}

/* ---- which target is fit --------------------------------------------------------------------- */

/* Where the request's body names its model; n 0: nowhere, or twice. */
static struct sc_str model_in(struct sc_str body)
{
    struct sc_str value = {NULL, 0};

    if (!body.p || sc_edit_find(body, "model", &value) != 1)
        value.n = 0;
    return value;
}

/* Why the call cannot go there; NULL: it can. */
static const char *unfit_here(const struct sc_transfer *t, const struct sc_target *to)
{
    struct sc_str body = sc_rewrite_own(&t->x);

    if (!to->model)
        return "it is the same as the first";
    if (!body.p)
        return "the request's body cannot be changed";
    if (model_in(body).n == 0)
        return "the request does not name its model in its body";
    return NULL;
}

static const char *unfit(const struct sc_transfer *t, const struct sc_link *link)
{
    if (link->kind != SC_LINK_TARGET)
        return "no such answer can be given yet";
    if (link->target->url)
        return "another host cannot be asked yet";
    return unfit_here(t, link->target);
}

/* A request that was too long for one model is for one that takes more. */
static int64_t room_of(const struct sc_transfer *t, const struct sc_target *to)
{
    size_t n;
    const struct sc_price *own = sc_policy_prices(t->route.policy, &n), *price;
    const char *model = to && to->model ? to->model : t->route.model;

    if (to && to->context > 0)
        return to->context;
    price = model[0]
                ? sc_price_find(own, n, to && to->url ? to->provider : t->route.provider, model)
                : NULL;
    return price ? price->context_window : 0;
}

static const char *unfit_for(const struct sc_transfer *t, const struct sc_link *link,
                             enum sc_class class)
{
    const char *why = unfit(t, link);
    int64_t room;

    if (why || class != SC_CLASS_TOKEN_LIMIT)
        return why;
    room = room_of(t, link->target);
    return room > 0 && room > room_of(t, t->route.target) ? NULL : "it takes no longer requests";
}

/* The next link that fits, or n_links. */
static size_t next_fit(const struct sc_transfer *t, const struct fallback *me, enum sc_class class)
{
    size_t i = me->at;

    while (i < chain_of(t)->n_links && unfit_for(t, &chain_of(t)->links[i], class))
        i++;
    return i;
}

static bool leads_on(const struct sc_transfer *t, enum sc_class class)
{
    return chain_of(t)->on >> class & 1;
}

/* ---- whether to move ------------------------------------------------------------------------- */

/* True: there is a target for it, and the call is to go there. */
static bool choose(struct sc_transfer *t, struct fallback *me, enum sc_class class)
{
    me->to = next_fit(t, me, class);
    if (me->to == chain_of(t)->n_links)
        return false;
    if (!me->left)
        me->class = class;
    me->left = true;
    return true;
}

static enum sc_go plan(struct sc_transfer *t, void *state, struct sc_plan *p)
{
    (void)p;
    t->x.wants.last = !is_over(t, state);
    return SC_GO;
}

/* Before the core decides: with another target behind it, this one need not be asked as often. */
static CURLcode ended(struct sc_transfer *t, void *state, CURLcode rc)
{
    const struct fallback *me = state;
    bool open = t->x.phase == SC_HOLDING && !t->attempt.decided;

    sc_call_chained(&t->call, open && !is_over(t, me) &&
                                  next_fit(t, me, SC_CLASS_RETRYABLE) < chain_of(t)->n_links);
    return rc;
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

static struct sc_wish judged(struct sc_transfer *t, void *state)
{
    struct sc_wish wish = {SC_AS_DECIDED, SC_GIVE_UP_NOT};
    struct fallback *me = state;

    if (t->verdict.class == SC_CLASS_OK || is_over(t, me) || is_final(&t->call) ||
        t->x.phase != SC_HOLDING || t->x.programs_doing || !t->attempt.replayable ||
        !leads_on(t, t->verdict.class))
        return wish;
    if (choose(t, me, t->verdict.class))
        wish.next = SC_MOVE;
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

    return class != SC_CLASS_COUNT && !is_over(t, me) && leads_on(t, class) && choose(t, me, class);
}

/* ---- moved ----------------------------------------------------------------------------------- */

static void report_unfit(struct sc_transfer *t, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct sc_link *link = &chain_of(t)->links[i];
        const char *why = unfit(t, link);
        char text[256];

        if (link->kind != SC_LINK_TARGET)
            continue;
        snprintf(text, sizeof text, "%s is not asked: %s", link->target->name,
                 why ? why : "it takes no longer requests");
        sc_report_fallback(
            t, &(struct sc_moved){.to = link->target->name, .reason = "unfit", .text = text});
    }
}

static void set_route(struct sc_transfer *t, const struct sc_target *to)
{
    t->route.target = to;
    if (to->model)
        snprintf(t->route.model, sizeof t->route.model, "%s", to->model);
}

static void enter(struct sc_transfer *t, void *state)
{
    struct fallback *me = state;
    const struct sc_target *to = chain_of(t)->links[me->to].target;
    const char *from = t->route.target ? t->route.target->name : first_name;
    const char *class = sc_class_name(me->class);
    char text[256];

    report_unfit(t, me->at, me->to);
    set_route(t, to);
    me->at = me->to + 1;
    snprintf(text, sizeof text, "%s is asked instead of %s", to->name, from);
    sc_report_fallback(
        t, &(struct sc_moved){.from = from, .to = to->name, .reason = class, .text = text});
    snprintf(text, sizeof text, "fallback; target=%s; reason=%s", to->name, class);
    sc_mark_set(t->shadow, text);
}

/* The request for another model of the same host. */
static void edit(struct sc_transfer *t, void *state, struct sc_edits *e)
{
    const struct sc_target *to = t->route.target;
    struct sc_buf text = {.max = 2 * SC_EDIT_TEXT_MAX};
    struct sc_str value;

    (void)state;
    if (!to || to->url || !to->model)
        return;
    value = model_in(e->original);
    sc_buf_char(&text, '"');
    sc_buf_escaped(&text, (struct sc_str){to->model, strlen(to->model)});
    sc_buf_text(&text, "\"");
    sc_buf_char(&text, '\0');
    if (value.n == 0 || text.failed || !sc_edit_replace(e, value, text.p))
        e->failed = true;
    sc_buf_free(&text);
}

const struct sc_stage sc_stage_fallback = {.name = "fallback",
                                           .state = sizeof(struct fallback),
                                           .begin = begin,
                                           .edit = edit,
                                           .plan = plan,
                                           .ended = ended,
                                           .judged = judged,
                                           .refused = refused,
                                           .enter = enter};
