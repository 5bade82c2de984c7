/*
 * stream.h - watches a streamed answer (SSE, NDJSON, AWS event stream) as its bytes pass.
 *
 * Answers one question per chunk: may these bytes go to the program yet? Bytes are held while only
 * preamble has been seen (comments, `ping`, `message_start`, `response.created`, role-only deltas),
 * until the first event that carries output. An error event before that is the answer's outcome;
 * after it, it is noted for the log. Chunk boundaries may fall anywhere. No allocation: an event's
 * data beyond SC_STREAM_KEEP bytes is skipped over, which only makes the watcher commit earlier.
 */
#ifndef SC_HTTP_STREAM_H
#define SC_HTTP_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "http/str.h"

enum sc_stream_kind { SC_STREAM_NONE, SC_STREAM_SSE, SC_STREAM_NDJSON, SC_STREAM_AWS };

/* By Content-Type value (parameters allowed): text/event-stream, application/x-ndjson,
 * application/jsonl, application/vnd.amazon.eventstream... */
enum sc_stream_kind sc_stream_kind_of(struct sc_str content_type);

/* application/json, application/*+json */
bool sc_is_json(struct sc_str content_type);

#define SC_STREAM_KEEP 4096

enum sc_stream_state {
    SC_STREAM_HEAD,  /* preamble only so far */
    SC_STREAM_ERROR, /* an error event, and no output before it: the event is in `data` */
    SC_STREAM_OUTPUT /* output has begun */
};

struct sc_stream {
    enum sc_stream_kind kind;
    enum sc_stream_state state;
    bool late_error;           /* an error event after output began; its text is in error */
    bool finished;             /* the stream's own terminator was seen */
    size_t line_len;           /* private from here on */
    size_t data_len;
    bool line_cut;
    bool data_cut;
    bool last_cr;
    unsigned char scan[64];
    size_t error_len;
    char event[64];
    char error[1024];          /* JSON of the error event, cut to size */
    char line[SC_STREAM_KEEP]; /* current line, or frame */
};

void sc_stream_init(struct sc_stream *s, enum sc_stream_kind kind);
enum sc_stream_state sc_stream_feed(struct sc_stream *s, const char *p, size_t n);
/* The body has ended: a pending last line without newline is looked at. */
enum sc_stream_state sc_stream_end(struct sc_stream *s);

#endif
