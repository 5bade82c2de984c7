/*
 * answer.h - a response that no server gave.
 *
 * Delivered through the program's own callbacks in libcurl's order, and answered for afterwards:
 * until the handle's next transfer, getinfo and the header API speak of this answer instead of the
 * transfer before it (view/answered.h). The base of every reply of ours: breaker open, limit,
 * budget, cache, fault.
 */
#ifndef SC_WIRE_ANSWER_H
#define SC_WIRE_ANSWER_H

#include "wire/exchange.h"
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

/* Answers the call and returns what perform has to return. */
CURLcode sc_answer(struct sc_exchange *x, const struct sc_reply *r);

/* The same in two steps, for who judges in between: it is held as a server's that has just come,
 * and then, unless another attempt is made, handed over. The first returns what the attempt's
 * perform would have returned. */
CURLcode sc_answer_hold(struct sc_exchange *x, const struct sc_reply *r);
CURLcode sc_answer_deliver(struct sc_exchange *x);

/* The head of a stream, and what of its body there is, into the hold; the rest goes by. False: no
 * memory. */
bool sc_answer_live(struct sc_exchange *x, const struct sc_reply *head);

/* As far as it came: handed over, refused in the middle, or paused. */
void sc_answer_settle(const struct sc_exchange *x, CURLcode rc);

/* The handle goes on to something else. */
void sc_answer_forget(struct sc_shadow *s);

/* What the program knows of it by now: while it is handed over, no more than has come, as of a
 * server's. Headers; whether one of them is being shown; bytes of the body, as if downloaded, and
 * those that it took. */
size_t sc_answer_headers(const struct sc_shadow *s);
bool sc_answer_is_in_head(const struct sc_shadow *s);
int64_t sc_answer_downloaded(const struct sc_shadow *s);
int64_t sc_answer_delivered(const struct sc_shadow *s);

#endif
