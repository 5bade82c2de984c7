/* spread.c - see spread.h. */
#include "base/spread.h"

#include <math.h>

#include "core/time.h"

void sc_spread_add(struct sc_spread *s, int64_t ns)
{
    double ms = (double)ns / (double)SC_NS_PER_MS;
    int at = ms < 1 ? 0 : 1 + (int)(log2(ms) * SC_SPREAD_STEPS);

    s->count[at < SC_SPREAD_SIZE ? at : SC_SPREAD_SIZE - 1]++;
    s->n++;
}

void sc_spread_join(struct sc_spread *s, const struct sc_spread *other)
{
    for (int i = 0; i < SC_SPREAD_SIZE; i++)
        s->count[i] += other->count[i];
    s->n += other->n;
}

int64_t sc_spread_at(const struct sc_spread *s, double q)
{
    int64_t rank = (int64_t)ceil(q * (double)s->n), below = 0;

    for (int i = 0; i < SC_SPREAD_SIZE; i++) {
        below += s->count[i];
        if (below >= rank && below > 0)
            return i == 0 ? 0 : (int64_t)(exp2((i - 0.5) / SC_SPREAD_STEPS) * (double)SC_NS_PER_MS);
    }
    return 0;
}
