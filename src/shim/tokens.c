/* tokens.c - see tokens.h. */
#include "shim/tokens.h"

#include <stdio.h>
#include <string.h>

#include "http/json.h"
#include "provider/conversation.h"
#include "provider/facts.h"
#include "provider/measure.h"
#include "provider/repair.h"
#include "provider/reply.h"
#include "provider/request.h"
#include "shim/report.h"
#include "shim/rewrite.h"

/* Tokens that an image or a file is taken for, and the part of a window that trimming leaves empty
 * since the rest is an estimate. */
enum { BLOB_TOKENS = 1000, MIB = 1 << 20, SPARE_PART = 20 };

/* ---- what fits ----------------------------------------------------------------------------- */

struct fit {
    int64_t window; /* of the model; 0: not known */
    int64_t output; /* asked for, where it counts; 0: none */
    int64_t most_output, asked_output;
    bool own_row; /* the numbers are the policy's */
};

static const struct sc_price *row_of(const struct sc_transfer *t, bool *own_row)
{
    size_t n;
    const struct sc_price *own = sc_policy_prices(t->policy, &n), *row;

    row = t->model[0] ? sc_price_find(own, n, t->provider, t->model) : NULL;
    *own_row = row && n > 0 && row >= own && row < own + n;
    return row;
}

/* Where input and output are known to share one window; elsewhere the window is the input's. */
static bool shares_window(enum sc_provider p, const char *model)
{
    switch (p) {
    case SC_PROVIDER_OPENAI:
    case SC_PROVIDER_AZURE:
        return strncmp(model, "gpt-5", 5) != 0;
    case SC_PROVIDER_ANTHROPIC:
    case SC_PROVIDER_GROQ:
    case SC_PROVIDER_DEEPSEEK:
    case SC_PROVIDER_TOGETHER:
    case SC_PROVIDER_VLLM:
    case SC_PROVIDER_OPENAI_COMPATIBLE:
        return true;
    default:
        return false;
    }
}

static void find_fit(const struct sc_transfer *t, struct sc_str body, struct fit *f)
{
    const struct sc_price *row;

    memset(f, 0, sizeof *f);
    row = row_of(t, &f->own_row);
    if (!row)
        return;
    f->window = row->context_window;
    f->most_output = row->max_output;
    f->asked_output = sc_request_output_limit(body.p, body.n);
    if (shares_window(t->provider, t->model))
        f->output = f->asked_output;
}

/* A request with one input for one window, which the service does not cut by itself. */
static bool is_checked(const struct sc_shadow *s, struct sc_str body)
{
    struct sc_json_want wants[] = {{.path = "messages"},   {.path = "contents"},
                                   {.path = "input"},      {.path = "prompt"},
                                   {.path = "transforms"}, {.path = "truncation"}};
    static const char responses[] = "/responses";
    struct sc_str path = s->target.path;
    size_t n = sizeof responses - 1;
    char word[16];

    sc_json_pick(body.p, body.n, wants, sizeof wants / sizeof *wants);
    if (!sc_json_is_empty(wants[4].value) ||
        (sc_json_string(wants[5].value, word, sizeof word) && strcmp(word, "auto") == 0))
        return false;
    if (wants[2].value.p && !wants[0].value.p) /* embeddings have an `input`, too */
        return path.n >= n && memcmp(path.p + path.n - n, responses, n) == 0;
    return wants[0].value.p || wants[1].value.p || (wants[3].value.p && *wants[3].value.p == '"');
}

/* ---- how long it is ------------------------------------------------------------------------ */

static int64_t expected(const struct sc_transfer *t, const struct sc_measure *m)
{
    return sc_state_estimate(&t->ticket, m->bytes) + m->blobs * BLOB_TOKENS;
}

static int64_t at_least(const struct sc_transfer *t, const struct sc_measure *m)
{
    return sc_measure_least_tokens(m->least, sc_state_estimate(&t->ticket, MIB));
}

static void warn(struct sc_shadow *s, struct sc_transfer *t, const struct fit *f, int64_t input)
{
    char text[320];

    if (t->tokens.warned)
        return;
    t->tokens.warned = true;
    snprintf(text, sizeof text,
             "about %lld tokens of input and %lld of output are probably more than %s takes (%lld)",
             (long long)input, (long long)f->output, t->model, (long long)f->window);
    sc_report_request(s, t, "context", text);
}

static void warn_of_output(struct sc_shadow *s, struct sc_transfer *t, const struct fit *f)
{
    char text[256];

    if (t->tokens.warned || f->most_output == 0 || f->asked_output <= f->most_output)
        return;
    t->tokens.warned = true;
    snprintf(text, sizeof text, "%lld tokens of output are more than %s gives (%lld)",
             (long long)f->asked_output, t->model, (long long)f->most_output);
    sc_report_request(s, t, "context", text);
}

