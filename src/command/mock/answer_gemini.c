/* Gemini's generateContent (ai.google.dev/api, 2026-08): every chunk carries cumulative usage. */
#include "mock/answer.h"

#include <stdlib.h>

static void content(const struct sc_mock_asked *q, struct sc_mock_buf *b, const char *text,
                    const char *reason, int tokens)
{
    sc_mock_buf_json(b,
                     "{'candidates':[{'content':{'parts':[{'text':%q}],'role':'model'},"
                     "'index':0",
                     text);
    if (reason)
        sc_mock_buf_json(b, ",'finishReason':%q", reason);
    sc_mock_buf_json(b,
                     "}],'usageMetadata':{'promptTokenCount':%d,'candidatesTokenCount':%d,"
                     "'totalTokenCount':%d},'modelVersion':%q,'responseId':'%x'}",
                     q->input_tokens, tokens, q->input_tokens + tokens, q->model, q->id);
}

static const char *finish_reason(const struct sc_mock_asked *q)
{
    return q->truncated ? "MAX_TOKENS" : "STOP";
}

void sc_mock_gemini_content(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    char *text = sc_mock_asked_text(q);
    content(q, &a->body, text, finish_reason(q), q->n_pieces);
    free(text);
}

void sc_mock_gemini_content_stream(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    for (int i = 0; i <= q->n_pieces; i++) {
        bool last = i == q->n_pieces;
        if (q->as_array)
            sc_mock_buf_str(&a->body, i ? ",\n" : "[");
        else
            sc_mock_buf_str(&a->body, "data: ");
        content(q, &a->body, last ? "" : q->pieces[i], last ? finish_reason(q) : NULL,
                last ? i : i + 1);
        sc_mock_buf_str(&a->body, !q->as_array ? "\r\n\r\n" : last ? "]\n" : "");
        sc_mock_answer_mark(a);
    }
}

void sc_mock_gemini_count(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    sc_mock_buf_json(&a->body, "{'totalTokens':%d}", q->input_tokens);
}
