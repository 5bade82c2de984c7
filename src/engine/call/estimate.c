/* estimate.c - see estimate.h. */
#include "call/estimate.h"

#include <string.h>

#include "call/memo.h"
#include "provider/request.h"
#include "wire/rewrite.h"

enum { BYTES_PER_TOKEN = 4 };

static enum sc_tokenizer tokenizer(const struct sc_transfer *t)
{
    struct sc_memo *m = sc_memo_of_model(t);

    if (!m)
        return sc_tokenizer_of(t->route.provider, t->route.model);
    if (!m->weighed)
        m->tokenizer = sc_tokenizer_of(t->route.provider, t->route.model);
    m->weighed = true;
    return m->tokenizer;
}

/* libcurl has the only copy: it was measured when it was given away, if anything counts tokens. */
static bool is_copied(const struct sc_transfer *t)
{
    return !t->req.uploads && t->shadow->o.method == SC_METHOD_POST && t->shadow->o.copied_fields &&
           t->shadow->o.copy.measured;
}

static const struct sc_estimate *measure(struct sc_transfer *t)
{
    struct sc_str body = sc_rewrite_body(&t->x);
    struct sc_estimate *e = &t->estimate;
    int64_t size;

    if (body.p && e->of.p == body.p && e->of.n == body.n)
        return e;
    *e = (struct sc_estimate){.of = body, .seen = true};
    if (body.p) {
        struct sc_measure m;

        sc_measure(body, &m);
        e->tokens = m.tokens[tokenizer(t)];
        e->blobs = m.blobs;
    } else if (is_copied(t)) {
        e->tokens = t->shadow->o.copy.tokens[tokenizer(t)];
        e->blobs = t->shadow->o.copy.blobs;
    } else {
        size = sc_rewrite_size(&t->x);
        e->tokens = size > 0 ? (size + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN : 0;
        e->seen = false;
    }
    return e;
}

int64_t sc_estimate_input(struct sc_transfer *t)
{
    const struct sc_estimate *e = measure(t);

    return sc_state_estimate(&t->ticket, e->tokens) + e->blobs * SC_BLOB_TOKENS;
}

void sc_estimate_tokens(struct sc_transfer *t, int64_t *input, int64_t *output)
{
    struct sc_str body = sc_rewrite_body(&t->x);

    *input = sc_estimate_input(t);
    *output = t->shadow->o.copied_fields && !body.p ? t->shadow->o.copy.output_limit
                                                    : sc_request_output_limit(body.p, body.n);
}

int64_t sc_estimate_reserve(struct sc_transfer *t, const struct sc_ticket *ticket, int64_t boot_ns)
{
    int64_t input, output;

    if (!sc_state_counts_tokens(ticket, boot_ns))
        return 0;
    sc_estimate_tokens(t, &input, &output);
    return input + output;
}

int64_t sc_estimate_plain(struct sc_transfer *t)
{
    const struct sc_estimate *e = measure(t);

    return e->seen && e->blobs == 0 ? e->tokens : 0;
}

int64_t sc_estimate_measured(const struct sc_transfer *t, const struct sc_measure *m)
{
    return sc_state_estimate(&t->ticket, m->tokens[tokenizer(t)]) + m->blobs * SC_BLOB_TOKENS;
}

/* ---- prices -------------------------------------------------------------------------------- */

const struct sc_price *sc_price_of(const struct sc_transfer *t, const char *model)
{
    size_t n;
    const struct sc_price *own = sc_policy_prices(t->route.policy, &n);

    return model[0] ? sc_price_find(own, n, t->route.provider, model) : NULL;
}

/* The model that answered, as the answer names it. */
static const char *answered_by(const struct sc_transfer *t)
{
    const struct sc_usage_reader *u = &t->x.usage;

    return u->fell_back && u->other[0] ? u->other : u->model;
}

static const struct sc_price *price_asked(const struct sc_transfer *t, struct sc_memo *m)
{
    if (!m)
        return sc_price_of(t, t->route.model);
    if (!m->priced)
        m->price = sc_price_of(t, t->route.model);
    m->priced = true;
    return m->price;
}

static const struct sc_price *price_answered(const struct sc_transfer *t, struct sc_memo *m)
{
    const char *name = answered_by(t);

    if (!m)
        return sc_price_of(t, name);
    if (strcmp(m->answered, name) != 0) {
        m->answered_price = sc_price_of(t, name);
        memcpy(m->answered, name, strlen(name) + 1);
    }
    return m->answered_price;
}

/* The answer names the model as well, at Azure the only one to do so: a deployment is called as its
 * owner likes. Where another model has stepped in, its name counts. */
const struct sc_price *sc_price_of_call(const struct sc_transfer *t)
{
    struct sc_memo *m = sc_memo_of_model(t);
    bool answers = t->route.provider == SC_PROVIDER_AZURE || t->x.usage.fell_back;
    const struct sc_price *p = answers ? price_answered(t, m) : price_asked(t, m);

    if (p)
        return p;
    return answers ? price_asked(t, m) : price_answered(t, m);
}
