/*
 * tokens.h - how many bytes of a request make a token, learned from real usage; one word.
 *
 * An average that moves by a sixteenth once warm. Word: bytes per token in 1/65536 (32 bits),
 * observations (32 bits, stop at 16). 0, or a ratio no tokenizer has, reads as the default, 4.
 * Pure.
 */
#ifndef SC_CORE_TOKENS_H
#define SC_CORE_TOKENS_H

#include <stdint.h>

struct sc_tokens_seen {
    int64_t bytes;
    int64_t tokens;
};

/* `arg`: struct sc_tokens_seen. Implausible pairs change nothing. */
uint64_t sc_tokens_learn(uint64_t word, void *arg);

/* Tokens that so many bytes will probably be; rounded up. */
int64_t sc_tokens_estimate(uint64_t word, int64_t bytes);

/* Bytes per token, in thousandths; for status. */
int64_t sc_tokens_ratio_milli(uint64_t word);

#endif
