/* kept.c - see kept.h. */
#include "core/kept.h"

static int64_t age_ms(int64_t kept_ms, int64_t now_ms)
{
    return now_ms > kept_ms ? now_ms - kept_ms : 0;
}

enum sc_kept_state sc_kept_state(const struct sc_cache_settings *set, int64_t kept_ms,
                                 int64_t now_ms)
{
    int64_t age = age_ms(kept_ms, now_ms);

    if (age < set->ttl_s * 1000)
        return SC_KEPT_FRESH;
    return age < (set->ttl_s + set->stale_s) * 1000 ? SC_KEPT_STALE : SC_KEPT_GONE;
}

int64_t sc_kept_age_s(int64_t kept_ms, int64_t now_ms)
{
    return age_ms(kept_ms, now_ms) / 1000;
}

int64_t sc_kept_ttl_s(const struct sc_cache_settings *set, int64_t kept_ms, int64_t now_ms)
{
    return set->ttl_s - sc_kept_age_s(kept_ms, now_ms);
}
