/*
 * usage.h - how many tokens an answer says it took, and as what they are billed.
 *
 * Every provider reports usage in the answer's JSON, each in its own shape: cached tokens inside
 * or outside of the input, reasoning inside or outside of the output, in a stream cumulative or
 * once at its end. The reader takes JSON as it passes, in pieces of any size, and keeps nothing of
 * it but the counts: an answer need not be held, and its length does not matter.
 *
 *     sc_usage_init(&r, provider);
 *     sc_usage_body(&r, body, n);            a plain answer, or sc_usage_begin + sc_usage_feed...
 *     sc_usage_event(&r, data, n);           each event of a stream, or the stream's on_data
 *     sc_usage_result(&r, &usage);           at any time; what was said so far
 *
 * Fields: API references and SDKs of the providers, 2026-08. Pure; no allocation.
 */
#ifndef SC_PROVIDER_USAGE_H
#define SC_PROVIDER_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/str.h"
#include "provider/provider.h"
#include "provider/usage_reader.h"

/* Tokens by price. What the program's user calls "input" is the sum of the first four. */
struct sc_usage {
    bool known;     /* the answer said so */
    bool estimated; /* at least one number is a guess */
    int64_t input;  /* neither read from a cache nor written to one */
    int64_t cached_read;
    int64_t cache_write_5m; /* also where the provider has one kind of write only */
    int64_t cache_write_1h;
    int64_t output;             /* all that is billed as output, reasoning included */
    int64_t reasoning;          /* the part of output that the program does not get to see */
    int64_t audio;              /* tokens in input and output that have another price */
    int64_t cost_reported_nano; /* what the provider says it charged, in 1e-9 USD; -1: nothing */
};

/* Input as people count it: cached or not. */
static inline int64_t sc_usage_input_total(const struct sc_usage *u)
{
    return u->input + u->cached_read + u->cache_write_5m + u->cache_write_1h;
}

void sc_usage_init(struct sc_usage_reader *r, enum sc_provider p);

/* A JSON text begins; its pieces. What was read of others stays. */
void sc_usage_begin(struct sc_usage_reader *r);
void sc_usage_feed(struct sc_usage_reader *r, const char *p, size_t n);

/* A whole JSON text. */
void sc_usage_body(struct sc_usage_reader *r, const char *p, size_t n);

/* Whether a whole JSON text went by, and nothing in it asks for a closer look: no error object or
 * text, and an end like "stop". A common answer need not be read again for its class. */
bool sc_usage_is_common(const struct sc_usage_reader *r);

/* What has been fed since sc_usage_begin is no JSON text yet: nothing but blanks, or the beginning
 * of a value. */
bool sc_usage_is_blank(const struct sc_usage_reader *r);
bool sc_usage_is_cut(const struct sc_usage_reader *r);

/* A whole event of a stream. Costs little if sc_usage_may_be_in says no. */
void sc_usage_event(struct sc_usage_reader *r, const char *p, size_t n);

/* Whether an event may carry usage: cheap, asked of every one of them. Never misses any. */
bool sc_usage_may_be_in(const char *p, size_t n);

/* A stream's on_data (http/stream.h); arg: the reader. */
void sc_usage_on_data(void *arg, struct sc_str data, unsigned flags);

void sc_usage_result(const struct sc_usage_reader *r, struct sc_usage *out);

/* Fills in what the answer did not say, and marks it: input by the request's estimate, output by
 * what came. Changes nothing that is known. */
void sc_usage_estimate(struct sc_usage *u, int64_t input, int64_t output);

#endif
