/* explain_cost.c - tokens and cost of a captured answer, as a wrapped program's would be. */
#include <stdio.h>
#include <string.h>

#include "cli/captured.h"
#include "cli/explain.h"
#include "core/cost.h"
#include "http/stream.h"
#include "provider/measure.h"
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

static void read_usage(const struct sc_explain_question *q, struct sc_usage_reader *r)
{
    static struct sc_stream stream;
    const struct sc_response *a = &q->response;

    sc_usage_init(r, a->provider);
    if (!a->is_stream) {
        sc_usage_body(r, a->body, a->body_len);
        return;
    }
    sc_stream_init(&stream,
                   sc_stream_kind_of(sc_captured_header(a->headers, a->n_headers, "content-type")));
    stream.on_data = sc_usage_on_data;
    stream.on_data_arg = r;
    sc_stream_feed(&stream, a->body, a->body_len);
    sc_stream_end(&stream);
}

/* A deployment is called as its owner likes: there the answer's name goes first. */
static const struct sc_price *price_of(const struct sc_explain_question *q,
                                       const struct sc_usage_reader *r, char *model, size_t size)
{
    bool deployment = q->response.provider == SC_PROVIDER_AZURE;
    const char *names[] = {deployment ? r->model : q->model, deployment ? q->model : r->model};
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

void sc_explain_count(const struct sc_explain_question *q, struct sc_explain_tokens *out)
{
    struct sc_usage_reader r;
    struct sc_usage u;

    memset(out, 0, sizeof *out);
    read_usage(q, &r);
    sc_usage_result(&r, &u);
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
}
