/*
 * request.h - the request of a call: the program's body, its copy, and what goes in its stead
 * (rewrite.h).
 */
#ifndef SC_WIRE_REQUEST_H
#define SC_WIRE_REQUEST_H

#include "handle/shadow.h"
#include "provider/paths.h"
#include "wire/spool.h"

/* What the attempt sends in place of the program's body. */
struct sc_rewrite {
    char *bytes; /* NULL: the program's own */
    size_t n, pos;
    struct curl_slist *headers; /* the program's list with another Content-Length, NULL: its own */
    char length[48];
};

struct sc_request {
    struct sc_upload upload;
    struct sc_rewrite rewrite;
    enum sc_request_kind kind;
    bool kind_open; /* its body, which the program produces as it goes, is to decide */
    bool uploads;   /* the read callback is ours */
    bool rewinds;   /* libcurl could not rewind: from now on it can, in the spool */
};

void sc_request_init(struct sc_request *r);
void sc_request_free(struct sc_request *r);

/* Whether the program's read callback gives the body. */
bool sc_request_is_read(const struct sc_shadow *s);

/* Whoever asks for compressed answers by hand gets them as they are: nothing in them can be
 * changed. */
bool sc_request_reads_compressed(const struct sc_shadow *s);

/* What the request does, once as much of its body as there is can be looked at. */
enum sc_request_kind sc_request_does(struct sc_request *r);

#endif
