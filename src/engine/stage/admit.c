/*
 * admit.c - what all processes know, applied to one call.
 *
 * Before an attempt the shared state (limits, gate, latches, breaker, budgets) says now, later or
 * not at all; after it, the state learns how it went, and whether the retry budget allows another.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "call/estimate.h"
#include "call/memo.h"
#include "call/refusal.h"
#include "call/report.h"
#include "call/scope.h"
#include "core/time.h"
#include "core/units.h"
#include "stage/stage.h"

struct admit {
    struct sc_admission admission; /* what the state said last */
    struct sc_effects effects;     /* what the last attempt changed for everybody */
};

static void begin_ticket(struct sc_transfer *t)
{
    char host[SC_SCOPE_HOST_MAX];
    struct sc_scope_key key;
    struct sc_call_facts facts = {.begun_ns = t->call.attempts > 0 ? t->ticket.begun_ns : 0,
                                  .money = t->money};
    char note[512];

    t->x.wants.limit_headers = t->route.rule->settings->limits.learn;
    sc_scope_of(t, host, &key);
    facts.words = sc_memo_words(t->shadow, t->route.policy, &key);
    sc_scope_begin(t, &t->ticket, &key, &facts);
    while (sc_state_take_note(note, sizeof note))
        sc_report_note(t, SC_EVENT_NOTE, note);
}

static void begin(struct sc_transfer *t, void *me)
{
    (void)me;
    begin_ticket(t);
}

/* ---- may it go ----------------------------------------------------------------------------- */

static void granted(struct sc_transfer *t, const struct sc_admission *a, int64_t now_ns)
{
    if (t->wait.since_ns)
        sc_report_waited(t, now_ns - t->wait.since_ns, a->reason);
    t->wait.since_ns = 0;
    if (a->half_opened)
        sc_report_note(t, SC_EVENT_BREAKER, "Breaker half-open: one attempt goes through");
}

/* There is a failure to show, or we have to say something ourselves. */
static enum sc_go refused(struct sc_transfer *t, const struct sc_admission *a, struct sc_plan *p)
{
    p->why = SC_GIVE_UP_REFUSED;
    if (t->call.attempts > 0 && !t->put_aside)
        return SC_GIVE_UP;
    return sc_refuse(t, a) ? SC_ANSWER : SC_GO;
}

static enum sc_go plan(struct sc_transfer *t, void *me, struct sc_plan *p)
{
    struct sc_admission *a = &((struct admit *)me)->admission;
    int64_t boot_ns = sc_state_now(), span;

    if (p->again)
        sc_state_recheck(&t->ticket, boot_ns, sc_random_next(&t->random), a);
    else
        sc_state_admit(&t->ticket, sc_estimate_reserve(t, &t->ticket, boot_ns), boot_ns,
                       sc_random_next(&t->random), a);
    if (a->verdict == SC_ADMIT_REFUSE)
        return refused(t, a, p);
    if (a->verdict == SC_ADMIT_GO) {
        granted(t, a, p->now_ns);
        return SC_GO;
    }
    span = a->until_ns > boot_ns ? a->until_ns - boot_ns : SC_NS_PER_MS;
    t->wait.end_ns = p->now_ns + (a->end_ns > a->until_ns ? a->end_ns - boot_ns : span);
    p->until_ns = p->now_ns + (span > t->wait.recheck_ns ? t->wait.recheck_ns : span);
    p->reason = a->reason;
    return SC_WAIT;
}

/* ---- how it went --------------------------------------------------------------------------- */

static void head(struct sc_transfer *t, void *me)
{
    struct sc_header headers[SC_HEADERS_MAX];
    struct sc_ratelimit said;
    size_t n;

    (void)me;
    if (!t->x.tells_limits)
        return;
    n = sc_exchange_headers(&t->x, headers);
    if (sc_ratelimit_read(t->route.provider, headers, n, (int64_t)time(NULL), &said))
        sc_state_told(&t->ticket, &said, t->x.status == 429, sc_scope_time(t->attempt.start_ns),
                      sc_state_now());
}

/* Where the program's own callbacks failed, the service has shown neither health nor fault. */
static enum sc_class class_of_service(const struct sc_transfer *t)
{
    return t->x.programs_doing ? SC_CLASS_ABORTED : t->verdict.class;
}

/* Rounded up: 0 says that there was none. */
static int64_t first_token_ms(const struct sc_transfer *t)
{
    int64_t ns = t->x.output_ns ? t->x.output_ns - t->attempt.start_ns : 0;

    return (ns + SC_NS_PER_MS - 1) / SC_NS_PER_MS;
}

