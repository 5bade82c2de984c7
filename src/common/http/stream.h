/*
 * stream.h - watches a streamed answer (SSE, NDJSON, AWS event stream, a JSON array that grows) as
 * its bytes pass.
 *
 * Answers one question per chunk: may these bytes go to the program yet? Bytes are held while only
 * preamble has been seen (comments, `ping`, `message_start`, `response.created`, role-only deltas),
 * until the first event that carries output. An error event before that is the answer's outcome;
 * after it, it is noted for the log. Chunk boundaries may fall anywhere. No allocation: an event's
 * data beyond SC_STREAM_KEEP bytes is skipped over, which only makes the watcher commit earlier.
 *
 * Among SSE, a line that is no field is none of the stream's: text in it says nothing, and a JSON
 * text, whatever number of lines it takes, counts as an event. Servers write errors so.
 */
#ifndef SC_HTTP_STREAM_H
#define SC_HTTP_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "http/stream_state.h"

/* By Content-Type value (parameters allowed): text/event-stream, application/x-ndjson,
 * application/jsonl, application/vnd.amazon.eventstream... */
enum sc_stream_kind sc_stream_kind_of(struct sc_str content_type);

/* application/json, or application/ANYTHING+json. */
bool sc_is_json(struct sc_str content_type);

/* What a body looks like by its first bytes, whatever its type is said to be. UNTOLD: not yet. */
enum sc_look { SC_LOOK_UNTOLD, SC_LOOK_OBJECT, SC_LOOK_ARRAY, SC_LOOK_EVENTS, SC_LOOK_OTHER };
enum sc_look sc_look_of(const char *p, size_t n);

void sc_stream_init(struct sc_stream *s, enum sc_stream_kind kind);
enum sc_stream_state sc_stream_feed(struct sc_stream *s, const char *p, size_t n);
/* The body has ended in order: a pending last line without newline is looked at. */
enum sc_stream_state sc_stream_end(struct sc_stream *s);

/* The last event after output that came whole, where such streams have an end; p NULL: none. */
struct sc_str sc_stream_last(const struct sc_stream *s);

#endif
