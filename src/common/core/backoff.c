/* backoff.c - see backoff.h. */
#include "core/backoff.h"

/* Delays beyond a year mean nothing, and sums of them cannot overflow. */
#define DELAY_LIMIT_MS (INT64_C(366) * 86400 * 1000)

__extension__ typedef unsigned __int128 wide;

int64_t sc_uniform(int64_t max, uint64_t rnd)
{
    if (max <= 0)
        return 0;
    /* Multiply-shift: without the bias and the cost of a remainder. */
    return (int64_t)(((wide)rnd * ((uint64_t)max + 1)) >> 64);
}

static int64_t clamp(double ms, int64_t max)
{
    if (!(ms > 0))
        return 0;
    if (max <= 0 || max > DELAY_LIMIT_MS)
        max = DELAY_LIMIT_MS;
    return ms >= (double)max ? max : (int64_t)ms;
}

static int64_t exponential(const struct sc_backoff *b, int attempt)
{
    double d = (double)b->base_ms;
    for (int i = 1; i < attempt && d > 0; i++) {
        if (d >= (double)b->max_ms && b->factor >= 1)
            break;
        if (b->factor == 1)
            break;
        d *= b->factor;
    }
    return clamp(d, b->max_ms);
}

static int64_t listed(const struct sc_backoff *b, int attempt)
{
    uint32_t last = b->n_delays < SC_DELAYS_MAX ? b->n_delays - 1 : SC_DELAYS_MAX - 1;
    uint32_t i = attempt > 1 ? (uint32_t)attempt - 1 : 0;
    return clamp((double)b->delays_ms[i < last ? i : last], 0);
}

static int64_t decorrelated(const struct sc_backoff *b, int64_t previous, uint64_t rnd)
{
    int64_t base = clamp((double)b->base_ms, b->max_ms);
    int64_t top = clamp(3.0 * (double)(previous > base ? previous : base), 0);
    return clamp((double)(base + sc_uniform(top - base, rnd)), b->max_ms);
}

static int64_t jittered(const struct sc_backoff *b, int64_t d, uint64_t rnd)
{
    switch (b->jitter) {
    case SC_JITTER_FULL:
    case SC_JITTER_DECORRELATED: /* of a list: there is no base to start from */
        return d - d * 9 / 10 + sc_uniform(d * 9 / 10, rnd);
    case SC_JITTER_EQUAL:
        return d - d / 2 + sc_uniform(d / 2, rnd);
    case SC_JITTER_PROPORTIONAL:
        return d + sc_uniform(clamp((double)d * b->jitter_ratio, 0), rnd);
    case SC_JITTER_ADDITIVE:
        return d + sc_uniform(clamp((double)b->jitter_ms, 0), rnd);
    case SC_JITTER_NONE:
        break;
    }
    return d;
}

int64_t sc_backoff_delay(const struct sc_backoff *b, int attempt, int64_t *previous_ms,
                         uint64_t rnd)
{
    int64_t delay;
    if (b->n_delays > 0)
        delay = jittered(b, listed(b, attempt), rnd);
    else if (b->jitter == SC_JITTER_DECORRELATED)
        delay = decorrelated(b, *previous_ms, rnd);
    else
        delay = jittered(b, exponential(b, attempt), rnd);
    *previous_ms = delay;
    return delay;
}

int64_t sc_backoff_hint(int64_t hint_ms, uint64_t rnd)
{
    int64_t hint = hint_ms < DELAY_LIMIT_MS ? hint_ms : DELAY_LIMIT_MS;
    int64_t spread = hint / 4 < SC_HINT_JITTER_MAX_MS ? hint / 4 : SC_HINT_JITTER_MAX_MS;

    if (hint_ms < 0)
        return 0;
    return hint + 1 + sc_uniform(spread - 1, rnd);
}
