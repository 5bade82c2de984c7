/*
 * answer.h - a response that no server gave.
 *
 * Delivered through the program's own callbacks in libcurl's order, and answered for afterwards:
 * until the handle's next transfer, getinfo and the header API speak of this answer instead of the
 * transfer before it. The base of every reply of ours: breaker open, limit, budget, cache, fault.
 */
#ifndef SC_WIRE_ANSWER_H
#define SC_WIRE_ANSWER_H

#include "call/transfer.h"

/* What is to be answered; borrowed for the call. */
struct sc_reply {
    int status;
    const char *reason;       /* value of x-steadycurl */
    const char *content_type; /* NULL: application/json */
    const char *error_type;   /* x-amzn-ErrorType, NULL: none */
    bool final;               /* clients that ask x-should-retry are told not to */
    int64_t retry_after_ms;   /* > 0: Retry-After in whole seconds, rounded up */
    const char *body;
    size_t body_len;
};

/* Answers the call and returns what perform has to return. */
CURLcode sc_answer(struct sc_shadow *s, struct sc_transfer *t, const struct sc_reply *r);

/* As far as it came: handed over, refused in the middle, or paused. */
void sc_answer_settle(struct sc_shadow *s, const struct sc_transfer *t, CURLcode rc);

/* The handle goes on to something else. */
void sc_answer_forget(struct sc_shadow *s);

/* While an answer stands: what libcurl put into *out as it would be had a server answered. */
bool sc_answer_getinfo(struct sc_shadow *s, CURLINFO info, void *out);
CURLHcode sc_answer_header(struct sc_shadow *s, const char *name, size_t index, unsigned origin,
                           int request, struct curl_header **out);
struct curl_header *sc_answer_nextheader(struct sc_shadow *s, unsigned origin, int request,
                                         struct curl_header *previous);

#endif
