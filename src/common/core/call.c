/* call.c - see call.h. */
#include "core/call.h"

#include <limits.h>
#include <string.h>

#include "core/backoff.h"
#include "core/time.h"

enum { PHASE_SEND, PHASE_WAIT, PHASE_DONE };

void sc_call_begin(struct sc_call *c, const struct sc_settings *s, int64_t now_ns,
                   int64_t deadline_ns)
{
    *c = (struct sc_call){
        .settings = s,
        .start_ns = now_ns,
        .part_ns = now_ns,
        .deadline_ns = s->program_timeout == SC_TIMEOUT_TOTAL ? deadline_ns : SC_NEVER,
        .phase = PHASE_SEND,
    };
}

int sc_call_attempts_max(const struct sc_settings *s)
{
    int most = 1;

    for (int i = 0; s->retry.enabled && i < SC_CLASS_COUNT; i++)
        if (sc_class_retryable((enum sc_class)i) && s->retry.by_class[i].max_attempts > most)
            most = s->retry.by_class[i].max_attempts;
    return most;
}

static void deliver(struct sc_call *c, enum sc_give_up why)
{
    c->phase = PHASE_DONE;
    c->give_up = why;
}

void sc_call_next(struct sc_call *c, int64_t now_ns, struct sc_step *step)
{
    if (c->phase == PHASE_WAIT && now_ns >= c->wait_until_ns)
        c->phase = PHASE_SEND;
    /* The machine may have slept longer than asked: an attempt without time is none. */
    if (c->phase == PHASE_SEND && c->attempts > 0 && now_ns >= c->deadline_ns)
        deliver(c, SC_GIVE_UP_DEADLINE);
    *step = (struct sc_step){.kind = SC_STEP_DELIVER};
    if (c->phase == PHASE_SEND)
        step->kind = SC_STEP_SEND;
    if (c->phase == PHASE_WAIT)
        *step = (struct sc_step){SC_STEP_WAIT, c->wait_until_ns, c->wait_reason};
}

/* A server's directive may ask to retry what we never would: then the plain strategy applies. */
static enum sc_class strategy_of(enum sc_class class)
{
    return sc_class_retryable(class) ? class : SC_CLASS_RETRYABLE;
}

static bool attempts_used_up(const struct sc_call *c, enum sc_class class)
{
    enum sc_class by = strategy_of(class);
    int most = c->settings->retry.by_class[by].max_attempts;

    if (c->chained && most > SC_CHAIN_ATTEMPTS)
        most = SC_CHAIN_ATTEMPTS;
    return c->failed[by] >= most || c->attempts - c->repeated >= sc_call_attempts_max(c->settings);
}

/* What forbids another attempt, whatever its wait would be. */
static enum sc_give_up obstacle(const struct sc_call *c, const struct sc_result *r)
{
    const struct sc_verdict *v = &r->verdict;
    /* A stream's failure after output is not retried for that reason alone. */
    bool too_late = r->committed && sc_class_retryable(v->class);

    if (v->class == SC_CLASS_ABORTED)
        return SC_GIVE_UP_ABORTED;
    if (!c->settings->retry.enabled)
        return SC_GIVE_UP_DISABLED;
    if (!v->retry && !too_late)
        return sc_class_retryable(v->class) && v->hint_ms > SC_HINT_PATIENCE_MS ? SC_GIVE_UP_HINT
                                                                                : SC_GIVE_UP_CLASS;
    /* First: the last attempt need not be held, so it may well be committed. */
    if (attempts_used_up(c, v->class))
        return SC_GIVE_UP_ATTEMPTS;
    if (r->once && !v->unprocessed && !c->settings->retry.unsafe)
        return SC_GIVE_UP_UNSAFE;
    /* Before what follows from it: an answer that nothing can change is not held, either. */
    if (!r->replayable)
        return SC_GIVE_UP_BODY;
    if (r->committed)
        return SC_GIVE_UP_COMMITTED;
    return SC_GIVE_UP_NOT;
}

/* a + ms without overflow; SC_NEVER stays what it is. */
static int64_t after(int64_t ns, int64_t ms)
{
    return ms > (SC_NEVER - ns) / SC_NS_PER_MS ? SC_NEVER : ns + ms * SC_NS_PER_MS;
}

/* When the wait for a hint ends. Jitter that alone would break the limit is cut to half of what
 * is left; a hint that does not fit stays as it is, for the caller to see. */
static int64_t hint_end(int64_t now_ns, int64_t hint_ms, int64_t limit_ns, uint64_t rnd)
{
    int64_t end = after(now_ns, sc_backoff_hint(hint_ms, rnd));
    int64_t floor = after(now_ns, hint_ms + 1);
    if (end >= limit_ns && floor < limit_ns)
        end = floor + (limit_ns - floor) / 2;
    return end;
}

