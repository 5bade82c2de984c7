/* reply.h - what is to be answered in a server's stead (answer.h). */
#ifndef SC_WIRE_REPLY_H
#define SC_WIRE_REPLY_H

#include "wire/made.h"

struct sc_reply_header {
    const char *name, *value;
};

/* A piece of a body: so many bytes, and when they come, from the attempt's start. */
struct sc_reply_piece {
    int64_t ns;
    size_t n;
};

/* An answer that was given before, as it came then. */
struct sc_reply_tape {
    struct sc_str head; /* header blocks with their ends, the last one is the final one */
    const struct sc_reply_piece *pieces;
    size_t n_pieces;
    bool paced; /* pieces come in their time, else at once */
    int64_t head_ns, end_ns;
    int redirects;
    struct sc_str led_to; /* n 0: nowhere */
};

/* What is to be answered; borrowed for the call. */
struct sc_reply {
    int status;
    const char *reason;       /* value of x-steadycurl, NULL: it does not say */
    const char *content_type; /* NULL: application/json */
    const char *error_type;   /* x-amzn-ErrorType, NULL: none */
    bool final;               /* clients that ask x-should-retry are told not to */
    int64_t retry_after_ms;   /* > 0: Retry-After in whole seconds, rounded up */
    const char *body;
    size_t body_len;
    const struct sc_reply_header *headers; /* further ones */
    size_t n_headers;
    /* Not all of it comes: */
    enum sc_reach reach;
    CURLcode code;     /* what the call then ends with, CURLE_OK: it is whole */
    const char *error; /* libcurl's words for that */
    size_t short_by;   /* bytes of the body that are missing */
    bool unsized;      /* its length is not announced: chunked */
    bool by_event;     /* a stream: its events come one by one */
    bool feigned;      /* a fault on purpose: as if a server of its own had been asked */
    const struct sc_reply_tape *tape; /* its head and pieces are these; NULL: made of the above */
};

#endif
