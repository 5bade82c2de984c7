/* estimate.c - see estimate.h. */
#include "call/estimate.h"

#include <string.h>

#include "call/memo.h"
#include "provider/request.h"
#include "wire/rewrite.h"

enum { BYTES_PER_TOKEN = 4 };

static enum sc_tokenizer tokenizer(const struct sc_transfer *t)
{
    return sc_tokenizer_of(t->route.provider, t->route.model);
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

/* The answer names the model as well, at Azure the only one to do so: a deployment is called as its
 * owner likes. Where another model has stepped in, its name counts. */
static const struct sc_price *look_up(const struct sc_transfer *t)
{
    bool answers = t->route.provider == SC_PROVIDER_AZURE || t->x.usage.fell_back;
    const char *first = answers ? answered_by(t) : t->route.model;
    const char *second = answers ? t->route.model : answered_by(t);
    const struct sc_price *p = sc_price_of(t, first);

    return p || strcmp(first, second) == 0 ? p : sc_price_of(t, second);
}

static void keep(char *to, size_t size, const char *name)
{
    size_t n = strlen(name) + 1;

    memcpy(to, n <= size ? name : "", n <= size ? n : 1);
}

/* A handle mostly asks the same model again. */
const struct sc_price *sc_price_of_call(const struct sc_transfer *t)
{
    struct sc_memo *m = sc_memo_of(t->shadow);

    if (!m)
        return look_up(t);
    if (m->policy != t->route.policy || m->provider != t->route.provider ||
        strcmp(m->model, t->route.model) != 0 || strcmp(m->answered, answered_by(t)) != 0) {
        m->price = look_up(t);
        m->policy = t->route.policy;
        m->provider = t->route.provider;
        keep(m->model, sizeof m->model, t->route.model);
        keep(m->answered, sizeof m->answered, answered_by(t));
    }
    return m->price;
}
