#include "core/aimd.h"

#include "core/time.h"

#define HOUR_NS (3600 * SC_NS_PER_S)
#define TIME_UNIT 27
#define GROWTH_NS (50 * SC_NS_PER_S) /* in which the rate grows by what it was after the cut */
#define DOUBLES_NS (10 * SC_NS_PER_S)
#define SEARCH_DOUBLES_NS (4 * SC_NS_PER_S)
#define DOUBLINGS 10 /* then the limit is forgotten */
#define SEARCHING (UINT64_C(1) << 63)
#define AGAIN_NS (60 * SC_NS_PER_S)
#define LOWEST 3600

#define SPAN 33
#define COUNT_BITS 22
#define COUNT_MAX ((UINT64_C(1) << COUNT_BITS) - 1)
#define SPAN_MASK ((UINT64_C(1) << 20) - 1)

static int64_t after_cut(uint64_t rate)
{
    return (int64_t)((rate & ~SEARCHING) >> 32);
}

/* Since the cut. */
static int64_t age_of(uint64_t rate, int64_t now_ns)
{
    uint32_t now = (uint32_t)((uint64_t)now_ns >> TIME_UNIT), units = now - (uint32_t)rate;

    /* Clocks are read before words: a cut may be a moment ahead. */
    return units >= UINT32_MAX - 7 ? 0 : (int64_t)units << TIME_UNIT;
}

static int64_t doubled(int64_t rate, int64_t age, int64_t each)
{
    int64_t times = age / each;

    if (times >= DOUBLINGS)
        return 0;
    rate <<= times;
    return rate + (int64_t)((__int128)rate * (age % each) / each);
}

int64_t sc_aimd_rate(uint64_t rate, int64_t now_ns)
{
    int64_t age = age_of(rate, now_ns), was = after_cut(rate);

    if (rate & SEARCHING)
        return doubled(was, age, SEARCH_DOUBLES_NS);
    if (age > GROWTH_NS)
        return doubled(2 * was, age - GROWTH_NS, DOUBLES_NS);
    return was + (int64_t)((__int128)was * age / GROWTH_NS);
}

uint64_t sc_aimd_cut(uint64_t rate, void *arg)
{
    const struct sc_aimd_refused *a = arg;
    uint64_t time = (uint32_t)((uint64_t)a->now_ns >> TIME_UNIT);
    int64_t was = sc_aimd_rate(rate, a->now_ns), age = age_of(rate, a->now_ns);
    int64_t base = a->measured;

    if (was == 0 && (rate == 0 || after_cut(rate) != 0 || age > AGAIN_NS))
        return SEARCHING | time;
    if (age <= SC_NS_PER_S)
        return rate;
    if (was > 0)
        base = base > was ? was : base < was / 2 ? was / 2 : base;
    base = base / 20 * 17;
    base = base < LOWEST ? LOWEST : base > INT32_MAX ? INT32_MAX : base;
    return (was == 0 ? SEARCHING : 0) | (uint64_t)base << 32 | time;
}

static uint64_t span_of(int64_t now_ns)
{
    return (uint64_t)now_ns >> SPAN & SPAN_MASK;
}

/* The counts of this span and of the one before. */
static void counts_of(uint64_t meter, int64_t now_ns, uint64_t *before, uint64_t *here)
{
    uint64_t since = (span_of(now_ns) - (meter >> 2 * COUNT_BITS)) & SPAN_MASK;

    *before = since == 0 ? meter >> COUNT_BITS & COUNT_MAX : since == 1 ? meter & COUNT_MAX : 0;
    *here = since == 0 ? meter & COUNT_MAX : 0;
}

uint64_t sc_aimd_count(uint64_t meter, void *arg)
{
    int64_t now_ns = *(const int64_t *)arg;
    uint64_t before, here;

    counts_of(meter, now_ns, &before, &here);
    here += here < COUNT_MAX;
    return span_of(now_ns) << 2 * COUNT_BITS | before << COUNT_BITS | here;
}

int64_t sc_aimd_measured(uint64_t meter, int64_t now_ns)
{
    const int64_t span = INT64_C(1) << SPAN;
    int64_t left = span - (now_ns & (span - 1));
    uint64_t before, here;

    counts_of(meter, now_ns, &before, &here);
    return (int64_t)(((__int128)before * left / span + here) * HOUR_NS / span);
}
