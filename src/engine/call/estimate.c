/* estimate.c - see estimate.h. */
#include "call/estimate.h"

#include "provider/request.h"
#include "wire/request.h"

enum { BYTES_PER_TOKEN = 4 };

static enum sc_tokenizer tokenizer(const struct sc_transfer *t)
{
    return sc_tokenizer_of(t->provider, t->model);
}

/* libcurl has the only copy: it was measured when it was given away, if anything counts tokens. */
static bool is_copied(const struct sc_shadow *s, const struct sc_transfer *t)
{
    return !t->uploads && s->o.method == SC_METHOD_POST && s->o.copied_fields && s->o.copy.measured;
}

static const struct sc_estimate *measure(const struct sc_shadow *s, struct sc_transfer *t)
{
    struct sc_str body = sc_rewrite_body(s, t);
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
    } else if (is_copied(s, t)) {
        e->tokens = s->o.copy.tokens[tokenizer(t)];
        e->blobs = s->o.copy.blobs;
    } else {
        size = sc_rewrite_size(s, t);
        e->tokens = size > 0 ? (size + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN : 0;
        e->seen = false;
    }
    return e;
}

int64_t sc_estimate_input(const struct sc_shadow *s, struct sc_transfer *t)
{
    const struct sc_estimate *e = measure(s, t);

    return sc_state_estimate(&t->ticket, e->tokens) + e->blobs * SC_BLOB_TOKENS;
}

void sc_estimate_tokens(const struct sc_shadow *s, struct sc_transfer *t, int64_t *input,
                        int64_t *output)
{
    struct sc_str body = sc_rewrite_body(s, t);

    *input = sc_estimate_input(s, t);
    *output = s->o.copied_fields && !body.p ? s->o.copy.output_limit
                                            : sc_request_output_limit(body.p, body.n);
}

int64_t sc_estimate_plain(const struct sc_shadow *s, struct sc_transfer *t)
{
    const struct sc_estimate *e = measure(s, t);

    return e->seen && e->blobs == 0 ? e->tokens : 0;
}

int64_t sc_estimate_measured(const struct sc_transfer *t, const struct sc_measure *m)
{
    return sc_state_estimate(&t->ticket, m->tokens[tokenizer(t)]) + m->blobs * SC_BLOB_TOKENS;
}
