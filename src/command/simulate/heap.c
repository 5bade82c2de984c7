#include "simulate/heap.h"

#include <stdlib.h>

static bool comes_first(const struct sc_sim_due *a, const struct sc_sim_due *b)
{
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->order < b->order;
}

static bool grow(struct sc_sim_heap *h)
{
    size_t room = h->room ? 2 * h->room : 1024;
    struct sc_sim_due *items = realloc(h->items, room * sizeof *items);

    if (!items)
        return false;
    h->items = items;
    h->room = room;
    return true;
}

bool sc_sim_push(struct sc_sim_heap *h, int64_t at_ns, int what, uint32_t who, uint32_t turn)
{
    struct sc_sim_due d = {at_ns, h->order++, who, turn, what};
    size_t i;

    if (h->n == h->room && !grow(h))
        return false;
    for (i = h->n++; i > 0 && comes_first(&d, &h->items[(i - 1) / 2]); i = (i - 1) / 2)
        h->items[i] = h->items[(i - 1) / 2];
    h->items[i] = d;
    return true;
}

bool sc_sim_pop(struct sc_sim_heap *h, struct sc_sim_due *out)
{
    struct sc_sim_due last;
    size_t i = 0, child;

    if (h->n == 0)
        return false;
    *out = h->items[0];
    last = h->items[--h->n];
    while ((child = 2 * i + 1) < h->n) {
        if (child + 1 < h->n && comes_first(&h->items[child + 1], &h->items[child]))
            child++;
        if (!comes_first(&h->items[child], &last))
            break;
        h->items[i] = h->items[child];
        i = child;
    }
    h->items[i] = last;
    return true;
}

void sc_sim_heap_free(struct sc_sim_heap *h)
{
    free(h->items);
    *h = (struct sc_sim_heap){0};
}
