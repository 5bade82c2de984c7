/*
 * random.h - random numbers that are the same on every machine for the same seed.
 *
 * Each client has a stream of its own for when it calls and what it asks, and the service one for
 * what it does: so two policies are faced with the same calls. SplitMix64 (Steele, Lea, Flood
 * 2014).
 */
#ifndef SC_SIMULATE_RANDOM_H
#define SC_SIMULATE_RANDOM_H

#include <math.h>
#include <stdint.h>

#include "simulate/scenario.h"

static inline uint64_t sc_sim_bits(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* In [0, 1). */
static inline double sc_sim_uniform(uint64_t *state)
{
    return (double)(sc_sim_bits(state) >> 11) * 0x1p-53;
}

/* With mean 1. */
static inline double sc_sim_exponential(uint64_t *state)
{
    return -log1p(-sc_sim_uniform(state));
}

/* Box and Muller's; one of the two numbers is enough. */
static inline double sc_sim_draw(const struct sc_sim_spread *d, uint64_t *state)
{
    double u = 1 - sc_sim_uniform(state), v = sc_sim_uniform(state);

    return d->median * exp(d->spread * sqrt(-2 * log(u)) * cos(2 * 3.14159265358979323846 * v));
}

/* Of the distribution. */
static inline double sc_sim_mean(const struct sc_sim_spread *d)
{
    return d->median * exp(d->spread * d->spread / 2);
}

#endif
