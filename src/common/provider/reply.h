/*
 * reply.h - an error body as a provider would write it.
 *
 * For answers that steadycurl gives in a provider's stead: a client parses them with the same code
 * as the real ones. Pure, no allocation, thread-safe.
 */
#ifndef SC_PROVIDER_REPLY_H
#define SC_PROVIDER_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "provider/provider.h"

/* Writes JSON to buf, NUL-terminated; returns its length, 0 if it does not fit. status: 400, 401,
 * 429 or 503 get the type and code that the provider uses for it, others a general one. message:
 * plain text. */
size_t sc_reply_error(enum sc_provider p, int status, const char *message, char *buf, size_t size);

/* Why a request does not fit a model. */
struct sc_excess {
    int64_t window; /* tokens that the model takes */
    int64_t input;
    int64_t output; /* asked for, and counted; 0: not */
};

/* The same for a request that is too long, status 400: in the words, type and code of the provider,
 * so that a client which knows what to do about it does so. */
size_t sc_reply_context(enum sc_provider p, const struct sc_excess *x, char *buf, size_t size);

#endif
