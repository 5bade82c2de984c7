/*
 * tokenizer.h - how many tokens a text will be, before anybody has counted them.
 *
 * Tokenizers differ, and so do texts: a token is five bytes of English or eight of Hindi (or one
 * and a half, for another tokenizer), a single digit for Gemma and three for OpenAI's. What they
 * have in common is that a text's tokens are, near enough, a sum of 15 counts: of bytes by class,
 * and of changes of class (a word's end is a token's end). Each family of tokenizers has a weight
 * for each count; they were fitted to the real tokenizers, see
 * tests/common/provider/tokenizers/fit.mjs, and are off by about a tenth in the mean, where bytes /
 * 4 is off by a third. Whatever a model's own tokenizer does beyond that is learned
 * (core/tokens.h).
 *
 *     int64_t tokens[SC_TOKENIZERS] = {0};
 *
 *     sc_tokenizer_weigh((struct sc_str){"\\u041f\\u0440...", n}, tokens);
 *     tokens[sc_tokenizer_of(SC_PROVIDER_OPENAI, "gpt-4o-mini")]
 *
 * The text is JSON: an escape counts as the character that it stands for. Pure, no allocation.
 */
#ifndef SC_PROVIDER_TOKENIZER_H
#define SC_PROVIDER_TOKENIZER_H

#include <stdint.h>

#include "http/str.h"
#include "provider/provider.h"

/* In the order of the columns of the weights. */
#define SC_TOKENIZER_LIST(X)                                          \
    X(O200K, "o200k")   /* OpenAI since GPT-4o; whoever is unknown */ \
    X(CL100K, "cl100k") /* OpenAI before, and its embeddings */       \
    X(CLAUDE, "claude")                                               \
    X(GEMMA, "gemma") /* Gemini too */                                \
    X(QWEN, "qwen")                                                   \
    X(LLAMA3, "llama3")                                               \
    X(DEEPSEEK, "deepseek")

enum sc_tokenizer {
#define SC_TOKENIZER_ENUM(id, name) SC_TOKENIZER_##id,
    SC_TOKENIZER_LIST(SC_TOKENIZER_ENUM)
#undef SC_TOKENIZER_ENUM
        SC_TOKENIZERS
};

const char *sc_tokenizer_name(enum sc_tokenizer t);

/* The family that a model's tokenizer belongs to. model: "" unknown; as the provider or a reseller
 * writes it ("us.anthropic.claude-haiku-4-5-v1:0", "Qwen/Qwen3-32B"), in any case. */
enum sc_tokenizer sc_tokenizer_of(enum sc_provider p, const char *model);

/* Adds the text's tokens by each family, in 64ths. All of a short text is looked at, of a long one
 * (2 KiB) samples of 64 bytes: one in 512 bytes, and 512 at most. */
void sc_tokenizer_weigh(struct sc_str json, int64_t sum[SC_TOKENIZERS]);

#endif
