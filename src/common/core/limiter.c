#include "core/limiter.h"

int64_t sc_limiter_cost(int64_t n, int64_t limit)
{
    unsigned __int128 ns;

    if (n <= 0 || limit <= 0)
        return 0;
    ns = ((unsigned __int128)n * (uint64_t)SC_MINUTE_NS + (uint64_t)limit - 1) / (uint64_t)limit;
    return ns > (uint64_t)SC_LIMITER_HORIZON_NS ? SC_LIMITER_HORIZON_NS : (int64_t)ns;
}

bool sc_limiter_fits(int64_t n, int64_t limit)
{
    return limit <= 0 || n <= limit;
}

int64_t sc_limiter_burst(double fraction)
{
    if (!(fraction > 0))
        return 0;
    return fraction >= 1 ? SC_MINUTE_NS : (int64_t)(fraction * (double)SC_MINUTE_NS);
}

/* The TAT as a time not before now: idle time is no credit beyond the burst, damage is idle. */
static int64_t base_of(uint64_t tat, int64_t now)
{
    if (tat > (uint64_t)now + (uint64_t)SC_LIMITER_HORIZON_NS)
        return now;
    return (int64_t)tat > now ? (int64_t)tat : now;
}

uint64_t sc_limiter_reserve(uint64_t tat, void *arg)
{
    struct sc_limiter_ask *a = arg;
    int64_t base = base_of(tat, a->now_ns);
    /* A request larger than the burst goes when the bucket is full. */
    int64_t burst = a->cost_ns > a->burst_ns ? a->cost_ns : a->burst_ns;
    int64_t start = base + a->cost_ns - burst;

    a->start_ns = start > a->now_ns ? start : a->now_ns;
    a->before = tat;
    a->after = (uint64_t)(base + a->cost_ns);
    a->taken = a->start_ns <= a->latest_ns && a->start_ns - a->now_ns <= SC_LIMITER_HORIZON_NS / 2;
    return a->taken ? a->after : tat;
}

uint64_t sc_limiter_undo(uint64_t tat, void *arg)
{
    struct sc_limiter_ask *a = arg;

    return tat == a->after ? a->before : tat;
}

uint64_t sc_limiter_shift(uint64_t tat, void *arg)
{
    struct sc_limiter_move *m = arg;
    int64_t base = base_of(tat, m->now_ns);
    int64_t most = m->now_ns + SC_LIMITER_HORIZON_NS / 2;
    int64_t to;

    if (m->by_ns < 0)
        to = base - m->now_ns > -m->by_ns ? base + m->by_ns : m->now_ns;
    else
        to = m->by_ns < most - base ? base + m->by_ns : (base > most ? base : most);
    m->moved_ns = to - base;
    return m->moved_ns == 0 ? tat : (uint64_t)to;
}

int64_t sc_limiter_backlog(uint64_t tat, int64_t now_ns)
{
    return base_of(tat, now_ns) - now_ns;
}
