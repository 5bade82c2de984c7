/*
 * fit.c - requests that are too long for their model, or ask for too long an answer.
 *
 * Policy: "tokens": {"context": ..., "repair_max_tokens": ...}; docs/tokens.md says what they do.
 */

#include <stdio.h>
#include <string.h>

#include "http/json.h"
#include "provider/conversation.h"
#include "provider/facts.h"
#include "provider/measure.h"
#include "provider/repair.h"
#include "provider/reply.h"
#include "provider/request.h"
#include "call/estimate.h"
#include "call/report.h"
#include "call/refusal.h"
#include "stage/stage.h"
#include "wire/rewrite.h"

/* The part of a window that trimming leaves empty since the rest is an estimate. */
enum { MIB = 1 << 20, SPARE_PART = 20 };

/* ---- what the request asks for ------------------------------------------------------------- */

/* All that is looked for in a body, in one walk over it. */
enum {
    MESSAGES,
    CONTENTS,
    INPUT,
    PROMPT,
    TRANSFORMS,
    TRUNCATION,
    LIMITS,
    WANTS = LIMITS + SC_OUTPUT_LIMITS
};

struct asked {
    struct sc_str body;
    struct sc_json_want want[WANTS];
    int64_t output; /* at most; 0: not said */
};

static void look(struct asked *a, struct sc_str body)
{
    static const char *const paths[LIMITS] = {
        [MESSAGES] = "messages", [CONTENTS] = "contents",     [INPUT] = "input",
        [PROMPT] = "prompt",     [TRANSFORMS] = "transforms", [TRUNCATION] = "truncation",
    };
    size_t i;

    a->body = body;
    for (i = 0; i < LIMITS; i++)
        a->want[i].path = paths[i];
    sc_request_limit_paths(&a->want[LIMITS]);
    sc_json_pick(body.p, body.n, a->want, WANTS);
    a->output = sc_request_limit_of(&a->want[LIMITS]);
}

/* One input for one window, which the service does not cut by itself. */
static bool is_checked(struct sc_str path, const struct asked *a)
{
    static const char responses[] = "/responses";
    const size_t n = sizeof responses - 1;
    struct sc_str prompt = a->want[PROMPT].value;
    char word[16];

    if (!sc_json_is_empty(a->want[TRANSFORMS].value) ||
        (sc_json_string(a->want[TRUNCATION].value, word, sizeof word) && strcmp(word, "auto") == 0))
        return false;
    if (a->want[MESSAGES].value.p || a->want[CONTENTS].value.p)
        return true;
    if (a->want[INPUT].value.p) /* embeddings have one, too */
        return path.n >= n && memcmp(path.p + path.n - n, responses, n) == 0;
    return prompt.p && *prompt.p == '"';
}

/* ---- what fits ----------------------------------------------------------------------------- */

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

/* Tokens for input and for output, as far as they count together. */
struct fit {
    int64_t window, output;
    int64_t per_mib; /* tokens of input a mebibyte, as estimated */
};

static int64_t at_least(const struct fit *f, int64_t chars)
{
    return sc_measure_least_tokens(chars, f->per_mib);
}

/* How dense the text of this request probably is, for `at_least`. */
static int64_t tokens_per_mib(const struct sc_measure *m, int64_t input)
{
    double text = (double)(input - m->blobs * SC_BLOB_TOKENS);

    return m->bytes > 0 ? (int64_t)(text * MIB / (double)m->bytes) : 0;
}

struct fitting {
    int64_t limit; /* the output limit that an error named, 0: none */
    int trimmed;   /* messages left out */
    bool said;     /* in the log, what was found of the context */
    bool rejected;
};

static void say(struct sc_transfer *t, struct fitting *me, const char *reason, const char *text)
{
    if (!me->said) /* once a call, not at each attempt */
        sc_report_request(t, reason, text, me->trimmed);
    me->said = true;
}

