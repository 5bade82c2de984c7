/*
 * measure.h - how much text a request holds, without parsing it.
 *
 * Two numbers, for two questions. What will it probably come to: tokens by the weights of
 * tokenizer.h, without what is text in its clothing only (images, audio and files in base64). What
 * will it come to at the very least: characters, of which a run of equal ones counts as one and an
 * escape as what it stands for, since no tokenizer needs more for them. The first looks at samples
 * of what is long, the second at all, sixteen at a time. Pure.
 */
#ifndef SC_PROVIDER_MEASURE_H
#define SC_PROVIDER_MEASURE_H

#include <stdint.h>

#include "http/str.h"
#include "provider/tokenizer.h"

struct sc_measure {
    int64_t bytes;                 /* of text and of the JSON around it */
    int64_t blobs;                 /* runs of a thousand bytes and more that are no text */
    int64_t tokens[SC_TOKENIZERS]; /* of the text, by family, before anything is learned */
};

/* Tokens that an image or a file is taken for. */
enum { SC_BLOB_TOKENS = 1000 };

void sc_measure(struct sc_str json, struct sc_measure *out);

/* Characters of text, at the least. */
int64_t sc_measure_least(struct sc_str json);

/* Tokens that so many characters are at the least: half of what is expected (tokens_per_mib), and
 * no more than one for eight. */
int64_t sc_measure_least_tokens(int64_t chars, int64_t tokens_per_mib);

#endif
