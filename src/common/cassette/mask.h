/*
 * mask.h - what of an exchange is written down, and what is taken out of it, wherever it comes
 * from.
 *
 * A secret keeps its length (SC_TAPE_MASK for each byte), so that nothing moves: pieces of an
 * answer stay what they were.
 */
#ifndef SC_CASSETTE_MASK_H
#define SC_CASSETTE_MASK_H

#include <stddef.h>

#include "cassette/tape.h"

#define SC_TAPE_MASK '*'

/* The same in a request's body until it is hashed: a byte that JSON has no use for. */
#define SC_TAPE_HOLE '\x7f'

/* Headers of requests that tell what is asked; credentials are among the others. Ends with NULL. */
extern const char *const sc_tape_kept_headers[];

/* Lines of a head: cookies go whole, of the others what looks like a secret. */
void sc_tape_mask_head(char *p, size_t n);

/* The hash of a body with holes, which are masked: a call is found with another key as well,
 * however long that is. (A body's own 0x7f is a hole like any other.) */
void sc_tape_hash_masked(char *body, size_t n, char out[SC_TAPE_HASH]);

#endif
