#include "simulate/tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"

void sc_sim_span_add(struct sc_sim_spans *s, int64_t ns)
{
    double ms = (double)ns / (double)SC_NS_PER_MS;
    int at = ms < 1 ? 0 : 1 + (int)(log2(ms) * SC_SIM_STEPS);

    s->count[at < SC_SIM_SPANS ? at : SC_SIM_SPANS - 1]++;
    s->n++;
}

int64_t sc_sim_span_at(const struct sc_sim_spans *s, double q)
{
    int64_t rank = (int64_t)ceil(q * (double)s->n), below = 0;

    for (int i = 0; i < SC_SIM_SPANS; i++) {
        below += s->count[i];
        if (below >= rank && below > 0)
            return i == 0 ? 0 : (int64_t)(exp2((i - 0.5) / SC_SIM_STEPS) * (double)SC_NS_PER_MS);
    }
    return 0;
}

struct sc_sim_second *sc_sim_second(struct sc_sim_tally *t, int64_t ns)
{
    size_t i = (size_t)(ns / SC_NS_PER_S), room = t->room ? t->room : 256;
    struct sc_sim_second *grown;

    while (room <= i)
        room *= 2;
    if (room != t->room) {
        grown = realloc(t->seconds, room * sizeof *grown);
        if (!grown)
            return NULL;
        memset(grown + t->room, 0, (room - t->room) * sizeof *grown);
        t->seconds = grown;
        t->room = room;
    }
    if (i >= t->n_seconds)
        t->n_seconds = i + 1;
    return &t->seconds[i];
}

void sc_sim_tally_free(struct sc_sim_tally *t)
{
    free(t->seconds);
    t->seconds = NULL;
}
