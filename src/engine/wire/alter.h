/*
 * alter.h - a real answer that is not let through as it came: a fault on purpose.
 *
 * The answer's pieces go to the program as libcurl brings them, up to a place. There it ends, as if
 * the server had ended it so: in order, too early, by a reset, or not at all. Owned by whoever asks
 * for it, for one attempt.
 */
#ifndef SC_WIRE_ALTER_H
#define SC_WIRE_ALTER_H

#include "wire/exchange.h"

enum sc_alter_end {
    SC_ALTER_OVER,  /* the answer ends there, in order */
    SC_ALTER_SHORT, /* the connection does, before the announced length (18) */
    SC_ALTER_RESET, /* it is reset (56) */
    SC_ALTER_STALL  /* nothing comes any more, until a time-out, or for stall_ms (18) */
};

struct sc_alter {
    enum sc_alter_end end;
    int64_t at;       /* the byte of the body where it happens; -1: not given */
    int64_t percent;  /* likewise, of its announced length */
    int64_t after;    /* likewise, behind so many events of a stream */
    int64_t stall_ms; /* -1: for ever */
    char *last;       /* what comes there before the end, NULL: nothing; borrowed */
    size_t last_len;
    /* What came so far. */
    uint64_t seen;   /* bytes of the body that went on */
    int64_t events;  /* whole ones */
    bool line_empty; /* nothing stands in the line that is being read */
    bool happened;
    int64_t since_ns; /* it has stalled since then */
};

typedef size_t sc_take_body(struct sc_exchange *x, char *p, size_t n);

/* A piece of the body, which `take` takes as far as it goes. What the callback has to return. */
size_t sc_alter_body(struct sc_exchange *x, char *p, size_t n, sc_take_body *take);

/* Whether a stall is over: then the transfer is to be stopped. */
bool sc_alter_is_over(const struct sc_alter *a, int64_t now_ns);

/* What the transfer ended with, of which we know that it was our doing. */
CURLcode sc_alter_result(struct sc_exchange *x, CURLcode rc);

/* The place lies in what has been held of an answer: the code that it then ends with, and libcurl's
 * words. */
CURLcode sc_alter_code(const struct sc_exchange *x, char *text, size_t size);

/* How many of n bytes come before the place; n: all of them, and it is behind them. For tests. */
size_t sc_alter_until(struct sc_alter *a, const char *p, size_t n, int64_t length);

#endif
