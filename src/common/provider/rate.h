/* rate.h - what is known of one limit: see ratelimit.h. */
#ifndef SC_PROVIDER_RATE_H
#define SC_PROVIDER_RATE_H

#include <stdint.h>

/* What `reset` counts to. */
enum sc_rate_kind {
    SC_RATE_BUCKET, /* a token bucket that refills all the time: until it is full */
    SC_RATE_WINDOW  /* a count that starts anew: until the next window begins */
};

/* One quantity, requests or tokens. */
struct sc_rate {
    int64_t limit;     /* allowed in a window; -1: not said, likewise below */
    int64_t remaining; /* of it, after this request; never more than limit */
    int64_t reset_ms;
    int64_t window_ms; /* 0: unknown */
    enum sc_rate_kind kind;
};

#endif