/* ---- too long ------------------------------------------------------------------------------ */

static void reject(struct sc_transfer *t, const struct fit *f, int64_t input)
{
    struct sc_excess x = {f->window, input, f->output};
    char body[640];
    size_t n = sc_reply_context(t->provider, &x, body, sizeof body);

    sc_rewrite_refuse(t, "context", SC_CLASS_TOKEN_LIMIT, 400, body, n);
}

static void report_trimmed(struct sc_shadow *s, struct sc_transfer *t, int64_t input, int64_t gone)
{
    char text[256];

    if (t->tokens.warned)
        return;
    t->tokens.warned = true;
    snprintf(text, sizeof text, "left out the %d oldest messages, about %lld of %lld tokens",
             t->tokens.trimmed, (long long)gone, (long long)input);
    sc_report_request(s, t, "trimmed", text);
}

/* What is left when all that was marked is gone. */
static void measure_rest(const struct sc_conversation *c, struct sc_measure *all)
{
    for (size_t i = 0; i < c->n; i++) {
        struct sc_measure m;

        if (!c->message[i].gone)
            continue;
        sc_measure(c->text[i], &m);
        all->bytes -= m.bytes;
        all->least -= m.least;
        all->blobs -= m.blobs;
    }
}

/* True: messages were taken out, and what is left may fit. */
static bool trim(struct sc_shadow *s, struct sc_transfer *t, const struct fit *f,
                 const struct sc_measure *all, struct sc_edits *e)
{
    int64_t input = expected(t, all), room = f->window - f->window / SPARE_PART - f->output, gone;
    struct sc_measure rest = *all;
    struct sc_conversation c;
    bool good = false;

    if (!sc_conversation_read(sc_conversation_find(e->original), &c))
        return false;
    for (size_t i = 0; i < c.n; i++) {
        struct sc_measure m;

        sc_measure(c.text[i], &m);
        c.message[i].weight = expected(t, &m);
    }
    gone = sc_conversation_trim(&c, input - room);
    if (gone > 0) {
        measure_rest(&c, &rest);
        good = at_least(t, &rest) + f->output <= f->window;
    }
    if (good) {
        t->tokens.trimmed = (int)sc_conversation_edit(&c, e);
        report_trimmed(s, t, input, gone);
    }
    sc_conversation_free(&c);
    return good;
}

static void check_context(struct sc_shadow *s, struct sc_transfer *t, struct sc_edits *e)
{
    enum sc_context_check what = t->rule->settings->tokens.context;
    struct sc_measure m = {(int64_t)e->original.n, 0, 0};
    struct fit f;

    find_fit(t, e->original, &f);
    warn_of_output(s, t, &f);
    /* Text that is not measured is never taken for less than it is: mostly this is all. */
    if (f.window == 0 || expected(t, &m) + f.output <= f.window || !is_checked(s, e->original))
        return;
    sc_measure(e->original, &m);
    if (expected(t, &m) + f.output <= f.window)
        return;
    if (what == SC_CONTEXT_TRIM && trim(s, t, &f, &m, e))
        return;
    warn(s, t, &f, expected(t, &m));
    if (what != SC_CONTEXT_WARN && at_least(t, &m) + f.output > f.window)
        reject(t, &f, expected(t, &m));
}

void sc_tokens_rewrite(struct sc_shadow *s, struct sc_transfer *t, struct sc_edits *e)
{
    if (t->rule->settings->tokens.context != SC_CONTEXT_OFF)
        check_context(s, t, e);
    if (t->tokens.limit > 0 && !t->turned_away)
        sc_repair_edit(e->original, t->tokens.limit, e);
}

/* ---- an output limit that was refused -------------------------------------------------------- */

bool sc_tokens_repair(struct sc_shadow *s, struct sc_transfer *t)
{
    struct sc_str body = sc_transfer_body(t), request = sc_rewrite_own(s, t);
    struct sc_response r = {
        .provider = t->provider, .status = t->status, .body = body.p, .body_len = body.n};
    struct sc_facts facts;
    struct sc_edits e;
    int64_t limit;
    char text[96];

    if (t->phase != SC_HOLDING || t->verdict.class == SC_CLASS_ABORTED || !request.p)
        return false;
    sc_facts_read(&r, &facts);
    limit = sc_repair_limit(facts.message);
    sc_edits_init(&e, request);
    if (limit == 0 || !sc_repair_edit(request, limit, &e))
        return false;
    t->tokens.limit = limit;
    snprintf(text, sizeof text, "asked for fewer tokens of output, %lld, as the error says",
             (long long)limit);
    sc_report_request(s, t, "max_tokens", text);
    return true;
}
