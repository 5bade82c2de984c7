/*
 * chaos.h - which fault a call meets: in the order of a script, or by chance.
 *
 * Pure. In order, who counts is the caller: processes that share a script share a counter. By
 * chance, the same seed gives a call the same fault whatever else happens at the same time, since
 * the draw depends on the seed, on what the call says, and on how often that was said before:
 *
 *     o = sc_chaos_by_chance(shares, n, seed, content, count);       NULL: none
 *
 * Thread-safe, no allocation.
 */
#ifndef SC_CORE_CHAOS_H
#define SC_CORE_CHAOS_H

#include "fault/outcome.h"

/* One of several outcomes, and how often it is to come. */
struct sc_chaos_share {
    int64_t ppm;              /* of a million calls */
    struct sc_script *script; /* of one outcome */
};

enum { SC_CHAOS_ALL = 1000000 };

/* The outcome for matching call number k, from 0; NULL: it is too early, or over. began_ms: how
 * long ago the first call that met an outcome did so, this one 0. */
const struct sc_outcome *sc_chaos_in_order(const struct sc_script *s, uint64_t k, int64_t began_ms);

/* Whether call number k is among those that the script is for at all. */
static inline bool sc_chaos_has_begun(const struct sc_script *s, uint64_t k)
{
    return k >= (uint64_t)s->skip;
}

/* The outcome drawn for the call that says `content` (a hash), and was made `count` times before;
 * NULL: none. The shares' sum is SC_CHAOS_ALL at most. */
const struct sc_outcome *sc_chaos_by_chance(const struct sc_chaos_share *shares, size_t n,
                                            uint64_t seed, uint64_t content, uint64_t count);

#endif
