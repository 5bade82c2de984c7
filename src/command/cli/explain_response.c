/*
 * explain_response.c - what the engine would do about a response.
 *
 * The same classifier and the same state machine as in a wrapped program, driven by a made-up
 * clock that starts at zero.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/captured.h"
#include "cli/explain.h"
#include "core/classify.h"
#include "core/time.h"
#include "core/units.h"
#include "http/stream.h"
#include "log/log.h"

/* True: a stream that ended before any output and without its own end. */
static bool read_facts(struct sc_response *r, struct sc_facts *facts)
{
    static struct sc_stream stream;
    enum sc_stream_kind kind =
        sc_stream_kind_of(sc_captured_header(r->headers, r->n_headers, "content-type"));

    if (kind == SC_STREAM_NONE) {
        sc_facts_read(r, facts);
        return false;
    }
    sc_stream_init(&stream, kind);
    sc_stream_feed(&stream, r->body, r->body_len);
    r->is_stream = true;
    r->output_seen = sc_stream_end(&stream) == SC_STREAM_OUTPUT;
    sc_facts_read_event(r, &stream, facts);
    return stream.state == SC_STREAM_HEAD && !stream.finished;
}

/* Asks the state machine after `attempt` attempts with this outcome. Returns the wait in ms, or
 * -1 if the response is delivered, with the reason. */
static int64_t ask(const struct sc_settings *s, const struct sc_result *result, int attempt,
                   uint64_t random, struct sc_call *call)
{
    struct sc_step step;
    sc_call_begin(call, s, 0, SC_NEVER);
    call->attempts = attempt - 1;
    sc_call_outcome(call, result, 0, random);
    sc_call_next(call, 0, &step);
    return step.kind == SC_STEP_WAIT   ? step.until_ns / SC_NS_PER_MS
           : step.kind == SC_STEP_SEND ? 0
                                       : -1;
}

static int attempts_allowed(const struct sc_settings *s, enum sc_class class)
{
    return s->retry.by_class[sc_class_retryable(class) ? class : SC_CLASS_RETRYABLE].max_attempts;
}

static void clean(char *field, size_t size)
{
    char own[sizeof((struct sc_facts *)0)->detail];

    memcpy(own, field, size);
    sc_redact_names(own, field, size);
}

/* Servers put into a code what they please, the key that they refuse included. */
static void drop_secrets(struct sc_facts *f)
{
    clean(f->type, sizeof f->type);
    clean(f->code, sizeof f->code);
    clean(f->detail, sizeof f->detail);
}

void sc_explain_judge(struct sc_explain_question *q, struct sc_explained *e)
{
    struct sc_class_rows own[SC_OWN_TABLES] = {q->rule->classify};
    struct sc_result result = {.replayable = true, .once = q->response.kind == SC_REQUEST_CHANGES};
    const struct sc_settings *s = q->rule->settings;
    struct sc_call call;

    memset(e, 0, sizeof *e);
    if (q->own_provider)
        own[1] = q->own_provider->classify;
    bool cut = read_facts(&q->response, &e->facts);
    sc_classify_by(&e->facts, own, &e->verdict);
    if (cut && e->verdict.class == SC_CLASS_OK && q->response.body_len > 0 &&
        q->response.kind == SC_REQUEST_GENERATES)
        e->verdict = (struct sc_verdict){
            .class = SC_CLASS_RETRYABLE, .retry = true, .hint_ms = -1, .row = "cut-answer"};
    result.verdict = e->verdict;
    result.committed = q->response.output_seen;
    e->least_ms = ask(s, &result, q->attempt, 0, &call);
    e->most_ms = ask(s, &result, q->attempt, UINT64_MAX, &call);
    e->give_up = call.give_up;
    e->why = call.wait_reason;
    e->attempts_allowed = attempts_allowed(s, e->verdict.class);
    drop_secrets(&e->facts);
    e->tells_limits = sc_ratelimit_read(q->response.provider, q->response.headers,
                                        q->response.n_headers, q->response.now_unix, &e->limits);
    sc_explain_count(q, &e->tokens);
}

/* ---- for people ---- */

