/* mark.h - the header line of ours in an answer that another target gave: x-steadycurl. */
#ifndef SC_HANDLE_MARK_H
#define SC_HANDLE_MARK_H

#include "handle/shadow.h"

/* A successful answer gets the line, as its last header; getinfo and the header API know of it
 * until the handle's next call. */
struct sc_mark {
    size_t added; /* bytes of the line, once it is there */
    struct curl_header out;
    char text[]; /* the value */
};

extern const char sc_mark_name[];

/* The text is copied; without memory there is no line. */
void sc_mark_set(struct sc_shadow *s, const char *text);
void sc_mark_forget(struct sc_shadow *s);

#endif
