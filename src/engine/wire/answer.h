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

enum { SC_ANSWER_HEADERS = 8, SC_ANSWER_TEXT = 512 };

/* The answer that stands. */
struct sc_answer {
    int status;
    size_t n_headers, header_size, body_len;
    size_t head_items;      /* in the hold, before the body */
    curl_off_t length;      /* Content-Length, -1: not known */
    int64_t got, delivered; /* of the body: as if downloaded; what the program took */
    bool reused;            /* as if over the connection of the call before */
    curl_off_t xfer_id;
    bool no_body; /* HEAD, or cut off by FAILONERROR */
    int64_t sent; /* bytes of the body: as if they had been */
    int64_t ready_us, took_us, retry_after_s;
    char *name[SC_ANSWER_HEADERS], *value[SC_ANSWER_HEADERS];
    struct curl_header out;
    char text[SC_ANSWER_TEXT]; /* names and values, NUL-terminated */
    size_t text_len;
};

/* Answers the call and returns what perform has to return. */
CURLcode sc_answer(struct sc_exchange *x, const struct sc_reply *r);

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