static void say_too_long(struct sc_transfer *t, struct fitting *me, const struct fit *f,
                         int64_t input)
{
    char text[320];

    snprintf(text, sizeof text,
             "about %lld tokens of input and %lld of output are probably more than %s takes (%lld)",
             (long long)input, (long long)f->output, t->route.model, (long long)f->window);
    say(t, me, "context", text);
}

static void check_output(struct sc_transfer *t, struct fitting *me, const struct sc_price *row,
                         int64_t asked)
{
    char text[256];

    if (row->max_output == 0 || asked <= row->max_output)
        return;
    snprintf(text, sizeof text, "%lld tokens of output are more than %s gives (%lld)",
             (long long)asked, t->route.model, (long long)row->max_output);
    say(t, me, "context", text);
}

/* ---- too long ------------------------------------------------------------------------------ */

/* Instead of the first attempt the program gets the error that the service would give. */
static void reject(struct sc_transfer *t, struct fitting *me, const struct fit *f, int64_t input)
{
    struct sc_excess x = {f->window, input, f->output};
    char body[640];
    struct sc_reply r = {.status = 400, .reason = "context", .body = body};

    r.body_len = sc_reply_context(sc_refusal_voice(t), &x, body, sizeof body);
    if (t->call.attempts == 0 && r.body_len > 0)
        me->rejected = sc_own_answer_set(t, SC_CLASS_TOKEN_LIMIT, &r);
}

static void say_trimmed(struct sc_transfer *t, struct fitting *me, int64_t input, int64_t gone)
{
    char text[256];

    snprintf(text, sizeof text, "left out the %d oldest messages, about %lld of %lld tokens",
             me->trimmed, (long long)gone, (long long)input);
    say(t, me, "trimmed", text);
}

/* What is left when all that was marked is gone. */
static int64_t least_of_rest(const struct sc_conversation *c, struct sc_str body)
{
    int64_t chars = sc_measure_least(body);
    size_t i;

    for (i = 0; i < c->n; i++)
        if (c->message[i].gone)
            chars -= sc_measure_least(c->text[i]);
    return chars;
}

static int64_t part(const struct sc_transfer *t, const char *from, const char *to)
{
    struct sc_measure m;

    sc_measure((struct sc_str){from, (size_t)(to - from)}, &m);
    return sc_estimate_measured(t, &m);
}

/* Each message, and what stands before and behind them; returns the sum. A long body's own number
 * is made of samples: too coarse to take single messages from. */
static int64_t weigh_parts(const struct sc_transfer *t, struct sc_str body,
                           struct sc_conversation *c)
{
    const char *from = body.p;
    int64_t sum = 0;
    size_t i;

    for (i = 0; i < c->n; i++) {
        const char *text = c->text[i].p;

        sum += i == 0 ? part(t, from, text) : 0;
        from = text + c->text[i].n;
        sum += c->message[i].weight = part(t, text, from);
    }
    return sum + part(t, from, body.p + body.n);
}

/* True: messages were taken out, and what is left may fit; or it fits as it is after all. */
static bool trim(struct sc_transfer *t, struct fitting *me, const struct fit *f,
                 const struct asked *a, struct sc_edits *e)
{
    int list = a->want[MESSAGES].value.p ? MESSAGES : CONTENTS;
    int64_t input, excess, gone;
    struct sc_conversation c;
    bool good;

    if (!sc_conversation_read(a->want[list].value, &c))
        return false;
    input = weigh_parts(t, a->body, &c);
    excess = input - (f->window - f->window / SPARE_PART - f->output);
    gone = excess > 0 ? sc_conversation_trim(&c, excess) : 0;
    good = gone >= excess ||
           (gone > 0 && at_least(f, least_of_rest(&c, a->body)) + f->output <= f->window);
    if (good && gone > 0) {
        me->trimmed = (int)sc_conversation_edit(&c, e);
        say_trimmed(t, me, input, gone);
    }
    sc_conversation_free(&c);
    return good;
}

