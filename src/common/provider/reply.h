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

#include "provider/class.h"
#include "provider/provider.h"

/* What an answer of ours consists of, beside its own headers. */
struct sc_reply_text {
    int status;
    const char *error_type; /* x-amzn-ErrorType, NULL: none */
    size_t len;
    char body[1024]; /* NUL-terminated JSON */
};

/* Status, type, code and words are those that the provider has for failures of this class: quota
 * exhausted is insufficient_quota at one, 402 at another. message: plain text, up to 512 bytes. */
void sc_reply_error(enum sc_provider p, enum sc_class class, const char *message,
                    struct sc_reply_text *out);

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
