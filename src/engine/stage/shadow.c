/*
 * shadow.c - what a rule would have done (policy: mode).
 *
 * Of a rule in shadow this stage and the meter are all that is on (policy/layer.c): the call goes
 * at once and once, and what comes is passed on as it comes. The limits, gates, latches and breaker
 * are asked, and told how it went, in words of their own: those of the rule's scopes with `shadow`
 * before each name, so that they say what they would if it were in force, and hold nobody up.
 */
#include <stdio.h>
#include <string.h>

#include "call/estimate.h"
#include "call/fitness.h"
#include "call/report.h"
#include "call/scope.h"
#include "core/time.h"
#include "core/units.h"
#include "stage/stage.h"

enum { NAME_MAX_BYTES = 160 };

struct shadow {
    bool refused; /* it would not have been sent */
    struct sc_effects effects;
};

static void begin(struct sc_transfer *t, void *me)
{
    (void)me;
    t->x.wants.pass = true;
}

/* ---- before ---------------------------------------------------------------------------------- */

static struct sc_str apart(char buf[NAME_MAX_BYTES], struct sc_str name)
{
    int n = snprintf(buf, NAME_MAX_BYTES, "shadow.%.*s", (int)name.n, name.p ? name.p : "");

    return (struct sc_str){buf, n < NAME_MAX_BYTES ? (size_t)n : NAME_MAX_BYTES - 1};
}

static void begin_ticket(struct sc_transfer *t)
{
    struct sc_call_facts facts = {.begun_ns = 0};
    char host[SC_SCOPE_HOST_MAX], names[3][NAME_MAX_BYTES];
    struct sc_scope_key key;

    sc_scope_of(t, host, &key);
    key.host = apart(names[0], key.host);
    key.rule = apart(names[1], key.rule);
    if (key.model.n > 0)
        key.model = apart(names[2], key.model);
    sc_scope_begin(t, &t->ticket, &key, &facts);
}

static void report_wait(struct sc_transfer *t, const struct sc_admission *a, int64_t now)
{
    int64_t ms = a->until_ns > now ? (a->until_ns - now + SC_NS_PER_MS - 1) / SC_NS_PER_MS : 1;
    char text[96];

    snprintf(text, sizeof text, "would have waited %s", sc_time_words(ms).s);
    sc_report_shadow(t, &(struct sc_would){sc_wait_reason_name(a->reason), text, NULL, ms});
}

static void report_refusal(struct sc_transfer *t, const struct sc_admission *a)
{
    const char *name = sc_refusal_name(a->refusal);
    char text[96];

    snprintf(text, sizeof text, "would have been answered by steadycurl: %s", name);
    sc_report_shadow(t, &(struct sc_would){name, text, NULL, -1});
}

static void sending(struct sc_transfer *t, void *state)
{
    struct sc_admission a = {.verdict = SC_ADMIT_GO};
    int64_t now = sc_state_now();
    struct shadow *me = state;

    t->x.last = true; /* there is no other: nothing is held for one */
    begin_ticket(t);
    sc_state_admit(&t->ticket, sc_estimate_reserve(t, &t->ticket, now), now,
                   sc_random_next(&t->random), &a);
    me->refused = a.verdict == SC_ADMIT_REFUSE;
    if (me->refused)
        report_refusal(t, &a);
    else if (a.verdict == SC_ADMIT_WAIT)
        report_wait(t, &a, now);
}

/* ---- after ----------------------------------------------------------------------------------- */

/* Who would be asked next; NULL: nobody. */
static const char *next_of(const struct sc_transfer *t)
{
    const struct sc_chain *chain = t->route.rule->chain;

    if (!chain || chain->n_links == 0 || t->x.output_ns > 0 || !sc_fitness_leads_on(t))
        return NULL;
    return chain->links[0].kind == SC_LINK_TARGET ? chain->links[0].target->name : "reply";
}

/* What the core makes of the answer, had it been held as it would have been. */
static void decide(struct sc_transfer *t, struct sc_call *c)
{
    struct sc_result r = {.verdict = t->verdict,
                          .committed = t->x.output_ns > 0,
                          .replayable = t->attempt.replayable,
                          .once = t->attempt.once};

    sc_call_begin(c, t->route.rule->settings, t->call.start_ns, t->call.deadline_ns);
    sc_call_chained(c, next_of(t) != NULL);
    sc_call_outcome(c, &r, t->attempt.end_ns, sc_random_next(&t->random));
}

static void report_failure(struct sc_transfer *t)
{
    const char *to = next_of(t);
    struct sc_call c;
    int64_t ms;
    char text[160];

    decide(t, &c);
    if (sc_call_wants_retry(&c) && sc_state_retry_allowed(&t->ticket, t->verdict.class)) {
        ms = (c.wait_until_ns - t->attempt.end_ns) / SC_NS_PER_MS;
        snprintf(text, sizeof text, "would have been tried again after %s", sc_time_words(ms).s);
        sc_report_shadow(t, &(struct sc_would){"retry", text, NULL, ms});
    } else if (to) {
        snprintf(text, sizeof text, "%s would have been asked instead", to);
        sc_report_shadow(t, &(struct sc_would){"fallback", text, to, -1});
    }
}

static void settle(struct sc_transfer *t, struct shadow *me)
{
    const struct sc_took *took = &t->attempt.took;
    struct sc_attempt_facts facts = {
        .class = t->x.programs_doing ? SC_CLASS_ABORTED : t->verdict.class,
        .proof = t->verdict.proof,
        .hint_ms = t->verdict.hint_ms,
        .used_tokens = took->used_tokens,
        .input_tokens = took->input_tokens,
        .output_tokens = took->output_tokens,
        .estimated_input = took->estimated_input,
        .cost_nano = took->cost_nano,
        .ms = (t->attempt.end_ns - t->attempt.start_ns) / SC_NS_PER_MS,
    };

    sc_state_settle(&t->ticket, &facts, sc_state_now(), sc_random_next(&t->random), &me->effects);
}

static struct sc_wish judged(struct sc_transfer *t, void *state)
{
    struct shadow *me = state;

    if (!me->refused)
        settle(t, me);
    if (t->verdict.class == SC_CLASS_OK)
        return (struct sc_wish){SC_AS_DECIDED, SC_GIVE_UP_NOT};
    if (!me->refused && t->verdict.class != SC_CLASS_ABORTED && !t->x.programs_doing)
        report_failure(t);
    return (struct sc_wish){SC_STOP, SC_GIVE_UP_SHADOW};
}

static void describe(const struct sc_transfer *t, void *me, struct sc_event *e)
{
    (void)t;
    (void)me;
    e->shadow = true;
}

static void end(struct sc_transfer *t, void *state, enum sc_how how)
{
    bool left = how == SC_ENDED_LEFT;
    struct shadow *me = state;
    struct sc_effects fx;

    sc_state_end(&t->ticket, left ? SC_CLASS_ABORTED : t->verdict.class,
                 how == SC_ENDED_OK ? SC_END_OK : SC_END_FAILED, sc_state_now(),
                 left ? 0 : sc_random_next(&t->random), &fx);
    if (!left && (fx.breaker_opened || me->effects.breaker_opened))
        sc_report_shadow(t,
                         &(struct sc_would){"breaker", "the breaker would be open now", NULL, -1});
}

const struct sc_stage sc_stage_shadow = {.name = "shadow",
                                         .state = sizeof(struct shadow),
                                         .begin = begin,
                                         .send = sending,
                                         .judged = judged,
                                         .describe = describe,
                                         .end = end};
