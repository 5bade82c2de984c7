/* OpenAI's shapes, which most others speak too (developers.openai.com, openapi.yaml, 2026-08). */
#include "mock/answer.h"

#include <stdio.h>
#include <stdlib.h>

/* A fixed moment: an answer depends on the request alone. */
#define CREATED 1754650000

static const char *stop_reason(const struct sc_mock_asked *q)
{
    return q->truncated ? "length" : "stop";
}

static void usage(const struct sc_mock_asked *q, struct sc_mock_buf *b)
{
    sc_mock_buf_json(b,
                     "{'prompt_tokens':%d,'completion_tokens':%d,'total_tokens':%d,"
                     "'prompt_tokens_details':{'cached_tokens':0},"
                     "'completion_tokens_details':{'reasoning_tokens':0}}",
                     q->input_tokens, q->n_pieces, q->input_tokens + q->n_pieces);
}

void sc_mock_openai_chat(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    char *text = sc_mock_asked_text(q);
    sc_mock_buf_json(&a->body,
                     "{'id':'chatcmpl-%x','object':'chat.completion','created':%d,'model':%q,"
                     "'choices':[{'index':0,'message':{'role':'assistant','content':%q,"
                     "'refusal':null},'logprobs':null,'finish_reason':%q}],'usage':",
                     q->id, CREATED, q->model, text, stop_reason(q));
    usage(q, &a->body);
    sc_mock_buf_str(&a->body, ",\"system_fingerprint\":\"fp_mock\"}");
    free(text);
}

static void chat_chunk(const struct sc_mock_asked *q, struct sc_mock_answer *a, const char *role,
                       const char *content, const char *reason)
{
    sc_mock_buf_json(&a->body,
                     "data: {'id':'chatcmpl-%x','object':'chat.completion.chunk','created':%d,"
                     "'model':%q,'system_fingerprint':'fp_mock','choices':[{'index':0,'delta':{",
                     q->id, CREATED, q->model);
    if (role)
        sc_mock_buf_json(&a->body, "'role':%q,'content':''", role);
    else if (content)
        sc_mock_buf_json(&a->body, "'content':%q", content);
    sc_mock_buf_json(&a->body, "},'logprobs':null,'finish_reason':%q}]", reason);
    if (!q->include_usage)
        sc_mock_buf_str(&a->body, "}\n\n");
    else if (q->provider == SC_PROVIDER_MISTRAL && reason) {
        sc_mock_buf_str(&a->body, ",\"usage\":");
        usage(q, &a->body);
        sc_mock_buf_str(&a->body, "}\n\n");
    } else
        sc_mock_buf_str(&a->body,
                        q->provider == SC_PROVIDER_MISTRAL ? "}\n\n" : ",\"usage\":null}\n\n");
    sc_mock_answer_mark(a);
}

static void done(struct sc_mock_answer *a)
{
    sc_mock_buf_str(&a->body, "data: [DONE]\n\n");
    sc_mock_answer_mark(a);
}

void sc_mock_openai_chat_stream(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    chat_chunk(q, a, "assistant", NULL, NULL);
    a->first_output = a->n_marks;
    for (int i = 0; i < q->n_pieces; i++)
        chat_chunk(q, a, NULL, q->pieces[i], NULL);
    chat_chunk(q, a, NULL, NULL, stop_reason(q));
    if (q->include_usage && q->provider != SC_PROVIDER_MISTRAL) {
        sc_mock_buf_json(&a->body,
                         "data: {'id':'chatcmpl-%x','object':'chat.completion.chunk',"
                         "'created':%d,'model':%q,'system_fingerprint':'fp_mock','choices':[],"
                         "'usage':",
                         q->id, CREATED, q->model);
        usage(q, &a->body);
        sc_mock_buf_str(&a->body, "}\n\n");
        sc_mock_answer_mark(a);
    }
    done(a);
}

static void completion(const struct sc_mock_asked *q, struct sc_mock_buf *b, const char *text,
                       const char *reason)
{
    sc_mock_buf_json(b,
                     "{'id':'cmpl-%x','object':'text_completion','created':%d,'model':%q,"
                     "'choices':[{'text':%q,'index':0,'logprobs':null,'finish_reason':%q}]",
                     q->id, CREATED, q->model, text, reason);
}

void sc_mock_openai_completion(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    char *text = sc_mock_asked_text(q);
    completion(q, &a->body, text, stop_reason(q));
    sc_mock_buf_str(&a->body, ",\"usage\":");
    usage(q, &a->body);
    sc_mock_buf_str(&a->body, "}");
    free(text);
}

void sc_mock_openai_completion_stream(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    for (int i = 0; i <= q->n_pieces; i++) {
        bool last = i == q->n_pieces;
        sc_mock_buf_str(&a->body, "data: ");
        completion(q, &a->body, last ? "" : q->pieces[i], last ? stop_reason(q) : NULL);
        if (last && q->include_usage) {
            sc_mock_buf_str(&a->body, ",\"usage\":");
            usage(q, &a->body);
        }
        sc_mock_buf_str(&a->body, "}\n\n");
        sc_mock_answer_mark(a);
    }
    done(a);
}

void sc_mock_openai_embeddings(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    int dimensions = q->dimensions > 0 && q->dimensions <= 4096 ? q->dimensions : 8;
    sc_mock_buf_str(&a->body, "{\"object\":\"list\",\"data\":[");
    for (int i = 0; i < q->n_inputs; i++) {
        unsigned long long h = q->inputs[i];
        sc_mock_buf_json(&a->body, "%s{'object':'embedding','index':%d,'embedding':[", i ? "," : "",
                         i);
        for (int k = 0; k < dimensions; k++) {
            char text[32];
            h = h * 6364136223846793005ULL + 1442695040888963407ULL;
            snprintf(text, sizeof text, "%s%s0.%06u", k ? "," : "", h >> 63 ? "-" : "",
                     (unsigned)((h >> 33) % 1000000));
            sc_mock_buf_str(&a->body, text);
        }
        sc_mock_buf_str(&a->body, "]}");
    }
    sc_mock_buf_json(&a->body, "],'model':%q,'usage':{'prompt_tokens':%d,'total_tokens':%d}}",
                     q->model, q->input_tokens, q->input_tokens);
}

void sc_mock_openai_models(const struct sc_mock_asked *q, struct sc_mock_answer *a)
{
    static const char *const names[] = {"gpt-4o", "gpt-4o-mini", "gpt-5", "mock-model"};
    (void)q;
    sc_mock_buf_str(&a->body, "{\"object\":\"list\",\"data\":[");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        sc_mock_buf_json(&a->body, "%s{'id':%q,'object':'model','created':%d,'owned_by':'mock'}",
                         i ? "," : "", names[i], CREATED);
    sc_mock_buf_str(&a->body, "]}");
}
