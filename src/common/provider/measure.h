/*
 * measure.h - how much text a request holds, without parsing it.
 *
 * Two numbers, for two questions. What will it probably come to: the bytes, without what is text
 * in its clothing only (images, audio and files in base64). What will it come to at the very least:
 * characters, of which a run of equal ones counts as one and an escape as what it stands for, since
 * no tokenizer needs more for them. The first looks at a few bytes in a thousand, the second at
 * all, sixteen at a time. Pure.
 */
#ifndef SC_PROVIDER_MEASURE_H
#define SC_PROVIDER_MEASURE_H

#include <stdint.h>

#include "http/str.h"

struct sc_measure {
    int64_t bytes; /* of text and of the JSON around it */
    int64_t blobs; /* runs of a thousand bytes and more that are no text */
};

void sc_measure(struct sc_str json, struct sc_measure *out);

/* Characters of text, at the least. */
int64_t sc_measure_least(struct sc_str json);

/* Tokens that so many characters are at the least: the ratio is twice what a model has been seen to
 * have on average (tokens_per_mib, as learned), and no less than eight. */
int64_t sc_measure_least_tokens(int64_t chars, int64_t tokens_per_mib);

#endif
