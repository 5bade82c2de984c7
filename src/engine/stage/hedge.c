/*
 * hedge.c - a second attempt before the first has begun to answer (policy: hedge).
 *
 * When it is due, and whether the request is one that may be sent twice at a time, is found out
 * here; who can have two transfers under way at once (drive/race.c) asks for it.
 */
#include "call/hedged.h"
#include "call/routed.h"
#include "call/scope.h"
#include "core/time.h"
#include "handle/headers.h"
#include "stage/stage.h"
#include "state/hedge.h"

static void begin(struct sc_transfer *t, void *me)
{
    t->hedging = me;
}

/* A body that can be read twice at once, of a request that may be processed twice, and that has no
 * name by which the service would know it again. */
static bool may_go_twice(struct sc_transfer *t)
{
    const struct sc_shadow *s = t->shadow;

    return !t->req.uploads && !s->o.mime && !s->o.form && !SC_ROUTE_IS_ELSEWHERE(&t->route) &&
           sc_request_does(&t->req) == SC_REQUEST_GENERATES &&
           !sc_header_names_request(s->o.headers);
}

/* What comes is to go to the program as it came, and from libcurl. */
static bool is_plain(const struct sc_transfer *t)
{
    return !t->x.wants.whole && !t->x.wants.translation && !t->x.alter && !t->feigned.answer;
}

static void find_words(struct sc_transfer *t, struct sc_hedging *me)
{
    char host[SC_SCOPE_HOST_MAX];
    struct sc_scope_key key;
    bool first = !me->words;
    int64_t earned;

    sc_scope_of(t, host, &key);
    me->words = sc_state_hedge_words(&t->ticket, &key, sc_asks_for_stream(t));
    if (!first || !me->words)
        return;
    earned = (int64_t)(t->route.rule->settings->hedge.max_extra * SC_HEDGE_WHOLE + 0.5);
    sc_word_update(&me->words[SC_W_HEDGE_CREDIT], sc_hedge_earn, &earned);
}

static void sending(struct sc_transfer *t, void *state)
{
    const struct sc_hedge_settings *set = &t->route.rule->settings->hedge;
    struct sc_hedging *me = state;
    int64_t delay = -1;

    find_words(t, me);
    me->fit = me->words && me->made == 0 && may_go_twice(t) && is_plain(t);
    if (me->fit)
        delay = sc_hedge_delay_ms(set, me->words + SC_W_HEDGE_BEGINS);
    sc_hedge_begin(&me->race, t->attempt.start_ns, delay);
}

static const char *outcome(const struct sc_transfer *t, const struct sc_hedge *race)
{
    if (race->winner == SC_HEDGE_SECOND)
        return t->verdict.class == SC_CLASS_OK ? "won" : "failed";
    return race->over[SC_HEDGE_SECOND] ? "failed" : "lost";
}

/* How long a first attempt took to begin; of a second nothing is learned, which are few and come at
 * bad times. */
static struct sc_wish judged(struct sc_transfer *t, void *state)
{
    struct sc_hedging *me = state;
    int64_t began = t->x.stream ? t->x.output_ns : t->attempt.end_ns;

    if (me->race.sent)
        me->outcome = outcome(t, &me->race);
    if (me->words && me->race.winner != SC_HEDGE_SECOND && t->verdict.class == SC_CLASS_OK &&
        began > 0) /* sc_managed_judge has set its end */
        sc_hedge_learn(me->words + SC_W_HEDGE_BEGINS, (began - t->attempt.start_ns) / SC_NS_PER_MS,
                       false);
    return (struct sc_wish){SC_AS_DECIDED, SC_GIVE_UP_NOT};
}

static void describe(const struct sc_transfer *t, void *state, struct sc_event *e)
{
    const struct sc_hedging *me = state;

    (void)t;
    if (!me || me->made == 0)
        return;
    e->hedges = me->made;
    e->hedge = me->outcome;
    if (me->lost_input > 0) {
        e->input_tokens = (e->input_tokens > 0 ? e->input_tokens : 0) + me->lost_input;
        e->estimated = true;
    }
    e->has_cost |= me->lost_has_cost;
    e->cost_nano += me->lost_nano;
}

const struct sc_stage sc_stage_hedge = {.name = "hedge",
                                        .state = sizeof(struct sc_hedging),
                                        .begin = begin,
                                        .send = sending,
                                        .judged = judged,
                                        .describe = describe};
