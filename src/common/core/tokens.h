/*
 * tokens.h - how a model's real tokens compare with what was estimated, learned from real usage;
 * one word.
 *
 * provider/tokenizer.h estimates a request; this is the factor by which the estimates of a host
 * and model are off: its own tokenizer, what the service puts around a message, the language that
 * it is spoken to in. A mean in which each request weighs as many tokens as it has (1,024 at most),
 * the first estimate 64, and what lies back fades: all together weigh 16,384 at most. So a first
 * "hi", nearly all of which is JSON, moves it little, and a long document at once.
 *
 * Word: factor in 1/65536 (32 bits), weight so far (32 bits). 0, or a factor that cannot be, reads
 * as 1. Pure.
 */
#ifndef SC_CORE_TOKENS_H
#define SC_CORE_TOKENS_H

#include <stdint.h>

struct sc_tokens_seen {
    int64_t estimated; /* without the factor */
    int64_t tokens;
};

/* `arg`: struct sc_tokens_seen. Implausible pairs change nothing. */
uint64_t sc_tokens_learn(uint64_t word, void *arg);

/* Tokens that an estimate will really be; rounded up. */
int64_t sc_tokens_scale(uint64_t word, int64_t estimated);

/* The factor in thousandths; for status. */
int64_t sc_tokens_scale_milli(uint64_t word);

#endif
