/* Anthropic's Messages API (platform.claude.com/docs, 2026-08). */
#include "mock/answer.h"

#include <stdlib.h>

static void usage(struct sc_mock_buf *b, int input, int output)
{
    sc_mock_buf_json(b,
                     "{'input_tokens':%d,'cache_creation_input_tokens':0,"
                     "'cache_read_input_tokens':0,'output_tokens':%d}",
                     input, output);
}

static const char *stop_reason(const struct sc_mock_asked *q)
{
    return q->truncated ? "max_tokens" : "end_turn";
}

void sc_mock_anthropic_message(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    char *text = sc_mock_asked_text(q);
    sc_mock_buf_json(&a->body,
                     "{'id':'msg_%x','type':'message','role':'assistant','model':%q,"
                     "'content':[{'type':'text','text':%q}],'stop_reason':%q,"
                     "'stop_sequence':null,'usage':",
                     q->id, q->model, text, stop_reason(q));
    usage(&a->body, q->input_tokens, q->n_pieces);
    sc_mock_buf_str(&a->body, "}");
    free(text);
}

static void event(struct sc_mock_answer *a, const char *json)
{
    sc_mock_buf_json(&a->body, json);
    sc_mock_buf_str(&a->body, "\n\n");
    sc_mock_answer_mark(a);
}

void sc_mock_anthropic_message_stream(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    sc_mock_buf_json(&a->body,
                     "event: message_start\ndata: {'type':'message_start','message':{'id':"
                     "'msg_%x','type':'message','role':'assistant','model':%q,'content':[],"
                     "'stop_reason':null,'stop_sequence':null,'usage':",
                     q->id, q->model);
    usage(&a->body, q->input_tokens, 1);
    event(a, "}}");
    event(a, "event: content_block_start\ndata: {'type':'content_block_start','index':0,"
             "'content_block':{'type':'text','text':''}}");
    event(a, "event: ping\ndata: {'type':'ping'}");
    a->first_output = a->n_marks;
    for (int i = 0; i < q->n_pieces; i++) {
        sc_mock_buf_json(&a->body,
                         "event: content_block_delta\ndata: {'type':'content_block_delta',"
                         "'index':0,'delta':{'type':'text_delta','text':%q",
                         q->pieces[i]);
        event(a, "}}");
    }
    event(a, "event: content_block_stop\ndata: {'type':'content_block_stop','index':0}");
    sc_mock_buf_json(&a->body,
                     "event: message_delta\ndata: {'type':'message_delta','delta':"
                     "{'stop_reason':%q,'stop_sequence':null},'usage':",
                     stop_reason(q));
    usage(&a->body, q->input_tokens, q->n_pieces);
    event(a, "}");
    event(a, "event: message_stop\ndata: {'type':'message_stop'}");
}

void sc_mock_anthropic_count(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    sc_mock_buf_json(&a->body, "{'input_tokens':%d}", q->input_tokens);
}
