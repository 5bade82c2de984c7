/*
 * fleet.c - what other hosts know, before the call is admitted by what this one does.
 *
 * A policy with `state` has its hosts keep their limits, gates, breakers and budgets as one through
 * a Redis (state/fleet.h). Most calls find all of it in the host's own memory; one in a period
 * makes a round trip for all.
 */
#include "call/estimate.h"
#include "call/report.h"
#include "call/scope.h"
#include "cassette/asked.h"
#include "core/time.h"
#include "policy/faults.h"
#include "policy/policy.h"
#include "redis/load.h"
#include "stage/stage.h"
#include "state/fleet.h"

/* A call does not wait longer for it than for half a blink. */
enum { CONNECT_MS = 20, COMMAND_MS = 20 };

/* Whether what is learned is of failures that were made up, or of a mock: it stays with the run. */
static bool is_trial(const struct sc_policy *policy)
{
    const struct sc_faults *f = sc_policy_faults(policy);
    uint64_t run;
    const struct sc_cassette_asked *c = sc_policy_cassette(policy, &run);

    return (f && f->steady) || sc_policy_mock(policy) != 0 || (c && c->replays);
}

static bool find(struct sc_transfer *t, struct sc_fleet_place *p)
{
    const struct sc_fleet_settings *s = sc_policy_fleet(t->route.policy);
    const char *why = NULL;

    if (!s || is_trial(t->route.policy))
        return false;
    *p = (struct sc_fleet_place){.redis = sc_redis_load(NULL, &why),
                                 .at = {.url = s->redis,
                                        .password_env = s->password_env,
                                        .connect_ms = CONNECT_MS,
                                        .command_ms = COMMAND_MS},
                                 .prefix = s->prefix,
                                 .hosts = s->hosts};
    if (why)
        sc_report_note(t, SC_EVENT_NOTE, why);
    return p->redis != NULL;
}

static int64_t tokens_of(struct sc_transfer *t)
{
    int64_t input, output;

    if (t->route.rule->settings->limits.tpm <= 0)
        return 0;
    sc_estimate_tokens(t, &input, &output);
    return input + output;
}

static void say(struct sc_transfer *t, const char *note)
{
    if (note[0])
        sc_report_note(t, SC_EVENT_NOTE, note);
}

static enum sc_go plan(struct sc_transfer *t, void *me, struct sc_plan *p)
{
    char host[SC_SCOPE_HOST_MAX], note[SC_FLEET_NOTE];
    struct sc_fleet_place place;
    struct sc_scope_key key;
    int64_t now = sc_state_now(), until;

    (void)me;
    if (!find(t, &place))
        return SC_GO;
    sc_scope_of(t, host, &key);
    until = sc_fleet_before(&place, &t->ticket, &key, tokens_of(t), now, p->again, note);
    say(t, note);
    if (until == 0)
        return SC_GO;
    t->wait.end_ns = p->until_ns = p->now_ns + (until - now);
    p->reason = SC_WAIT_LIMIT;
    return SC_WAIT;
}

static struct sc_wish judged(struct sc_transfer *t, void *me)
{
    char note[SC_FLEET_NOTE];
    struct sc_fleet_place place;

    (void)me;
    if (find(t, &place)) {
        sc_fleet_after(&place, &t->ticket, sc_state_now(), note);
        say(t, note);
    }
    return (struct sc_wish){SC_AS_DECIDED, SC_GIVE_UP_NOT};
}

const struct sc_stage sc_stage_fleet = {.name = "fleet", .plan = plan, .judged = judged};
