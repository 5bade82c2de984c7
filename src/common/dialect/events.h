/*
 * events.h - the lines of an event stream (text/event-stream), fed in pieces. For the files of this
 * folder.
 *
 * An event whose data lies whole in one piece is handed over in place, one that is cut is put
 * together in a buffer of bounded size. Each byte is looked at once however small the pieces are.
 * Lines end in LF, CRLF or CR. A line that is no field is text that a server wrote beside the
 * events, as errors are: from there on all is kept, and given out at the end.
 */
#ifndef SC_DIALECT_EVENTS_H
#define SC_DIALECT_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "http/buf.h"
#include "http/str.h"

struct sc_events {
    struct sc_buf line, data; /* what is not whole yet */
    struct sc_str in_place;   /* the event's data so far, where it lies in the piece */
    bool has_data, after_cr, begun;
    bool bare;     /* text beside the events has begun: it is in `data` */
    bool too_long; /* over the limit, or no memory */
    char name[24]; /* of the event, "" none */
};

/* A whole event; comment: one that is nothing but keep-alive. */
typedef void sc_events_take(void *arg, struct sc_str name, struct sc_str data, bool comment);

void sc_events_init(struct sc_events *e, size_t max);
void sc_events_feed(struct sc_events *e, const char *p, size_t n, sc_events_take *take, void *arg);

/* The body is over: a last line without its end counts, as does an event without its blank line. */
void sc_events_end(struct sc_events *e, sc_events_take *take, void *arg);

void sc_events_free(struct sc_events *e);

#endif
