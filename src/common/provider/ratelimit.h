/*
 * ratelimit.h - what a provider's headers tell about its rate limits: how much, what is left, and
 * when it is full again.
 *
 * Each provider has a dialect: a table of header names, what each means, and how it is written
 * (ratelimit.c; sources there). Worked example, OpenAI:
 *
 *     x-ratelimit-limit-requests: 5000        requests.limit     5000
 *     x-ratelimit-remaining-requests: 4999    requests.remaining 4999
 *     x-ratelimit-reset-requests: 12ms        requests.reset_ms  12
 *     (by the table: a bucket, a minute)      requests.kind SC_RATE_BUCKET, .window_ms 60000
 *
 * Pure: no allocation, no clock; numbers are read by hand, whatever the locale. Values that cannot
 * be true (negative, absurd, not a number) are as good as not sent.
 */
#ifndef SC_PROVIDER_RATELIMIT_H
#define SC_PROVIDER_RATELIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/header.h"
#include "provider/provider.h"
#include "provider/rate.h"

enum sc_rate_of { SC_RATE_REQUESTS, SC_RATE_TOKENS, SC_RATE_COUNT };

struct sc_ratelimit {
    struct sc_rate of[SC_RATE_COUNT];
};

/* Whether a header line (or name) may be one that sc_ratelimit_read knows. Nearly none is, and its
 * start says so. */
bool sc_ratelimit_may_be(const char *line, size_t n);

/* Reads what a response's headers say; false if they say nothing. now_unix: wall clock in seconds,
 * for absolute times when the response has no Date. */
bool sc_ratelimit_read(enum sc_provider provider, const struct sc_header *headers, size_t n,
                       int64_t now_unix, struct sc_ratelimit *out);

/* When the limit that refused is free again, for a 429 that has no other hint: the longest reset of
 * those buckets of which nothing is left, in ms. -1: none is told. */
int64_t sc_ratelimit_hint(enum sc_provider provider, const struct sc_header *headers, size_t n,
                          int64_t now_unix);

#endif