static void check_context(struct sc_transfer *t, struct fitting *me, struct sc_edits *e)
{
    enum sc_context_check what = t->route.rule->settings->tokens.context;
    const struct sc_price *row = sc_price_of(t, t->route.model);
    struct sc_measure m;
    struct fit f = {0};
    struct asked a;
    int64_t input;

    if (!row || row->context_window == 0)
        return;
    look(&a, e->original);
    check_output(t, me, row, a.output);
    f.window = row->context_window;
    f.output = shares_window(t->route.provider, t->route.model) ? a.output : 0;
    sc_measure(e->original, &m);
    input = sc_estimate_measured(t, &m);
    f.per_mib = tokens_per_mib(&m, input);
    if (input + f.output <= f.window || !is_checked(t->shadow->asked.path, &a))
        return;
    if (what == SC_CONTEXT_TRIM && trim(t, me, &f, &a, e))
        return;
    say_too_long(t, me, &f, input);
    if (what != SC_CONTEXT_WARN &&
        at_least(&f, sc_measure_least(e->original)) + f.output > f.window)
        reject(t, me, &f, input);
}

static void edit(struct sc_transfer *t, void *state, struct sc_edits *e)
{
    struct fitting *me = state;

    if (t->route.rule->settings->tokens.context != SC_CONTEXT_OFF)
        check_context(t, me, e);
    if (me->limit > 0 && !me->rejected)
        sc_repair_edit(e->original, me->limit, e);
}

/* ---- an output limit that was refused -------------------------------------------------------- */

/* The answer that comes in may say which output limit would have been taken. */
static bool may_repair(const struct sc_transfer *t, const struct fitting *me)
{
    return t->route.rule->settings->tokens.repair_max_tokens && me->limit == 0;
}

static enum sc_go plan(struct sc_transfer *t, void *state, struct sc_plan *p)
{
    const struct fitting *me = state;

    (void)p;
    t->x.wants.behind_400 |= may_repair(t, me);
    return me->rejected ? SC_ANSWER : SC_GO;
}

/* Looks for it, and tells whether another attempt is to be made with that. */
static bool repair(struct sc_transfer *t, struct fitting *me)
{
    struct sc_str body = sc_exchange_body(&t->x), request = sc_rewrite_own(&t->x);
    struct sc_response r = {
        .provider = t->route.provider, .status = t->x.status, .body = body.p, .body_len = body.n};
    struct sc_facts facts;
    struct sc_edits e;
    int64_t limit;
    char text[96];

    if (t->x.phase != SC_HOLDING || !request.p)
        return false;
    sc_facts_read(&r, &facts);
    limit = sc_repair_limit(facts.message);
    sc_edits_init(&e, request);
    if (limit == 0 || !sc_repair_edit(request, limit, &e))
        return false;
    me->limit = limit;
    snprintf(text, sizeof text, "asked for fewer tokens of output, %lld, as the error says",
             (long long)limit);
    sc_report_request(t, "max_tokens", text, me->trimmed);
    return true;
}

static struct sc_wish judged(struct sc_transfer *t, void *state)
{
    struct sc_wish wish = {SC_AS_DECIDED, SC_GIVE_UP_NOT};
    struct fitting *me = state;

    if (t->attempt.replayable && !t->x.programs_doing && may_repair(t, me) &&
        (t->x.status == 400 || t->x.status == 422) && repair(t, me))
        wish.next = SC_REPEAT;
    return wish;
}

static void describe(const struct sc_transfer *t, void *state, struct sc_event *e)
{
    const struct fitting *me = state;

    (void)t;
    e->trimmed = me ? me->trimmed : 0;
}

const struct sc_stage sc_stage_fit = {.name = "fit",
                                      .state = sizeof(struct fitting),
                                      .edit = edit,
                                      .plan = plan,
                                      .judged = judged,
                                      .describe = describe};
