/* OpenAI's Responses API, whose stream is a sequence of named, numbered events. */
#include "mock/answer.h"

#include <stdlib.h>

#define CREATED 1754650000

/* The response object in one of its states; the text only once there is one. */
static void response(const struct sc_mock_asked *q, struct sc_mock_buf *b, const char *status,
                     const char *text)
{
    sc_mock_buf_json(b,
                     "{'id':'resp_%x','object':'response','created_at':%d,'status':%q,"
                     "'error':null,'incomplete_details':",
                     q->id, CREATED, status);
    sc_mock_buf_json(b, text && q->truncated ? "{'reason':'max_output_tokens'}" : "null");
    sc_mock_buf_json(b, ",'model':%q,'output':[", q->model);
    if (text)
        sc_mock_buf_json(b,
                         "{'type':'message','id':'msg_%x','status':'completed','role':"
                         "'assistant','content':[{'type':'output_text','text':%q,"
                         "'annotations':[]}]}",
                         q->id, text);
    sc_mock_buf_str(b, "],\"usage\":");
    if (text)
        sc_mock_buf_json(b,
                         "{'input_tokens':%d,'input_tokens_details':{'cached_tokens':0},"
                         "'output_tokens':%d,'output_tokens_details':{'reasoning_tokens':0},"
                         "'total_tokens':%d}}",
                         q->input_tokens, q->n_pieces, q->input_tokens + q->n_pieces);
    else
        sc_mock_buf_str(b, "null}");
}

static const char *final_status(const struct sc_mock_asked *q)
{
    return q->truncated ? "incomplete" : "completed";
}

void sc_mock_openai_response(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    char *text = sc_mock_asked_text(q);
    response(q, &a->body, final_status(q), text);
    free(text);
}

static void open_event(struct sc_mock_answer *a, const char *name)
{
    sc_mock_buf_json(&a->body, "event: %s\ndata: {'type':%q,'sequence_number':%d", name, name,
                     (int)a->n_marks);
}

static void close_event(struct sc_mock_answer *a)
{
    sc_mock_buf_str(&a->body, "}\n\n");
    sc_mock_answer_mark(a);
}

static void state_event(const struct sc_mock_asked *q, struct sc_mock_answer *a, const char *name,
                        const char *status, const char *text)
{
    open_event(a, name);
    sc_mock_buf_str(&a->body, ",\"response\":");
    response(q, &a->body, status, text);
    close_event(a);
}

static void item_event(const struct sc_mock_asked *q, struct sc_mock_answer *a, const char *name,
                       const char *text)
{
    open_event(a, name);
    sc_mock_buf_json(&a->body,
                     ",'output_index':0,'item':{'type':'message','id':'msg_%x','status':%q,"
                     "'role':'assistant','content':[",
                     q->id, text ? "completed" : "in_progress");
    if (text)
        sc_mock_buf_json(&a->body, "{'type':'output_text','text':%q,'annotations':[]}", text);
    sc_mock_buf_str(&a->body, "]}");
    close_event(a);
}

static void part_event(const struct sc_mock_asked *q, struct sc_mock_answer *a, const char *name,
                       const char *text)
{
    open_event(a, name);
    sc_mock_buf_json(&a->body,
                     ",'item_id':'msg_%x','output_index':0,'content_index':0,'part':"
                     "{'type':'output_text','text':%q,'annotations':[]}",
                     q->id, text);
    close_event(a);
}

static void text_event(const struct sc_mock_asked *q, struct sc_mock_answer *a, const char *name,
                       const char *key, const char *text)
{
    open_event(a, name);
    sc_mock_buf_json(&a->body, ",'item_id':'msg_%x','output_index':0,'content_index':0,'%s':%q",
                     q->id, key, text);
    close_event(a);
}

void sc_mock_openai_response_stream(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    char *text = sc_mock_asked_text(q);
    state_event(q, a, "response.created", "in_progress", NULL);
    state_event(q, a, "response.in_progress", "in_progress", NULL);
    item_event(q, a, "response.output_item.added", NULL);
    part_event(q, a, "response.content_part.added", "");
    a->first_output = a->n_marks;
    for (int i = 0; i < q->n_pieces; i++)
        text_event(q, a, "response.output_text.delta", "delta", q->pieces[i]);
    text_event(q, a, "response.output_text.done", "text", text);
    part_event(q, a, "response.content_part.done", text);
    item_event(q, a, "response.output_item.done", text);
    state_event(q, a, q->truncated ? "response.incomplete" : "response.completed", final_status(q),
                text);
    free(text);
}
