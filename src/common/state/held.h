/*
 * held.h - what calls under way have set aside of a budget: pairs of a lease and its amount.
 *
 * `budget` are the words of the budget's slot (SC_SLOT_SPENT), which say how many parts are in use;
 * `hash` is what its pairs are found by.
 */
#ifndef SC_STATE_HELD_H
#define SC_STATE_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include "state/layout.h"

/* Sets an amount aside under a lease word (holder.h). NULL: there is no place left. */
sc_word *sc_held_take(struct sc_region *r, uint64_t hash, sc_word *budget, uint64_t mine,
                      int64_t nano, int64_t now_ns);

/* What is set aside, but for one place (NULL: none), and by how many calls. `bury`: frees what the
 * dead have left. */
int64_t sc_held_sum(struct sc_region *r, uint64_t hash, const sc_word *budget, const sc_word *but,
                    int64_t now_ns, bool bury, unsigned *calls);

#endif
