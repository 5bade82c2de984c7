/* dialects.c - see dialects.h. */
#include "mock/dialects.h"

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

void sc_mock_answer_error(const struct sc_mock_asked *asked, const struct sc_mock_outcome *outcome,
                          struct sc_mock_answer *out)
{
    *out = (struct sc_mock_answer){.status = outcome->status, .content_type = json_type};
    sc_mock_error_body(asked, outcome, &out->body);
}

static void write_error_event(const struct sc_mock_asked *asked,
                              const struct sc_mock_outcome *outcome, struct sc_mock_answer *a)
{
    bool named = asked->api == SC_MOCK_API_MESSAGES || asked->api == SC_MOCK_API_RESPONSES;
    bool lines = a->content_type == ndjson_type || asked->as_array;
    if (asked->as_array)
        sc_mock_buf_str(&a->body, a->body.n ? ",\n" : "[");
    if (!lines)
        sc_mock_buf_str(&a->body, named ? "event: error\ndata: " : "data: ");
    sc_mock_error_body(asked, outcome, &a->body);
    sc_mock_buf_str(&a->body, asked->as_array ? "]\n" : lines ? "\n" : "\n\n");
    sc_mock_answer_mark(a);
}

void sc_mock_answer_break(const struct sc_mock_asked *asked, const struct sc_mock_outcome *outcome,
                          struct sc_mock_answer *a)
{
    if (!a->stream) {
        sc_mock_buf_free(&a->body);
        sc_mock_error_body(asked, outcome, &a->body);
        return;
    }
    size_t keep = a->first_output;
    if (outcome->bare)
        keep = 0;
    if (outcome->fault == SC_MOCK_STREAM_ERROR_LATE) {
        size_t half = (a->n_marks + 1) / 2;
        keep += outcome->after >= 0 ? (size_t)outcome->after : half > keep ? half - keep : 1;
    }
    if (keep > a->n_marks)
        keep = a->n_marks;
    a->body.n = keep ? a->marks[keep - 1] : 0;
    a->n_marks = keep;
    write_error_event(asked, outcome, a);
}
