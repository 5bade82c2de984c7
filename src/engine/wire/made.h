/* made.h - the answer of ours that stands: what of it the program has been told (answer.h). */
#ifndef SC_WIRE_MADE_H
#define SC_WIRE_MADE_H

#include "handle/shadow.h"

enum { SC_ANSWER_HEADERS = 24, SC_ANSWER_TEXT = 2048, SC_ANSWER_ERROR = 256 };

/* How far it came, as if on a wire. */
enum sc_reach {
    SC_REACH_ANSWER,     /* a server answered */
    SC_REACH_SENT,       /* the request went out, nothing came back */
    SC_REACH_CONNECTION, /* there was a connection */
    SC_REACH_NAME,       /* the host's name was known */
    SC_REACH_NOTHING
};

/* The answer that stands. */
struct sc_answer {
    int status;
    size_t n_headers, header_size, body_len;
    size_t head_items;      /* in the hold, before the body */
    curl_off_t length;      /* Content-Length, -1: not known */
    int64_t got, delivered; /* of the body: as if downloaded; what the program took */
    bool reused;            /* as if over the connection of the call before */
    curl_off_t xfer_id;
    bool feigned; /* a fault on purpose */
    bool begun;   /* the program knows of it */
    enum sc_reach reach;
    CURLcode code; /* what it ends with, once all that came was handed over */
    char error[SC_ANSWER_ERROR];
    bool live;    /* a stream whose body goes by, and is not in the hold */
    bool no_body; /* HEAD, or cut off by FAILONERROR */
    int64_t sent; /* bytes of the body: as if they had been */
    int64_t ready_us, took_us, retry_after_s;
    char *name[SC_ANSWER_HEADERS], *value[SC_ANSWER_HEADERS];
    struct curl_header out;
    char text[SC_ANSWER_TEXT]; /* names and values, NUL-terminated */
    size_t text_len;
};

/* The program has taken so much of the body of a stream. */
static inline void sc_answer_taken(const struct sc_shadow *s, size_t n)
{
    if (!s->answer || !s->answer->live)
        return;
    s->answer->got += (int64_t)n;
    s->answer->delivered += (int64_t)n;
}

#endif
