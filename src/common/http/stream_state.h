/* stream_state.h - what is known of a stream that is watched (stream.h). */
#ifndef SC_HTTP_STREAM_STATE_H
#define SC_HTTP_STREAM_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/str.h"

enum sc_stream_kind {
    SC_STREAM_NONE,
    SC_STREAM_SSE,
    SC_STREAM_NDJSON,
    SC_STREAM_AWS,
    SC_STREAM_ARRAY /* of JSON values: Gemini's without alt=sse */
};

#define SC_STREAM_KEEP 4096
#define SC_STREAM_LAST 1024

/* Who wants to read along: gets the data of every event (the payload of every AWS frame that is
 * kept) whatever its length. The usual event comes whole and in place, with SC_DATA_BEGIN alone.
 * A long line that lies in several chunks comes in pieces: all but the last have SC_DATA_MORE.
 * Further data lines of the same event come without SC_DATA_BEGIN. Of a usual event SC_DATA_PLAIN
 * says that it is known to have none of the names that sc_scan_is_plain looks for. */
enum { SC_DATA_BEGIN = 1, SC_DATA_MORE = 2, SC_DATA_PLAIN = 4 };
typedef void sc_stream_data(void *arg, struct sc_str data, unsigned flags);

enum sc_stream_state {
    SC_STREAM_HEAD,  /* preamble only so far */
    SC_STREAM_ERROR, /* an error event, and no output before it: see `error` */
    SC_STREAM_OUTPUT /* output has begun */
};

struct sc_stream {
    enum sc_stream_kind kind;
    enum sc_stream_state state;
    bool late_error; /* an error event after output began; its text is in error */
    bool finished;   /* the stream's own terminator was seen */
    bool cut; /* once it has ended: after output, and without the end that such streams have */

    /* For who asks when output last came, which a comment or a ping is not: events with output
     * after the first one, and pieces of long ones. Counted only where wanted. */
    bool counts_outputs;
    uint64_t outputs;

    /* Why the answer ended, where its first output says so already: content_filter, refusal,
     * SAFETY... "" otherwise. */
    char stop[32];

    /* The error event, whether early or late: its JSON cut to size and NUL-terminated, the event's
     * name (SSE `event:`, or an AWS frame's exception type), and where in the stream its data
     * begins (SC_STREAM_SCATTERED if it came in several data lines). */
    size_t error_len;
    uint64_t error_at;
    char event[64];
    char error[1024];

    sc_stream_data *on_data; /* to be set after sc_stream_init; NULL: nobody */
    void *on_data_arg;

    uint64_t fed;     /* private from here on: bytes before the current piece */
    uint64_t data_at; /* where the current event's data begins */
    size_t data_len;  /* data lines of the current event, joined, at the start of `line` */
    size_t line_len;  /* bytes of the current line (behind the data), or frame */
    unsigned data_lines;
    bool skip_line; /* the rest of the current line has been judged by its beginning */
    bool data_cut;  /* the current event's data is longer than what is kept */
    bool last_cr;
    bool ended_by_cr; /* the line before the current one */
    bool data_told;   /* a part of the current event went to on_data */
    bool tell_rest;   /* the rest of the current line goes there as well */
    bool raw;         /* in the middle of an event whose JSON comes in several lines */
    bool bare;        /* they stand in no field */
    bool plain;       /* the line at hand is (sc_scan_is_plain) */
    bool scattered;   /* the data is not one run of the stream's bytes */
    bool has_end;     /* streams of such events have an end */
    bool odd;         /* events after output came in several lines: their last one is not known */
    bool ending;
    bool in_element, in_string, escaped, closed; /* of an array */
    uint32_t depth;
    size_t last_len; /* of the last whole object after output; beyond SC_STREAM_LAST: too long */
    char last[SC_STREAM_LAST];
    char line[SC_STREAM_KEEP];
};

#define SC_STREAM_SCATTERED UINT64_MAX

#endif
