/*
 * answer.h - the body of an answer, with the places where its events end.
 *
 * A plain answer has no events. `first_output` counts the events of a stream that come before the
 * first one that carries output of the model.
 */
#ifndef SC_FAULT_NONE_H
#define SC_FAULT_NONE_H

#include <stdbool.h>
#include <stddef.h>

#include "mock/asked.h"
#include "mock/buf.h"
#include "fault/outcome.h"

struct sc_mock_answer {
    int status;
    const char *content_type; /* borrowed, static */
    bool stream;
    struct sc_mock_buf body;
    size_t *marks; /* ends of events */
    size_t n_marks;
    size_t first_output;
};

void sc_mock_answer_free(struct sc_mock_answer *a);

/* For the files that write one dialect each: an event ends here. */
void sc_mock_answer_mark(struct sc_mock_answer *a);

/* One writer an API and form; they only write into a->body, and mark events. */
typedef void sc_mock_write_fn(const struct sc_mock_asked *asked, struct sc_mock_answer *a);
sc_mock_write_fn sc_mock_openai_chat, sc_mock_openai_chat_stream;
sc_mock_write_fn sc_mock_openai_completion, sc_mock_openai_completion_stream;
sc_mock_write_fn sc_mock_openai_response, sc_mock_openai_response_stream;
sc_mock_write_fn sc_mock_openai_embeddings, sc_mock_openai_models;
sc_mock_write_fn sc_mock_anthropic_message, sc_mock_anthropic_message_stream;
sc_mock_write_fn sc_mock_anthropic_count;
sc_mock_write_fn sc_mock_gemini_content, sc_mock_gemini_content_stream, sc_mock_gemini_count;
sc_mock_write_fn sc_mock_ollama_chat, sc_mock_ollama_chat_stream;
sc_mock_write_fn sc_mock_ollama_generate, sc_mock_ollama_generate_stream;
sc_mock_write_fn sc_mock_cohere_chat, sc_mock_cohere_chat_stream;

#endif
