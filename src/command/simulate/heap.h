/*
 * heap.h - what is to happen, by its time; what has the same time comes as it was put in.
 *
 * Nothing is taken out before its time: an event that is about something that has ended meanwhile
 * carries an old `turn`, and is passed over.
 */
#ifndef SC_SIMULATE_HEAP_H
#define SC_SIMULATE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_sim_due {
    int64_t at_ns;
    uint64_t order;
    uint32_t who, turn;
    int what;
};

struct sc_sim_heap {
    struct sc_sim_due *items;
    size_t n, room;
    uint64_t order;
};

/* False: no memory. */
bool sc_sim_push(struct sc_sim_heap *h, int64_t at_ns, int what, uint32_t who, uint32_t turn);

/* False: there is nothing more. */
bool sc_sim_pop(struct sc_sim_heap *h, struct sc_sim_due *out);

void sc_sim_heap_free(struct sc_sim_heap *h);

#endif
