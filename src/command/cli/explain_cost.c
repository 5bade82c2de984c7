/* explain_cost.c - tokens and cost of a captured answer, as a wrapped program's would be. */
#include <stdio.h>
#include <string.h>

#include "cli/captured.h"
#include "cli/explain.h"
#include "core/cost.h"
#include "http/stream.h"
#include "log/log.h"
#include "provider/measure.h"
#include "provider/tier.h"
#include "provider/usage.h"

/* As long as nothing was learned of a model. */
static int64_t request_tokens(const struct sc_explain_question *q)
{
    struct sc_measure m;

    sc_measure(q->request, &m);
    return m.tokens[sc_tokenizer_of(q->response.provider, q->model)] + m.blobs * SC_BLOB_TOKENS;
}

/* Output came, and not a word of usage: about a token an event, as in a wrapped program. */
static void estimate(const struct sc_explain_question *q, const struct sc_usage_reader *r,
                     struct sc_usage *u)
{
    int64_t events = (int64_t)r->events;

    if (q->response.output_seen && q->request.n > 0)
        sc_usage_estimate(u, request_tokens(q), events > 2 ? events - 2 : events);
}

/* Google says in a header at what tier it has answered. */
static void read_tier(const struct sc_response *a, struct sc_usage_reader *r)
{
    struct sc_str tier = sc_captured_header(a->headers, a->n_headers, "x-gemini-service-tier");

    if (a->provider == SC_PROVIDER_GEMINI || a->provider == SC_PROVIDER_VERTEX)
        snprintf(r->tier, sizeof r->tier, "%.*s", (int)tier.n, tier.p);
}

static void read_usage(const struct sc_explain_question *q, struct sc_usage_reader *r,
                       struct sc_usage *u)
{
    static struct sc_stream stream;
    const struct sc_response *a = &q->response;
    struct sc_str last;

    sc_usage_init(r, a->provider);
    read_tier(a, r);
    if (!a->is_stream) {
        sc_usage_body(r, a->body, a->body_len);
        sc_usage_result(r, u);
        return;
    }
    sc_stream_init(&stream,
                   sc_stream_kind_of(sc_captured_header(a->headers, a->n_headers, "content-type")));
    stream.on_data = sc_usage_on_data;
    stream.on_data_arg = r;
    sc_stream_feed(&stream, a->body, a->body_len);
    sc_stream_end(&stream);
    sc_usage_result(r, u);
    last = sc_stream_last(&stream);
    if (u->known || !last.p)
        return;
    sc_usage_body(r, last.p, last.n); /* llama.cpp's timings */
    sc_usage_result(r, u);
}

/* A deployment is called as its owner likes: there the answer's name goes first, and so where
 * another model has stepped in. */
static const struct sc_price *price_of(const struct sc_explain_question *q,
                                       const struct sc_usage_reader *r, char *model, size_t size)
{
    const char *by = r->fell_back && r->other[0] ? r->other : r->model;
    bool answers = q->response.provider == SC_PROVIDER_AZURE || r->fell_back;
    const char *names[] = {answers ? by : q->model, answers ? q->model : by};
    const struct sc_price *price = NULL;
    size_t n;
    const struct sc_price *own = sc_policy_prices(q->policy, &n);

    for (int i = 0; i < 2 && !price; i++) {
        if (!names[i][0])
            continue;
        snprintf(model, size, "%s", names[i]);
        price = sc_price_find(own, n, q->response.provider, names[i]);
    }
    return price;
}

/* At the tier that the answer names, unless it says itself what it costs. */
static void price_tier(const struct sc_explain_question *q, const struct sc_usage_reader *r,
                       struct sc_explain_tokens *out)
{
    struct sc_tier tier = sc_tier_of(q->response.provider, r->tier);

    if (out->cost_nano > 0)
        out->cost_nano = sc_cost_percent(out->cost_nano, tier.percent);
    out->percent = tier.percent;
    out->estimated |= !tier.exact || r->fell_back;
    sc_redact_names(r->tier, out->tier, sizeof out->tier);
}

void sc_explain_count(const struct sc_explain_question *q, struct sc_explain_tokens *out)
{
    struct sc_usage_reader r;
    struct sc_usage u;

    memset(out, 0, sizeof *out);
    read_usage(q, &r, &u);
    estimate(q, &r, &u);
    out->known = u.known || u.estimated;
    if (!out->known)
        return;
    out->estimated = u.estimated;
    out->input = sc_usage_input_total(&u);
    out->cached = u.cached_read;
    out->written = u.cache_write_5m + u.cache_write_1h;
    out->output = u.output;
    out->reasoning = u.reasoning;
    out->price = price_of(q, &r, out->model, sizeof out->model);
    out->cost_nano = sc_cost_nano(out->price, &u);
    if (u.cost_reported_nano >= 0)
        out->price = NULL;
    else
        price_tier(q, &r, out);
}
