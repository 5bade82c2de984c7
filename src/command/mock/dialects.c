/* dialects.c - see dialects.h. */
#include "mock/dialects.h"

enum { ERROR_MAX = 1 << 20 };

static const char json_type[] = "application/json";
static const char sse_type[] = "text/event-stream; charset=utf-8";
static const char ndjson_type[] = "application/x-ndjson";

static const struct {
    sc_mock_write_fn *plain;
    sc_mock_write_fn *stream; /* NULL: this API does not stream */
    const char *stream_type;
} writers[SC_MOCK_API_COUNT] = {
    [SC_MOCK_API_CHAT] = {sc_mock_openai_chat, sc_mock_openai_chat_stream, sse_type},
    [SC_MOCK_API_COMPLETIONS] = {sc_mock_openai_completion, sc_mock_openai_completion_stream,
                                 sse_type},
    [SC_MOCK_API_RESPONSES] = {sc_mock_openai_response, sc_mock_openai_response_stream, sse_type},
    [SC_MOCK_API_EMBEDDINGS] = {sc_mock_openai_embeddings, NULL, NULL},
    [SC_MOCK_API_MODELS] = {sc_mock_openai_models, NULL, NULL},
    [SC_MOCK_API_MESSAGES] = {sc_mock_anthropic_message, sc_mock_anthropic_message_stream,
                              sse_type},
    [SC_MOCK_API_COUNT_TOKENS] = {sc_mock_anthropic_count, NULL, NULL},
    [SC_MOCK_API_GEMINI] = {sc_mock_gemini_content, sc_mock_gemini_content_stream, sse_type},
    [SC_MOCK_API_GEMINI_COUNT] = {sc_mock_gemini_count, NULL, NULL},
    [SC_MOCK_API_OLLAMA_CHAT] = {sc_mock_ollama_chat, sc_mock_ollama_chat_stream, ndjson_type},
    [SC_MOCK_API_OLLAMA_GENERATE] = {sc_mock_ollama_generate, sc_mock_ollama_generate_stream,
                                     ndjson_type},
    [SC_MOCK_API_COHERE_CHAT] = {sc_mock_cohere_chat, sc_mock_cohere_chat_stream, sse_type},
};

void sc_mock_answer_make(const struct sc_mock_asked *asked, struct sc_mock_answer *out)
{
    *out = (struct sc_mock_answer){.status = 200, .content_type = json_type};
    out->stream = asked->stream && writers[asked->api].stream;
    if (!out->stream) {
        writers[asked->api].plain(asked, out);
        return;
    }
    if (!asked->as_array)
        out->content_type = writers[asked->api].stream_type;
    writers[asked->api].stream(asked, out);
}

/* The error object of the provider, as its bodies and events carry it. */
static void write_error(const struct sc_mock_asked *q, const struct sc_outcome *o,
                        struct sc_mock_buf *to)
{
    bool event = o->fault == SC_FAULT_STREAM_ERROR || o->fault == SC_FAULT_STREAM_ERROR_LATE;
    const struct sc_error_asked e = {
        .provider = q->provider,
        .kind = o->kind,
        .status = o->status,
        .event = event,
        .as_array = q->as_array,
        .flat = event && q->stream && q->api == SC_MOCK_API_RESPONSES,
        .native = q->api == SC_MOCK_API_OLLAMA_CHAT || q->api == SC_MOCK_API_OLLAMA_GENERATE,
        .id = q->id,
        .model = q->model,
        .type = o->error_type,
        .code = o->error_code,
        .message = o->error_message,
        .retry_in = o->retry_in,
    };
    struct sc_buf b = {.max = ERROR_MAX};

    sc_error_body(&e, &b);
    sc_mock_buf_add(to, b.p, b.n);
    sc_buf_free(&b);
}

void sc_mock_answer_error(const struct sc_mock_asked *asked, const struct sc_outcome *outcome,
                          struct sc_mock_answer *out)
{
    *out = (struct sc_mock_answer){.status = outcome->status, .content_type = json_type};
    write_error(asked, outcome, &out->body);
}

static void write_error_event(const struct sc_mock_asked *asked, const struct sc_outcome *outcome,
                              struct sc_mock_answer *a)
{
    bool named = asked->api == SC_MOCK_API_MESSAGES || asked->api == SC_MOCK_API_RESPONSES;
    bool lines = a->content_type == ndjson_type || asked->as_array;
    if (asked->as_array)
        sc_mock_buf_str(&a->body, a->body.n ? ",\n" : "[");
    if (!lines)
        sc_mock_buf_str(&a->body, named ? "event: error\ndata: " : "data: ");
    write_error(asked, outcome, &a->body);
    sc_mock_buf_str(&a->body, asked->as_array ? "]\n" : lines ? "\n" : "\n\n");
    sc_mock_answer_mark(a);
}

void sc_mock_answer_break(const struct sc_mock_asked *asked, const struct sc_outcome *outcome,
                          struct sc_mock_answer *a)
{
    if (!a->stream) {
        sc_mock_buf_free(&a->body);
        write_error(asked, outcome, &a->body);
        return;
    }
    size_t keep = a->first_output;
    if (outcome->bare)
        keep = 0;
    if (outcome->fault == SC_FAULT_STREAM_ERROR_LATE) {
        size_t half = (a->n_marks + 1) / 2;
        keep += outcome->after >= 0 ? (size_t)outcome->after : half > keep ? half - keep : 1;
    }
    if (keep > a->n_marks)
        keep = a->n_marks;
    a->body.n = keep ? a->marks[keep - 1] : 0;
    a->n_marks = keep;
    write_error_event(asked, outcome, a);
}
