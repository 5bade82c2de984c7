/*
 * stream_parts.h - what the kinds of streams have in common; for stream*.c only.
 *
 * A piece of the stream that is an event, or a line of one, is given to sc_stream_judge while all
 * is held, and to sc_stream_watch after output has begun.
 */
#ifndef SC_HTTP_STREAM_PARTS_H
#define SC_HTTP_STREAM_PARTS_H

#include <string.h>

#include "http/stream_state.h"

/* Whether each line, or element, is an event of its own. */
static inline bool sc_stream_is_by_value(enum sc_stream_kind kind)
{
    return kind == SC_STREAM_NDJSON || kind == SC_STREAM_ARRAY;
}

/* Passes data on to who reads along. more: the line goes on. */
static inline void sc_stream_tell(struct sc_stream *s, struct sc_str data, bool more)
{
    if (!s->on_data || (data.n == 0 && !s->tell_rest))
        return;
    s->on_data(s->on_data_arg, data,
               (s->data_told ? 0 : SC_DATA_BEGIN) | (more ? SC_DATA_MORE : 0) |
                   (s->plain ? SC_DATA_PLAIN : 0));
    s->data_told = !sc_stream_is_by_value(s->kind) || more;
    s->tell_rest = more;
}

/* Names of events that are errors by that. */
bool sc_stream_is_error_name(const char *event);

/* Copies an event's name; NUL-terminated, cut to size. */
void sc_stream_name(struct sc_stream *s, struct sc_str name);

/* The error event, and where its data begins; the first one counts. */
void sc_stream_note_error(struct sc_stream *s, struct sc_str json, uint64_t at);

/* The data of an event so far, nothing delivered yet. whole: no more of it will come. */
void sc_stream_judge(struct sc_stream *s, bool whole);

/* An event's data (or the part kept of it) after output has begun: cheap. cut: there is more. */
void sc_stream_watch(struct sc_stream *s, struct sc_str data, uint64_t at, bool cut);

void sc_stream_end_event(struct sc_stream *s);

/* A line, or an element: in pieces, and its end; after output has begun also whole and in place. */
void sc_stream_keep_piece(struct sc_stream *s, const char *p, size_t n);
void sc_stream_end_line(struct sc_stream *s);
void sc_stream_output_line(struct sc_stream *s, struct sc_str line, uint64_t at, bool cut);

void sc_stream_feed_lines(struct sc_stream *s, const char *p, size_t n);
void sc_stream_feed_array(struct sc_stream *s, const char *p, size_t n);
void sc_stream_feed_frames(struct sc_stream *s, const char *p, size_t n);

#endif
