#include "core/tokens.h"

#define ONE 65536
#define LOWEST (ONE / 4)
#define HIGHEST (64 * ONE)
#define WARM 16

static int64_t ratio_of(uint64_t word)
{
    int64_t r = (int64_t)(word >> 32);

    return r < LOWEST || r > HIGHEST ? 4 * ONE : r;
}

uint64_t sc_tokens_learn(uint64_t word, void *arg)
{
    const struct sc_tokens_seen *s = arg;
    int64_t old = ratio_of(word), seen, ratio;
    int64_t n = (int64_t)(word & UINT32_MAX);

    if (s->bytes <= 0 || s->tokens <= 0 || s->bytes > INT64_MAX / ONE)
        return word;
    seen = s->bytes * ONE / s->tokens;
    if (seen < LOWEST || seen > HIGHEST)
        return word;
    if (word >> 32 != (uint64_t)old)
        n = 0;
    n = n < WARM ? n + 1 : WARM;
    ratio = old + (seen - old) / n;
    return (uint64_t)ratio << 32 | (uint64_t)n;
}

int64_t sc_tokens_estimate(uint64_t word, int64_t bytes)
{
    int64_t r = ratio_of(word);

    if (bytes <= 0)
        return 0;
    return bytes > INT64_MAX / ONE ? bytes : (bytes * ONE + r - 1) / r;
}

int64_t sc_tokens_ratio_milli(uint64_t word)
{
    return ratio_of(word) * 1000 / ONE;
}
