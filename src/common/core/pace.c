#include "core/pace.h"

#include "core/limiter.h"
#include "core/time.h"

#define TIME_UNIT 27

/* Of a day's allowance only the end need be kept count of: within the limiter's horizon. */
#define CAPACITY_MAX (SC_LIMITER_HORIZON_NS / 4)
#define TIME_BITS 37
#define CAPACITY_BITS 27

static int64_t product(int64_t n, int64_t period)
{
    __int128 ns = (__int128)n * period / SC_PACE_NS;

    return ns > SC_LIMITER_HORIZON_NS ? SC_LIMITER_HORIZON_NS : (int64_t)ns;
}

static int64_t period_of(int64_t time_ms, int64_t units)
{
    __int128 p = (__int128)time_ms * SC_NS_PER_MS * SC_PACE_NS / units;

    return p < 1 ? 1 : p > SC_PACE_PERIOD_MAX ? SC_PACE_PERIOD_MAX : (int64_t)p;
}

/* What may overtake what on the way: a quarter of a second's worth, but no more than a quarter of
 * the bucket, and no less than a sixteenth, or one. */
int64_t sc_pace_burst(int64_t capacity_ns, uint64_t period)
{
    int64_t one = sc_pace_cost(1, period), margin = capacity_ns / 16;

    if (capacity_ns < 2 * one)
        return capacity_ns;
    if (margin < SC_NS_PER_S / 4)
        margin = capacity_ns / 4 < SC_NS_PER_S / 4 ? capacity_ns / 4 : SC_NS_PER_S / 4;
    return capacity_ns - (margin > one ? margin : one);
}

/* What fits into the bucket shows in how long it takes to be full again; a tenth is rounding. */
static int64_t capacity_of(const struct sc_rate *r, int64_t left_ns, int64_t whole_ns,
                           int64_t known_ns)
{
    int64_t capacity;

    if (r->reset_ms < 0)
        return left_ns > known_ns ? left_ns : known_ns;
    capacity = left_ns + r->reset_ms * SC_NS_PER_MS;
    if (capacity > whole_ns - whole_ns / 10)
        capacity = whole_ns;
    if (capacity > known_ns && capacity - known_ns <= 2 * SC_NS_PER_S && known_ns >= left_ns)
        capacity = known_ns;
    return capacity;
}

static bool pace_of_bucket(const struct sc_rate *r, int64_t known_ns, struct sc_pace *out)
{
    int64_t left;

    if (r->limit <= 0 || r->window_ms <= 0)
        return false;
    out->period = period_of(r->window_ms, r->limit);
    left = product(r->remaining, out->period);
    out->capacity_ns = capacity_of(r, left, product(r->limit, out->period), known_ns);
    if (out->capacity_ns > CAPACITY_MAX)
        out->capacity_ns = CAPACITY_MAX;
    if (out->capacity_ns < product(1, out->period))
        out->capacity_ns = product(1, out->period);
    out->ahead_ns = out->capacity_ns - left > 0 ? out->capacity_ns - left : 0;
    return true;
}

static bool pace_of_window(const struct sc_rate *r, struct sc_pace *out)
{
    int64_t at_once;

    if (r->remaining == 0) {
        out->period = r->limit > 0 && r->window_ms > 0 ? period_of(r->window_ms, r->limit)
                                                       : period_of(r->reset_ms, 1);
        out->capacity_ns = product(1, out->period);
        out->ahead_ns = product(1, period_of(r->reset_ms, 1));
        return true;
    }
    at_once = r->remaining - r->limit / 2;
    if (r->limit <= 0 || at_once < r->remaining / 8)
        at_once = r->remaining / 8;
    out->period = period_of(r->reset_ms, r->remaining);
    out->capacity_ns = product(at_once, out->period);
    if (out->capacity_ns > CAPACITY_MAX)
        out->capacity_ns = CAPACITY_MAX;
    out->ahead_ns = 0;
    return true;
}

bool sc_pace_of(const struct sc_rate *said, int64_t known_ns, struct sc_pace *out)
{
    if (said->remaining < 0)
        return false;
    return said->kind == SC_RATE_WINDOW && said->reset_ms >= 0
               ? pace_of_window(said, out)
               : pace_of_bucket(said, known_ns, out);
}

int64_t sc_pace_cost(int64_t n, uint64_t period)
{
    if (n <= 0 || period == 0 || period > (uint64_t)SC_PACE_PERIOD_MAX)
        return 0;
    n = product(n, (int64_t)period);
    return n > 0 ? n : 1;
}

int64_t sc_pace_drift(int64_t mine_ns, int64_t sent_ns, int64_t now_ns, int64_t ahead_ns)
{
    if (sent_ns + ahead_ns > mine_ns)
        return sent_ns + ahead_ns - mine_ns;
    return now_ns + ahead_ns < mine_ns ? now_ns + ahead_ns - mine_ns : 0;
}

uint64_t sc_pace_seen(int64_t capacity_ns, int64_t now_ns)
{
    const int64_t most = (INT64_C(1) << CAPACITY_BITS) - 1;
    int64_t ms = capacity_ns / SC_NS_PER_MS;

    ms = ms < 0 ? 0 : ms > most ? most : ms;
    return (uint64_t)ms << TIME_BITS |
           ((uint64_t)now_ns >> TIME_UNIT & ((UINT64_C(1) << TIME_BITS) - 1));
}

int64_t sc_pace_capacity(uint64_t seen)
{
    return (int64_t)(seen >> TIME_BITS) * SC_NS_PER_MS;
}

bool sc_pace_fresh(uint64_t seen, int64_t now_ns)
{
    int64_t then = (int64_t)((seen & ((UINT64_C(1) << TIME_BITS) - 1)) << TIME_UNIT & INT64_MAX);

    return now_ns - then >= -SC_NS_PER_S && now_ns - then <= SC_PACE_FRESH_NS;
}
