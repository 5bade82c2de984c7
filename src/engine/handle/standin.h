/*
 * standin.h - a handle of ours that asks another host in the program's handle's stead.
 *
 * It is a copy, so what the program has set for its network (proxy, CA, addresses, time-outs,
 * callbacks) holds; everything that says who the program is, or what it wants of its own host, is
 * taken out of the copy (standin.c has the table). The program's handle is not touched. While it
 * stands in, `easy` of the shadow is the copy and `own` the program's.
 */
#ifndef SC_HANDLE_STANDIN_H
#define SC_HANDLE_STANDIN_H

#include "handle/shadow.h"

/* What it sends; all of it has to live as long as the stand-in. */
struct sc_standin {
    const char *url;
    const struct curl_slist *headers;
    const char *body;
    size_t body_len;
    bool http2_known; /* the program says so of its own host: nothing is known of this one */
};

/* False: there is none, and nothing has changed. */
bool sc_standin_in(struct sc_shadow *s, const struct sc_standin *request);

/* The program's handle is `easy` again, the copy is gone. May be done at any time, and again. */
void sc_standin_out(struct sc_shadow *s);

#endif