static struct sc_wish judged(struct sc_transfer *t, void *me)
{
    struct sc_effects *fx = &((struct admit *)me)->effects;
    struct sc_wish wish = {SC_AS_DECIDED, SC_GIVE_UP_NOT};
    const struct sc_took *took = &t->attempt.took;
    struct sc_attempt_facts facts = {
        .class = class_of_service(t),
        .proof = t->verdict.proof,
        .hint_ms = t->verdict.hint_ms,
        .used_tokens = took->used_tokens,
        .input_tokens = took->input_tokens,
        .output_tokens = took->output_tokens,
        .estimated_input = took->estimated_input,
        .cost_nano = took->cost_nano,
        .ms = (t->attempt.end_ns - t->attempt.start_ns) / SC_NS_PER_MS,
        .first_token_ms = first_token_ms(t),
    };
    char host[SC_SCOPE_HOST_MAX];
    struct sc_scope_key key;

    memset(fx, 0, sizeof *fx);
    if (facts.hint_ms > 0 && t->shadow->url_known) { /* not set anew by a callback */
        sc_scope_of(t, host, &key);
        facts.key = &key;
    }
    sc_state_settle(&t->ticket, &facts, sc_state_now(), sc_random_next(&t->random), fx);
    if (sc_call_wants_retry(&t->call) && !sc_state_retry_allowed(&t->ticket, t->verdict.class))
        wish = (struct sc_wish){SC_STOP, SC_GIVE_UP_BUDGET};
    return wish;
}

static void report(struct sc_transfer *t, const struct sc_effects *fx)
{
    char text[128];

    if (fx->breaker_opened) {
        snprintf(text, sizeof text, "Breaker open for %s: the service keeps failing",
                 sc_time_words(fx->open_ms).s);
        sc_report_note(t, SC_EVENT_BREAKER, text);
    }
    if (fx->breaker_closed)
        sc_report_note(t, SC_EVENT_BREAKER, "Breaker closed: the service answers again");
    if (fx->latched)
        sc_report_note(t, SC_EVENT_LATCH,
                       t->verdict.class == SC_CLASS_AUTH
                           ? "Credentials are refused: no more attempts, but one probe a minute"
                           : "Quota is used up: no more attempts, but one probe a minute");
    if (fx->doubted)
        sc_report_note(t, SC_EVENT_LATCH,
                       "Refused, though these credentials worked lately: the next refusal stops "
                       "them");
    if (fx->unlatched)
        sc_report_note(t, SC_EVENT_LATCH, "A probe went well: attempts go on");
    if (fx->gate_ms > 0) {
        snprintf(text, sizeof text, "Gate closed for %s: the server asks for it",
                 sc_time_words(fx->gate_ms).s);
        sc_report_note(t, SC_EVENT_GATE, text);
    }
}

static void logged(struct sc_transfer *t, void *me)
{
    report(t, &((struct admit *)me)->effects);
}

/* The next target has limits, a breaker and credentials of its own. */
static void leave(struct sc_transfer *t, void *me)
{
    struct sc_effects fx = {0};

    (void)me;
    sc_state_end(&t->ticket, class_of_service(t), SC_END_MOVED, sc_state_now(),
                 sc_random_next(&t->random), &fx);
    report(t, &fx);
    t->wait.since_ns = 0;
}

static void end(struct sc_transfer *t, void *me, enum sc_how how)
{
    static const enum sc_end ends[] = {[SC_ENDED_OK] = SC_END_OK,
                                       [SC_ENDED_FAILED] = SC_END_FAILED,
                                       [SC_ENDED_ANSWERED] = SC_END_SYNTHESIZED,
                                       [SC_ENDED_LEFT] = SC_END_FAILED};
    bool left = how == SC_ENDED_LEFT;
    struct sc_effects fx = {0};

    (void)me;
    sc_state_end(&t->ticket, left ? SC_CLASS_ABORTED : class_of_service(t), ends[how],
                 sc_state_now(), left ? 0 : sc_random_next(&t->random), &fx);
    if (!left)
        report(t, &fx);
}

const struct sc_stage sc_stage_admit = {.name = "admit",
                                        .state = sizeof(struct admit),
                                        .begin = begin,
                                        .plan = plan,
                                        .head = head,
                                        .judged = judged,
                                        .logged = logged,
                                        .leave = leave,
                                        .enter = begin,
                                        .end = end};
