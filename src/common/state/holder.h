/* holder.h - who holds a lease, and whether that process still lives. */
#ifndef SC_STATE_HOLDER_H
#define SC_STATE_HOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "state/layout.h"

/* This process's lease word, ending at end_ns. */
uint64_t sc_holder_word(const struct sc_region *r, int64_t now_ns, int64_t end_ns);

/* Whether the holder named in the word is known to be dead. Unsure means alive. */
bool sc_holder_is_dead(const struct sc_region *r, uint64_t word);

/* Takes one of `n` leases in `words`, starting to look at `from`: the word's index, or -1. */
int sc_holder_take(const struct sc_region *r, sc_word *words, unsigned n, unsigned from,
                   int64_t now_ns, uint64_t mine);

/* Gives it back. What a forked child has a copy of is its parent's, and stays. */
void sc_holder_give(sc_word *w, uint64_t mine);

#endif
