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
    size_t first_line;      /* of the last header block, behind those before it */
    int version, redirects; /* as getinfo says them */
    const char *led_to;     /* the URL that redirects led to; NULL: none did */
    int64_t *due;           /* when each held piece is to come (sc_now_ns); NULL: at once */
    size_t n_due;           /* so many have a time */
    int64_t end_ns;         /* and when it is over; INT64_MAX: never, by itself */
    int64_t reached_us;     /* when the first of it came, 0: with the rest */
    bool feigned;           /* a fault on purpose */
    bool begun;             /* the program knows of it */
    enum sc_reach reach;
    CURLcode code; /* what it ends with, once all that came was handed over */
    char error[SC_ANSWER_ERROR];
    bool live;    /* a stream whose body goes by, and is not in the hold */
    bool no_body; /* HEAD, or cut off by FAILONERROR */
    int64_t sent; /* bytes of the body: as if they had been */
    int64_t ready_us, took_us, retry_after_s;
    size_t room; /* for so many headers, */
    char **name, **value;
    struct curl_header out;
    char *text; /* and their names and values, NUL-terminated: behind this struct */
    size_t text_len, text_size;
};

struct sc_exchange;

/* A header line with its end, into the hold. */
void sc_made_line(struct sc_exchange *x, const char *line, size_t n);

/* What the header API is to say; left out where there is no room for it. */
void sc_made_header(struct sc_answer *a, struct sc_str name, struct sc_str value);

/* Whether answers of that status have no body, and whether libcurl would not show this one. */
bool sc_made_is_empty(int status);
bool sc_made_hides_body(const struct sc_shadow *s, int status);

/* The program has taken so much of the body of a stream. */
static inline void sc_answer_taken(const struct sc_shadow *s, size_t n)
{
    if (!s->answer || !s->answer->live)
        return;
    s->answer->got += (int64_t)n;
    s->answer->delivered += (int64_t)n;
}

#endif
