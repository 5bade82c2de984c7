#include "simulate/tally.h"

#include <stdlib.h>
#include <string.h>

#include "core/time.h"

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
