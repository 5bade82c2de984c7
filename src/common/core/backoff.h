/*
 * backoff.h - how long to wait before the next attempt.
 *
 * Pure arithmetic: random bits come in, milliseconds go out. Worked example, base 500, factor 2,
 * max 8000, no jitter: after attempt 1 it is 500, then 1000, 2000, 4000, 8000, 8000...
 *
 * Why full jitter is the default: in AWS's comparison ("Exponential Backoff And Jitter", 2015) it
 * needs the least total work of all when many clients collide. From a tenth of the delay on: a
 * service that has just failed is never asked again at once.
 */
#ifndef SC_CORE_BACKOFF_H
#define SC_CORE_BACKOFF_H

#include <stdint.h>

#include "core/settings.h"

/*
 * The own delay after attempt number `attempt` (1: the first) has failed, in ms, never negative.
 * previous_ms: the last delay of this call, 0 at its start; read by decorrelated jitter, updated
 * always. rnd: 64 uniformly random bits.
 */
int64_t sc_backoff_delay(const struct sc_backoff *b, int attempt, int64_t *previous_ms,
                         uint64_t rnd);

/*
 * The wait for a server's hint: the hint plus a positive jitter of up to a quarter of it (1 ms to
 * SC_HINT_JITTER_MAX_MS), so that those who were told the same do not return together. Never less
 * than the hint: a client that comes early is refused again and often punished.
 */
#define SC_HINT_JITTER_MAX_MS 15000
int64_t sc_backoff_hint(int64_t hint_ms, uint64_t rnd);

/* Uniform in [0, max], both ends included; 0 if max is not positive. */
int64_t sc_uniform(int64_t max, uint64_t rnd);

#endif
