#include "core/tokens.h"

#define ONE 65536
#define LOWEST (ONE / 8)
#define HIGHEST (8 * ONE)

/* In tokens. */
enum { FIRST_WEIGHT = 64, MOST_OF_ONE = 1024, MOST_OF_ALL = 16384 };

struct mean {
    int64_t scale, weight;
};

static struct mean mean_of(uint64_t word)
{
    struct mean m = {(int64_t)(word >> 32), (int64_t)(word & UINT32_MAX)};

    if (m.scale < LOWEST || m.scale > HIGHEST)
        return (struct mean){ONE, FIRST_WEIGHT};
    if (m.weight > MOST_OF_ALL)
        m.weight = MOST_OF_ALL;
    return m;
}

uint64_t sc_tokens_learn(uint64_t word, void *arg)
{
    const struct sc_tokens_seen *s = arg;
    struct mean m = mean_of(word);
    int64_t seen, weight = s->estimated < MOST_OF_ONE ? s->estimated : MOST_OF_ONE;

    if (s->estimated <= 0 || s->tokens <= 0 || s->tokens > INT64_MAX / ONE)
        return word;
    seen = s->tokens * ONE / s->estimated;
    if (seen < LOWEST || seen > HIGHEST)
        return word;
    m.scale += (seen - m.scale) * weight / (m.weight + weight);
    m.weight += weight;
    if (m.weight > MOST_OF_ALL)
        m.weight = MOST_OF_ALL;
    return (uint64_t)m.scale << 32 | (uint64_t)m.weight;
}

int64_t sc_tokens_scale(uint64_t word, int64_t estimated)
{
    int64_t scale = mean_of(word).scale;

    if (estimated <= 0)
        return 0;
    return estimated > INT64_MAX / HIGHEST - 1 ? estimated : (estimated * scale + ONE - 1) / ONE;
}

int64_t sc_tokens_scale_milli(uint64_t word)
{
    return mean_of(word).scale * 1000 / ONE;
}
