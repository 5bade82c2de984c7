/* meter.c - see spend.h. */
#include "stage/meter.h"

#include <string.h>

#include "core/cost.h"
#include "provider/tier.h"
#include "call/estimate.h"

/* A stream that does not say what it took (OpenAI's, unless asked to): about a token an event, but
 * for the first, with the role, and the last, with the reason of the end. */
static void estimate(struct sc_shadow *s, struct sc_transfer *t, struct sc_usage *u)
{
    int64_t events = (int64_t)t->usage.events;

    if (t->stream && t->stream->state == SC_STREAM_OUTPUT)
        sc_usage_estimate(u, sc_estimate_input(s, t), events > 2 ? events - 2 : events);
}

static const struct sc_price *find(const struct sc_transfer *t, const char *model)
{
    size_t n;
    const struct sc_price *own = sc_policy_prices(t->policy, &n);

    return model[0] ? sc_price_find(own, n, t->provider, model) : NULL;
}

/* The model that answered, as the answer names it. */
static const char *answered_by(const struct sc_transfer *t)
{
    return t->usage.fell_back && t->usage.other[0] ? t->usage.other : t->usage.model;
}

/* The answer names the model as well, at Azure the only one to do so: a deployment is called as its
 * owner likes. Where another model has stepped in, its name counts. */
static const struct sc_price *look_up(const struct sc_transfer *t)
{
    bool answers = t->provider == SC_PROVIDER_AZURE || t->usage.fell_back;
    const char *first = answers ? answered_by(t) : t->model;
    const char *second = answers ? t->model : answered_by(t);
    const struct sc_price *p = find(t, first);

    return p || strcmp(first, second) == 0 ? p : find(t, second);
}

static void keep(char *to, size_t size, const char *name)
{
    size_t n = strlen(name) + 1;

    memcpy(to, n <= size ? name : "", n <= size ? n : 1);
}

/* A handle mostly asks the same model again. */
const struct sc_price *sc_spend_price(struct sc_shadow *s, const struct sc_transfer *t)
{
    struct sc_priced *last = &s->priced;

    if (last->policy != t->policy || strcmp(last->model, t->model) != 0 ||
        strcmp(last->answered, answered_by(t)) != 0) {
        last->price = look_up(t);
        last->policy = t->policy;
        keep(last->model, sizeof last->model, t->model);
        keep(last->answered, sizeof last->answered, answered_by(t));
    }
    return last->price;
}

static void add(struct sc_spent *sum, const struct sc_usage *u, int64_t cost)
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
    }
}

/* What the answer's tokens cost at the tier that it names. *exact: that is a
 * known price. */
static int64_t cost_of(struct sc_shadow *s, const struct sc_transfer *t, const struct sc_usage *u,
                       bool *exact)
{
    int64_t cost = sc_cost_nano(sc_spend_price(s, t), u);
    struct sc_tier tier = {100, true};

    if (u->cost_reported_nano < 0 && t->usage.tier[0])
        tier = sc_tier_of(t->provider, t->usage.tier);
    *exact = u->cost_reported_nano >= 0 || (tier.exact && !t->usage.fell_back);
    return cost > 0 && tier.percent != 100 ? sc_cost_percent(cost, tier.percent) : cost;
}

/* The last event of a stream may have what no event is looked through for:
 * llama.cpp's timings. */
static void read_last_event(struct sc_transfer *t, struct sc_usage *u)
{
    struct sc_str last = t->stream ? sc_stream_last(t->stream) : (struct sc_str){NULL, 0};

    if (u->known || !last.p)
        return;
    sc_usage_body(&t->usage, last.p, last.n);
    sc_usage_result(&t->usage, u);
}

void sc_spend_attempt(struct sc_shadow *s, struct sc_transfer *t, struct sc_attempt_facts *facts)
{
    struct sc_usage u;
    bool exact;

    sc_usage_result(&t->usage, &u);
    read_last_event(t, &u);
    estimate(s, t, &u);
    if (!u.known && !u.estimated)
        return;
    facts->cost_nano = cost_of(s, t, &u, &exact);
    add(&t->spent, &u, facts->cost_nano);
    t->spent.estimated |= !exact;
    if (u.estimated)
        return;
    facts->input_tokens = sc_usage_input_total(&u);
    facts->output_tokens = u.output;
    facts->used_tokens = facts->input_tokens + facts->output_tokens;
    if (t->ticket.ratio)
        facts->estimated_input = sc_estimate_plain(s, t);
}
