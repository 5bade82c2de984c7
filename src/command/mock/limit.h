/*
 * limit.h - a provider's rate limits: token buckets for requests and tokens, kept as a provider
 * keeps them, told in its headers, and refused with its 429.
 *
 * One account for all who ask. A bucket holds `burst` of a minute's allowance and refills all the
 * time. A request that finds room is charged at once with what it will use; one that does not is
 * charged nothing. Time is an argument, of any clock: the simulator keeps the same account in its
 * own. Thread-safe.
 */
#ifndef SC_MOCK_LIMIT_H
#define SC_MOCK_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "mock/answer.h"
#include "mock/buf.h"

struct sc_mock_limits; /* the buckets */

/* 0 a minute: not limited. burst: part of a minute's allowance that fits into the bucket. */
struct sc_mock_limits *sc_mock_limits_new(int64_t rpm, int64_t tpm, double burst, int64_t now_ns);
void sc_mock_limits_free(struct sc_mock_limits *l);
/* Full again, and nothing counted. */
void sc_mock_limits_reset(struct sc_mock_limits *l);

struct sc_mock_level {
    int64_t limit, remaining, reset_ms; /* limit 0: not limited */
};

/* What became of one request. */
struct sc_mock_charge {
    bool refused;
    bool by_tokens;  /* refused: which of the two */
    int64_t wait_ms; /* refused: until there is room */
    struct sc_mock_level requests, tokens;
};

void sc_mock_limits_charge(struct sc_mock_limits *l, int64_t tokens, int64_t now_ns,
                           struct sc_mock_charge *out);

/* The headers that this provider sends about it: `add` gets each. now_unix: for those that tell a
 * time of day. */
void sc_mock_charge_headers(const struct sc_mock_charge *c, enum sc_provider provider,
                            int64_t now_unix,
                            void (*add)(void *arg, const char *name, const char *value), void *arg);

/* {"granted":N,"refused":N,"tokens":N} */
void sc_mock_limits_write(struct sc_mock_limits *l, struct sc_mock_buf *b);

#endif
