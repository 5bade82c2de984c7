/* spread.h - how long many things took: each is counted by its size, none is kept. */
#ifndef SC_BASE_SPREAD_H
#define SC_BASE_SPREAD_H

#include <stdint.h>

/* From 1 ms on, 64 steps a power of two: an error of 1 % at most. What is shorter is 0. */
#define SC_SPREAD_STEPS 64
#define SC_SPREAD_SIZE (SC_SPREAD_STEPS * 40)

struct sc_spread {
    int64_t n;
    uint32_t count[SC_SPREAD_SIZE];
};

void sc_spread_add(struct sc_spread *s, int64_t ns);

/* Puts what the other has to this one. */
void sc_spread_join(struct sc_spread *s, const struct sc_spread *other);

/* Of which part `q` (0..1) are not longer; in ns. 0 if there are none. */
int64_t sc_spread_at(const struct sc_spread *s, double q);

#endif
