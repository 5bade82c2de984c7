/*
 * explain_response.c - what the engine would do about a response.
 *
 * The same classifier and the same state machine as in a wrapped program, driven by a made-up
 * clock that starts at zero.
 */
#include <inttypes.h>
#include <stdio.h>

#include "cli/explain.h"
#include "core/call.h"
#include "core/classify.h"
#include "http/stream.h"

#define MS 1000000

static struct sc_str content_type(const struct sc_response *r)
{
    static const char name[] = "content-type";
    for (size_t i = 0; i < r->n_headers; i++) {
        const struct sc_str h = r->headers[i].name;
        size_t k = 0;
        while (k < h.n && k < sizeof name - 1 && (h.p[k] | 0x20) == (name[k] | 0x20))
            k++;
        if (k == h.n && k == sizeof name - 1)
            return r->headers[i].value;
    }
    return (struct sc_str){"", 0};
}

static void read_facts(struct sc_response *r, struct sc_stream *stream, struct sc_facts *facts)
{
    enum sc_stream_kind kind = sc_stream_kind_of(content_type(r));
    if (kind == SC_STREAM_NONE) {
        sc_facts_read(r, facts);
        return;
    }
    sc_stream_init(stream, kind);
    sc_stream_feed(stream, r->body, r->body_len);
    r->is_stream = true;
    r->output_seen = sc_stream_end(stream) == SC_STREAM_OUTPUT;
    sc_facts_read_event(r, stream, facts);
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
    return step.kind == SC_STEP_WAIT ? step.until_ns / MS : step.kind == SC_STEP_SEND ? 0 : -1;
}

static int attempts_allowed(const struct sc_settings *s, enum sc_class class)
{
    return s->retry.by_class[sc_class_retryable(class) ? class : SC_CLASS_RETRYABLE].max_attempts;
}

static void print_next(const struct sc_settings *s, const struct sc_result *result, int attempt)
{
    struct sc_call call;
    int64_t shortest = ask(s, result, attempt, 0, &call);
    int64_t longest = ask(s, result, attempt, UINT64_MAX, &call);
    if (result->verdict.class == SC_CLASS_OK) {
        sc_explain_line("next", "the program gets the response");
    } else if (shortest < 0 && longest < 0) {
        sc_explain_line("next", "the program gets the failure: %s", sc_give_up_name(call.give_up));
    } else if (shortest < 0 || longest < 0) {
        sc_explain_line("next", "depending on jitter, a wait or the end of the call");
    } else {
        char range[64];
        if (shortest == longest)
            snprintf(range, sizeof range, "%" PRId64, shortest);
        else
            snprintf(range, sizeof range, "%" PRId64 " to %" PRId64, shortest, longest);
        sc_explain_line("next", "wait %s ms (%s), then attempt %d of %d", range,
                        sc_wait_reason_name(call.wait_reason), attempt + 1,
                        attempts_allowed(s, result->verdict.class));
    }
}

void sc_explain_response(const struct sc_settings *s, struct sc_response *r, int attempt)
{
    static struct sc_stream stream;
    struct sc_facts facts;
    struct sc_result result = {.replayable = true};
    read_facts(r, &stream, &facts);
    sc_classify(&facts, &result.verdict);
    result.committed = r->output_seen;
    const struct sc_verdict *v = &result.verdict;
    sc_explain_line("class", "%s (row \"%s\")", sc_class_name(v->class), v->row ? v->row : "none");
    if (facts.type[0] || facts.code[0])
        sc_explain_line("error", "type \"%s\", code \"%s\"", facts.type, facts.code);
    if (v->hint_ms >= 0)
        sc_explain_line("hint", "the server asks for %" PRId64 " ms", v->hint_ms);
    print_next(s, &result, attempt);
}