static void print_next(const struct sc_explain_question *q, const struct sc_explained *e)
{
    char range[72];

    if (e->verdict.class == SC_CLASS_OK) {
        sc_explain_line("next", "the program gets the response");
    } else if (e->least_ms < 0 && e->most_ms < 0) {
        sc_explain_line("next", "the program gets the failure: %s", sc_give_up_name(e->give_up));
    } else if (e->least_ms < 0 || e->most_ms < 0) {
        sc_explain_line("next", "depending on jitter, a wait or the end of the call");
    } else {
        if (e->least_ms == e->most_ms)
            snprintf(range, sizeof range, "%s", sc_time_words(e->least_ms).s);
        else
            snprintf(range, sizeof range, "%s to %s", sc_time_words(e->least_ms).s,
                     sc_time_words(e->most_ms).s);
        sc_explain_line("next", "wait %s (%s), then attempt %d of %d", range,
                        sc_wait_reason_name(e->why), q->attempt + 1, e->attempts_allowed);
    }
}

static void print_limit(const char *what, const struct sc_rate *r)
{
    char reset[48] = "";

    if (r->remaining < 0 && r->limit < 0)
        return;
    if (r->reset_ms >= 0)
        snprintf(reset, sizeof reset, ", full again in %s", sc_time_words(r->reset_ms).s);
    if (r->limit < 0)
        sc_explain_line("told", "%" PRId64 " %s left%s", r->remaining, what, reset);
    else if (r->remaining < 0)
        sc_explain_line("told", "%" PRId64 " %s%s", r->limit, what, reset);
    else
        sc_explain_line("told", "%" PRId64 " of %" PRId64 " %s left%s", r->remaining, r->limit,
                        what, reset);
}

static void print_tokens(const struct sc_explain_tokens *t)
{
    struct sc_words cost = sc_usd_words(t->cost_nano);
    char tier[64] = "";

    if (!t->known)
        return;
    if (t->tier[0] && t->percent != 100)
        snprintf(tier, sizeof tier, " at tier \"%s\", %d %% of the list price", t->tier,
                 t->percent);
    sc_explain_line("tokens",
                    "%" PRId64 " in (%" PRId64 " from a cache, %" PRId64
                    " written to one), %" PRId64 " out (%" PRId64 " of reasoning)%s",
                    t->input, t->cached, t->written, t->output, t->reasoning,
                    t->estimated ? ", estimated" : "");
    if (t->cost_nano < 0)
        sc_explain_line("cost", "unknown: no price for %s", t->model[0] ? t->model : "the model");
    else if (!t->price)
        sc_explain_line("cost", "%s, as the provider says", cost.s);
    else
        sc_explain_line("cost", "%s%s (%s: $%g in, $%g out per million tokens; %s%s%s)", cost.s,
                        tier, t->price->model ? t->price->model : t->price->name,
                        (double)t->price->rates.input / 1e6, (double)t->price->rates.output / 1e6,
                        sc_price_source(t->price), sc_price_as_of(t->price)[0] ? ", " : "",
                        sc_price_as_of(t->price));
}

void sc_explain_print(const struct sc_explain_question *q, const struct sc_explained *e)
{
    const struct sc_response *r = &q->response;
    const struct sc_facts *f = &e->facts;
    const struct sc_verdict *v = &e->verdict;

    if (r->curl_code)
        sc_explain_line("response", "curl error %d, HTTP status %d", r->curl_code, r->status);
    else
        sc_explain_line("response", "HTTP %d to attempt %d", r->status, q->attempt);
    sc_explain_line("class", "%s (row \"%s\")", sc_class_name(v->class), v->row ? v->row : "none");
    if (f->type[0] || f->code[0])
        sc_explain_line("error", "type \"%s\", code \"%s\"", f->type, f->code);
    if (f->detail[0])
        sc_explain_line("detail", "%s", f->detail);
    if (v->hint_ms >= 0)
        sc_explain_line("hint", "the server asks for %s", sc_time_words(v->hint_ms).s);
    if (e->tells_limits) {
        print_limit("requests", &e->limits.of[SC_RATE_REQUESTS]);
        print_limit("tokens", &e->limits.of[SC_RATE_TOKENS]);
    }
    print_tokens(&e->tokens);
    print_next(q, e);
}
