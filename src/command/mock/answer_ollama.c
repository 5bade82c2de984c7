/* Ollama's own API (docs/api.md, 2026-08): newline-delimited JSON, streamed unless told not to. */
#include "mock/answer.h"

#include <stdlib.h>

static void line(const struct sc_mock_asked *q, struct sc_mock_buf *b, const char *text, bool done)
{
    bool chat = q->api == SC_MOCK_API_OLLAMA_CHAT;
    sc_mock_buf_json(b, "{'model':%q,'created_at':'2025-08-08T10:46:40Z',", q->model);
    sc_mock_buf_json(b, chat ? "'message':{'role':'assistant','content':%q}" : "'response':%q",
                     text);
    if (!done) {
        sc_mock_buf_json(b, ",'done':false}");
        return;
    }
    sc_mock_buf_json(b,
                     ",'done':true,'done_reason':%q,'total_duration':1000000,'load_duration':1000,"
                     "'prompt_eval_count':%d,'prompt_eval_duration':1000,'eval_count':%d,"
                     "'eval_duration':1000}",
                     q->truncated ? "length" : "stop", q->input_tokens, q->n_pieces);
}

void sc_mock_ollama_chat(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    char *text = sc_mock_asked_text(q);
    line(q, &a->body, text, true);
    free(text);
}

void sc_mock_ollama_chat_stream(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    for (int i = 0; i <= q->n_pieces; i++) {
        line(q, &a->body, i < q->n_pieces ? q->pieces[i] : "", i == q->n_pieces);
        sc_mock_buf_str(&a->body, "\n");
        sc_mock_answer_mark(a);
    }
}

void sc_mock_ollama_generate(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    sc_mock_ollama_chat(q, a);
}

void sc_mock_ollama_generate_stream(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    sc_mock_ollama_chat_stream(q, a);
}
