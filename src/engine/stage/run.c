/*
 * run.c - asks the stages that are on. See stage.h.
 *
 * For each kind of hook a mask of the stages that have it, so that a round costs what it asks.
 */
#include "stage/stage.h"

enum hook {
    NARROW,
    BEGIN,
    EDIT,
    PLAN,
    SEND,
    HEAD,
    ENDED,
    JUDGED,
    LOGGED,
    DESCRIBE,
    REFUSED,
    LEAVE,
    ENTER,
    RESCUE,
    END,
    OVER,
    HOOKS
};

static sc_stage_set having[HOOKS];

__attribute__((constructor)) static void find_hooks(void)
{
    static const struct sc_stage none;

    for (unsigned i = 0; i < SC_STAGE_COUNT; i++) {
        const struct sc_stage *s = sc_stage_table[i] ? sc_stage_table[i] : &none;
        const bool has[HOOKS] = {
            s->narrow != NULL, s->begin != NULL,    s->edit != NULL,    s->plan != NULL,
            s->send != NULL,   s->head != NULL,     s->ended != NULL,   s->judged != NULL,
            s->logged != NULL, s->describe != NULL, s->refused != NULL, s->leave != NULL,
            s->enter != NULL,  s->rescue != NULL,   s->end != NULL,     s->over != NULL};

        for (unsigned h = 0; h < HOOKS; h++)
            if (has[h])
                having[h] = (sc_stage_set)(having[h] | 1u << i);
    }
}

/* Takes the first stage off *left, down the table, or the last one, up it; NULL: all were. */
static const struct sc_stage *take(unsigned *left, bool down, unsigned *at)
{
    if (*left == 0)
        return NULL;
    *at = (unsigned)(down ? __builtin_ctz(*left) : 31 - __builtin_clz(*left));
    *left &= ~(1u << *at);
    return sc_stage_table[*at];
}

/* The arena has room for all (tests/engine/stage). */
static void *make_state(struct sc_transfer *t, unsigned at)
{
    unsigned char *p = sc_transfer_alloc(t, sc_stage_table[at]->state);

    if (p)
        t->at[at] = (uint16_t)(p - t->arena + 1);
    return p;
}

/* Its own state, made when first asked for. */
static inline void *state_of(struct sc_transfer *t, unsigned at)
{
    if (t->at[at] == 0)
        return sc_stage_table[at]->state > 0 ? make_state(t, at) : NULL;
    return t->arena + t->at[at] - 1;
}

#define ROUND_OF(set, hook, down)               \
    unsigned left = (set)&having[hook], at = 0; \
    if (left != 0)                              \
        for (const struct sc_stage *s; (s = take(&left, down, &at)) != NULL;)
#define ROUND(t, hook, down) ROUND_OF((t)->stages, hook, down)
#define ROUND_OF_BUSY(t, hook, down) ROUND_OF((t)->stages & ~(unsigned)(t)->idle, hook, down)

void sc_stages_begin(struct sc_transfer *t)
{
    t->stages = (sc_stage_set)t->route.rule->settings->stages;
    {
        ROUND(t, NARROW, true)
        t->stages = (sc_stage_set)s->narrow(t, state_of(t, at), t->stages);
    }
    ROUND(t, BEGIN, true)
    s->begin(t, state_of(t, at));
}

void sc_stages_edit(void *transfer, struct sc_edits *e)
{
    struct sc_transfer *t = transfer;

    ROUND(t, EDIT, true)
    if (!t->own_answer)
        s->edit(t, state_of(t, at), e);
}

enum sc_go sc_stages_plan(struct sc_transfer *t, struct sc_plan *p)
{
    struct sc_wants *w = &t->x.wants;

    w->whole = w->behind_400 = w->hides_usage = w->last = false;
    ROUND(t, PLAN, true)
    {
        enum sc_go go = s->plan(t, state_of(t, at), p);

        if (go != SC_GO)
            return go;
    }
    return SC_GO;
}

void sc_stages_send(struct sc_transfer *t)
{
    ROUND_OF_BUSY(t, SEND, true)
    s->send(t, state_of(t, at));
}

void sc_stages_head(struct sc_transfer *t)
{
    ROUND(t, HEAD, false)
    s->head(t, state_of(t, at));
}

CURLcode sc_stages_ended(struct sc_transfer *t, CURLcode rc)
{
    ROUND(t, ENDED, false)
    rc = s->ended(t, state_of(t, at), rc);
    return rc;
}

struct sc_wish sc_stages_judged(struct sc_transfer *t)
{
    struct sc_wish strongest = {SC_AS_DECIDED, SC_GIVE_UP_NOT};

    ROUND_OF_BUSY(t, JUDGED, false)
    {
        struct sc_wish wish = s->judged(t, state_of(t, at));

        if (wish.next > strongest.next)
            strongest = wish;
    }
    return strongest;
}

void sc_stages_logged(struct sc_transfer *t)
{
    ROUND_OF_BUSY(t, LOGGED, false)
    s->logged(t, state_of(t, at));
}

void sc_stages_describe(const struct sc_transfer *t, struct sc_event *e)
{
    ROUND(t, DESCRIBE, false)
    s->describe(t, t->at[at] ? (void *)(uintptr_t)(t->arena + t->at[at] - 1) : NULL, e);
}

void sc_stages_over(struct sc_transfer *t, CURLcode rc)
{
    ROUND(t, OVER, false)
    s->over(t, state_of(t, at), rc);
}

bool sc_stages_refused(struct sc_transfer *t, const struct sc_plan *p, enum sc_go go)
{
    ROUND(t, REFUSED, false)
    if (s->refused(t, state_of(t, at), p, go))
        return true;
    return false;
}

static void leave(struct sc_transfer *t)
{
    ROUND(t, LEAVE, false)
    s->leave(t, state_of(t, at));
}

void sc_stages_move(struct sc_transfer *t)
{
    leave(t);
    {
        ROUND(t, ENTER, true)
        s->enter(t, state_of(t, at));
    }
}

struct sc_own_answer *sc_stages_rescue(struct sc_transfer *t)
{
    ROUND(t, RESCUE, false)
    {
        struct sc_own_answer *a = s->rescue(t, state_of(t, at));

        if (a)
            return a;
    }
    return NULL;
}

void sc_stages_end(struct sc_transfer *t, enum sc_how how)
{
    if (t->ended)
        return;
    t->ended = true;
    ROUND_OF_BUSY(t, END, false)
    s->end(t, state_of(t, at), how);
}
