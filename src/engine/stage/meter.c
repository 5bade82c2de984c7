/*
 * meter.c - what an attempt's answer took: tokens and money.
 *
 * First on the way up: what it finds of the attempt (t->attempt.took) is there for all others. The
 * call's sum is its own.
 */

#include <string.h>

#include "core/cost.h"
#include "provider/tier.h"
#include "call/estimate.h"
#include "stage/stage.h"

/* A stream that does not say what it took (OpenAI's, unless asked to): about a token an event, but
 * for the first, with the role, and the last, with the reason of the end. */
static void estimate(struct sc_transfer *t, struct sc_usage *u)
{
    int64_t events = (int64_t)t->x.usage.events;

    if (t->x.stream && t->x.stream->state == SC_STREAM_OUTPUT)
        sc_usage_estimate(u, sc_estimate_input(t), events > 2 ? events - 2 : events);
}

/* What a call's answers took, all attempts together. */
struct spent {
    bool known;
    bool estimated; /* in part */
    bool has_cost;
    int64_t input, cached, written, output, reasoning; /* tokens; input includes the next two */
    int64_t cost_nano;
    int64_t lost_nano; /* of it: of attempts that failed */
};

static void add(struct spent *sum, const struct sc_usage *u, int64_t cost, bool lost)
{
    sum->known = true;
    sum->estimated |= u->estimated || (u->audio > 0 && u->cost_reported_nano < 0);
    sum->input += sc_usage_input_total(u);
    sum->cached += u->cached_read;
    sum->written += u->cache_write_5m + u->cache_write_1h;
    sum->output += u->output;
    sum->reasoning += u->reasoning;
    if (cost >= 0) {
        sum->has_cost = true;
        sum->cost_nano += cost;
        sum->lost_nano += lost ? cost : 0;
    }
}

/* What the answer's tokens cost at the tier that it names. *exact: that is a known price. */
static int64_t cost_of(const struct sc_transfer *t, const struct sc_usage *u, bool *exact)
{
    int64_t cost = sc_cost_nano(sc_price_of_call(t), u);
    struct sc_tier tier = {100, true};

    if (u->cost_reported_nano < 0 && t->x.usage.tier[0])
        tier = sc_tier_of(t->route.provider, t->x.usage.tier);
    *exact = u->cost_reported_nano >= 0 || (tier.exact && !t->x.usage.fell_back);
    return cost > 0 && tier.percent != 100 ? sc_cost_percent(cost, tier.percent) : cost;
}

/* The last event of a stream may have what no event is looked through for: llama.cpp's timings. */
static void read_last_event(struct sc_transfer *t, struct sc_usage *u)
{
    struct sc_str last = t->x.stream ? sc_stream_last(t->x.stream) : (struct sc_str){NULL, 0};

    if (u->known || !last.p)
        return;
    sc_usage_body(&t->x.usage, last.p, last.n);
    sc_usage_result(&t->x.usage, u);
}

static struct sc_wish judged(struct sc_transfer *t, void *me)
{
    const struct sc_wish none = {SC_AS_DECIDED, SC_GIVE_UP_NOT};
    struct sc_took *took = &t->attempt.took;
    struct spent *spent = me;
    struct sc_usage u;
    bool exact;

    *took = (struct sc_took){-1, -1, -1, 0, -1};
    sc_usage_result(&t->x.usage, &u);
    read_last_event(t, &u);
    estimate(t, &u);
    if (!u.known && !u.estimated)
        return none;
    took->cost_nano = cost_of(t, &u, &exact);
    add(spent, &u, took->cost_nano, t->verdict.class != SC_CLASS_OK);
    spent->estimated |= !exact;
    if (u.estimated)
        return none;
    took->input_tokens = sc_usage_input_total(&u);
    took->output_tokens = u.output;
    took->used_tokens = took->input_tokens + took->output_tokens;
    if (t->ticket.ratio)
        took->estimated_input = sc_estimate_plain(t);
    return none;
}

static void describe(const struct sc_transfer *t, void *me, struct sc_event *e)
{
    const struct spent *spent = me;

    (void)t;
    if (!spent || !spent->known)
        return;
    e->input_tokens = spent->input;
    e->output_tokens = spent->output;
    e->cached_tokens = spent->cached;
    e->cache_write_tokens = spent->written;
    e->reasoning_tokens = spent->reasoning;
    e->has_cost = spent->has_cost;
    e->cost_nano = spent->cost_nano;
    e->lost_nano = spent->lost_nano;
    e->estimated = spent->estimated;
}

const struct sc_stage sc_stage_meter = {
    .name = "meter", .state = sizeof(struct spent), .judged = judged, .describe = describe};