static void plan_wait(struct sc_call *c, const struct sc_verdict *v, int64_t now_ns, uint64_t rnd)
{
    const struct sc_strategy *s = &c->settings->retry.by_class[strategy_of(v->class)];
    int64_t total = s->total_timeout_ms > 0 ? after(c->part_ns, s->total_timeout_ms) : SC_NEVER;
    int64_t limit = total < c->deadline_ns ? total : c->deadline_ns;
    if (v->hint_ms > 0) {
        c->wait_reason = SC_WAIT_HINT;
        c->wait_until_ns = hint_end(now_ns, v->hint_ms, limit, rnd);
    } else {
        c->wait_reason = SC_WAIT_BACKOFF;
        c->wait_until_ns = after(now_ns, sc_backoff_delay(&s->backoff, c->attempts - c->repeated,
                                                          &c->previous_delay_ms, rnd));
    }
    if (c->chained && c->wait_until_ns > after(now_ns, SC_CHAIN_WAIT_MS))
        deliver(c, SC_GIVE_UP_CHAIN);
    else if (c->wait_until_ns >= c->deadline_ns)
        deliver(c, SC_GIVE_UP_DEADLINE);
    else if (c->wait_until_ns > total)
        deliver(c, SC_GIVE_UP_TOTAL);
    else
        c->phase = PHASE_WAIT;
}

void sc_call_outcome(struct sc_call *c, const struct sc_result *r, int64_t now_ns, uint64_t rnd)
{
    enum sc_give_up why;

    c->attempts++;
    c->last = strategy_of(r->verdict.class);
    c->failed[c->last] += c->failed[c->last] < UCHAR_MAX;
    if (r->verdict.class == SC_CLASS_OK) {
        deliver(c, SC_GIVE_UP_NOT);
        return;
    }
    why = obstacle(c, r);
    if (why != SC_GIVE_UP_NOT)
        deliver(c, why);
    else
        plan_wait(c, &r->verdict, now_ns, rnd);
}

void sc_call_repeat(struct sc_call *c, int64_t now_ns)
{
    c->phase = PHASE_SEND;
    c->wait_until_ns = now_ns;
    c->give_up = SC_GIVE_UP_NOT;
    c->repeated++;
    c->failed[c->last] -= c->failed[c->last] > 0;
}

void sc_call_continue(struct sc_call *c, int64_t now_ns)
{
    c->phase = PHASE_SEND;
    c->give_up = SC_GIVE_UP_NOT;
    c->part_ns = now_ns;
    c->wait_until_ns = now_ns;
    c->previous_delay_ms = 0;
    c->repeated = c->attempts;
    memset(c->failed, 0, sizeof c->failed);
}

void sc_call_chained(struct sc_call *c, bool chained)
{
    c->chained = chained;
}

void sc_call_move(struct sc_call *c, int64_t now_ns)
{
    c->phase = PHASE_SEND;
    c->give_up = SC_GIVE_UP_NOT;
    c->wait_until_ns = now_ns;
    c->previous_delay_ms = 0;
    c->repeated = c->attempts;
    memset(c->failed, 0, sizeof c->failed);
}

void sc_call_apply(struct sc_call *c, struct sc_wish wish, int64_t now_ns)
{
    switch (wish.next) {
    case SC_AS_DECIDED:
        break;
    case SC_STOP:
        sc_call_stop(c, wish.why);
        break;
    case SC_MOVE:
        sc_call_move(c, now_ns);
        break;
    case SC_REPEAT:
        sc_call_repeat(c, now_ns);
        break;
    case SC_CONTINUE:
        sc_call_continue(c, now_ns);
        break;
    }
}

bool sc_call_wants_retry(const struct sc_call *c)
{
    return c->phase == PHASE_WAIT;
}

void sc_call_stop(struct sc_call *c, enum sc_give_up why)
{
    deliver(c, why);
}

const char *sc_give_up_name(enum sc_give_up g)
{
    switch (g) {
    case SC_GIVE_UP_NOT:
        return "not given up";
    case SC_GIVE_UP_CLASS:
        return "never retried";
    case SC_GIVE_UP_ATTEMPTS:
        return "attempts used up";
    case SC_GIVE_UP_DEADLINE:
        return "wait exceeds the program's timeout";
    case SC_GIVE_UP_TOTAL:
        return "wait exceeds total_timeout_ms";
    case SC_GIVE_UP_COMMITTED:
        return "bytes already delivered";
    case SC_GIVE_UP_BODY:
        return "request body cannot be sent again";
    case SC_GIVE_UP_UNSAFE:
        return "it may have been processed, and is not sent twice (retry.unsafe)";
    case SC_GIVE_UP_ABORTED:
        return "stopped by the program";
    case SC_GIVE_UP_DISABLED:
        return "retry is off";
    case SC_GIVE_UP_BUDGET:
        return "retry.budget used up";
    case SC_GIVE_UP_REFUSED:
        return "no other attempt is let through";
    case SC_GIVE_UP_HINT:
        return "server asks for too long a wait";
    case SC_GIVE_UP_CHAIN:
        return "another target can be asked sooner";
    case SC_GIVE_UP_TARGETS:
        return "no other target has answered";
    case SC_GIVE_UP_SHADOW:
        return "the rule is in shadow";
    }
    return "unknown";
}

const char *sc_wait_reason_name(enum sc_wait_reason r)
{
    static const char *const names[] = {"backoff", "hint", "gate", "limit", "fault"};
    return (unsigned)r < sizeof names / sizeof *names ? names[r] : "unknown";
}
