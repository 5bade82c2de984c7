/* chaos.c - see chaos.h. */
#include "core/chaos.h"

const struct sc_outcome *sc_chaos_in_order(const struct sc_script *s, uint64_t k, int64_t began_ms)
{
    if (!sc_chaos_has_begun(s, k) || (s->for_ms > 0 && began_ms >= s->for_ms))
        return NULL;
    return sc_script_at(s, k - (uint64_t)s->skip);
}

/* The finalizer of splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

const struct sc_outcome *sc_chaos_by_chance(const struct sc_chaos_share *shares, size_t n,
                                            uint64_t seed, uint64_t content, uint64_t count)
{
    uint64_t bits = mix(mix(mix(seed) ^ content) + count);
    int64_t at = (int64_t)((bits >> 32) * SC_CHAOS_ALL >> 32), sum = 0;

    for (size_t i = 0; i < n; i++) {
        sum += shares[i].ppm;
        if (at < sum)
            return sc_script_at(shares[i].script, 0);
    }
    return NULL;
}
