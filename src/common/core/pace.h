/*
 * pace.h - what a provider tells of its limit, as a pace to keep: period, burst, and how far ahead
 * its own bucket is reserved.
 *
 * A provider's token bucket is the same thing as our limiter word (limiter.h) seen from the other
 * side: "full again in 3 s" is a theoretical arrival time 3 s ahead. So what the headers tell is
 * laid over our own count of what we sent. Worked example, 1200 a minute in a bucket of 60:
 *
 *     limit 1200, remaining 50, reset 500ms  ->  period 50 ms, bucket 50 + 500/50 = 60,
 *                                                ahead 10 x 50 = 500 ms, burst (60 - 5) x 50 ms
 *
 * The last few places are never used (the margin): requests overtake each other on their way. Of
 * what fits in, the smallest that was told is kept while it is confirmed: a reset told in seconds
 * makes it look larger by up to two seconds' worth. Where no reset is told, it is the most that was
 * ever left. A
 * counted window (SC_RATE_WINDOW) is no bucket: more than half of it may go at once, then what is
 * left is spread over the time until the next one; nothing left means a pause until then.
 *
 * Worked example of the drift: our count says that with this request the bucket is reserved 400 ms
 * ahead; it was sent at 10.0 s, answered at 10.2 s, and the server says 600 ms ahead, at some
 * moment in between. So it is between 10.6 s and 10.8 s: our 10.4 s is moved by 200 ms. Had we
 * counted 700 ms it would have stayed, 900 ms would have been moved back to 800 ms.
 *
 * Word `seen`: capacity in ms (27 bits), when it was last confirmed in units of 2^27 ns (37 bits).
 * Not confirmed for a minute, or by the future: no longer believed. Pure.
 */
#ifndef SC_CORE_PACE_H
#define SC_CORE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "provider/ratelimit.h"

/* Periods are in 1/1024 ns: 150 million tokens a minute are 400 ns each. */
#define SC_PACE_NS 1024
#define SC_PACE_PERIOD_MAX (INT64_C(86400000000000) * SC_PACE_NS)

/* How long a pace is believed that nothing confirms. */
#define SC_PACE_FRESH_NS INT64_C(60000000000)

struct sc_pace {
    int64_t period;      /* of one unit */
    int64_t capacity_ns; /* what fits in, as the time that it takes to flow in */
    int64_t ahead_ns;    /* the arrival time of the provider's bucket, from when it answered */
};

/* False: what was said gives no pace. known_ns: the capacity as known so far, 0: not known. */
bool sc_pace_of(const struct sc_rate *said, int64_t known_ns, struct sc_pace *out);

/* What may go at once: the capacity without its margin. */
int64_t sc_pace_burst(int64_t capacity_ns, uint64_t period);

/* What n units cost; saturates at the limiter's horizon. A period that cannot be costs nothing. */
int64_t sc_pace_cost(int64_t n, uint64_t period);

/* By how much our count is off: > 0: too early, < 0: too late. mine: our arrival time with this
 * request, as of now. */
int64_t sc_pace_drift(int64_t mine_ns, int64_t sent_ns, int64_t now_ns, int64_t ahead_ns);

uint64_t sc_pace_seen(int64_t capacity_ns, int64_t now_ns);
int64_t sc_pace_capacity(uint64_t seen);
bool sc_pace_fresh(uint64_t seen, int64_t now_ns);

#endif
