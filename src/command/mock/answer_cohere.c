/* Cohere's v2 chat (docs.cohere.com, 2026-08). */
#include "mock/answer.h"

#include <stdlib.h>

static const char *finish_reason(const struct sc_mock_asked *q)
{
    return q->truncated ? "MAX_TOKENS" : "COMPLETE";
}

static void usage(const struct sc_mock_asked *q, struct sc_mock_buf *b)
{
    sc_mock_buf_json(b,
                     "{'billed_units':{'input_tokens':%d,'output_tokens':%d},"
                     "'tokens':{'input_tokens':%d,'output_tokens':%d}}",
                     q->input_tokens, q->n_pieces, q->input_tokens, q->n_pieces);
}

void sc_mock_cohere_chat(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    char *text = sc_mock_asked_text(q);
    sc_mock_buf_json(&a->body,
                     "{'id':'%x','finish_reason':%q,'message':{'role':'assistant','content':"
                     "[{'type':'text','text':%q}]},'usage':",
                     q->id, finish_reason(q), text);
    usage(q, &a->body);
    sc_mock_buf_str(&a->body, "}");
    free(text);
}

static void event(struct sc_mock_answer *a, const char *name)
{
    sc_mock_buf_json(&a->body, "event: %s\ndata: {'type':%q", name, name);
}

static void end_event(struct sc_mock_answer *a, const char *rest)
{
    sc_mock_buf_json(&a->body, rest);
    sc_mock_buf_str(&a->body, "}\n\n");
    sc_mock_answer_mark(a);
}

void sc_mock_cohere_chat_stream(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    event(a, "message-start");
    sc_mock_buf_json(&a->body, ",'id':'%x'", q->id);
    end_event(a, ",'delta':{'message':{'role':'assistant','content':[]}}");
    event(a, "content-start");
    end_event(a, ",'index':0,'delta':{'message':{'content':{'type':'text','text':''}}}");
    a->first_output = a->n_marks;
    for (int i = 0; i < q->n_pieces; i++) {
        event(a, "content-delta");
        sc_mock_buf_json(&a->body, ",'index':0,'delta':{'message':{'content':{'text':%q",
                         q->pieces[i]);
        end_event(a, "}}}");
    }
    event(a, "content-end");
    end_event(a, ",'index':0");
    event(a, "message-end");
    sc_mock_buf_json(&a->body, ",'delta':{'finish_reason':%q,'usage':", finish_reason(q));
    usage(q, &a->body);
    end_event(a, "}");
}
