/*
 * event.h - what one event of a streamed answer is: preamble, output, or an error.
 *
 * Knows the events of OpenAI (chat, legacy completions, responses), Anthropic, Gemini (content,
 * interactions), Mistral's conversations, Cohere, Ollama and llama.cpp by their JSON. What it does
 * not know is output: better to commit early than to delay a token.
 */
#ifndef SC_HTTP_EVENT_H
#define SC_HTTP_EVENT_H

#include <stdbool.h>

#include "http/str.h"

enum sc_event_nature { SC_NATURE_PREAMBLE, SC_NATURE_OUTPUT, SC_NATURE_ERROR };

/* json: an event's data, maybe cut at its end. */
enum sc_event_nature sc_event_nature(struct sc_str json);

/* Cheap, for every event after output has begun: may it be an error? Never misses one
 * that is named so; ends that are failures, and numbers of errors, are not looked for there. */
bool sc_event_may_be_error(struct sc_str json);

/* A line of text in brackets where JSON is due: [DONE], [ERROR], [STREAM_END]. It is no output; one
 * that names an error is one: "[ERROR] upstream is gone", "error: no slot". */
enum sc_event_mark { SC_MARK_NONE, SC_MARK_SENTINEL, SC_MARK_ERROR };
enum sc_event_mark sc_event_mark(struct sc_str data);

/* Why the answer ends, if the event says so (finish_reason, stop_reason, finishReason,
 * blockReason);
 * "" otherwise. */
void sc_event_stop(struct sc_str json, char *stop, size_t size);

/* Whether it is a failure in a member that some services have in each answer, with a zero where all
 * is well: {"base_resp":{"status_code":1002}} of MiniMax, {"error_code":18} of Baidu; or that of
 * Tencent Cloud, {"Response":{"Error":{}}}. */
bool sc_event_is_numbered_error(struct sc_str json);

/* Whether that reason is the service's failure and not an end of the model's: "error", "abort". */
bool sc_end_is_failure(const char *stop);

/* Whether streams of such events have an end that says so (finish_reason, message_stop...). False
 * for events of a kind that is not known. */
bool sc_event_has_end(struct sc_str json);

/* Whether nothing is missing behind this event; true where that cannot be told. Looks thoroughly:
 * for one event a stream. */
bool sc_event_ends(struct sc_str json);

/* Whether this event ends the stream as the API defines it (message_stop, done: true...). Looks at
 * what is usual, cheaply: for every event. */
bool sc_event_is_last(struct sc_str json);

/* The same by the name in an `event:` line. */
bool sc_event_name_is_last(const char *name);

#endif
