/* Ways to make calls without steadycurl, as programs have them: what a policy is compared with. */
#include <string.h>

#include "simulate/ways.h"

#define TRIES(n, hints, ...)                                             \
    {                                                                    \
        .tries = (n), .obeys_hints = (hints), .backoff = { __VA_ARGS__ } \
    }
#define DAY_MS 86400000

static const struct {
    struct sc_sim_known_way way;
    struct sc_sim_programs programs;
} ways[] = {
    {{"none", "no retries"}, TRIES(1, false, .jitter = SC_JITTER_NONE)},
    {{"fixed", "four tries, 2 s apart"},
     TRIES(4, false, .base_ms = 2000, .factor = 1, .max_ms = 2000, .jitter = SC_JITTER_NONE)},
    {{"x2", "four tries, 1, 2 and 4 s apart"},
     TRIES(4, false, .base_ms = 1000, .factor = 2, .max_ms = DAY_MS, .jitter = SC_JITTER_NONE)},
    {{"x2-jitter", "the same with full jitter"},
     TRIES(4, false, .base_ms = 1000, .factor = 2, .max_ms = DAY_MS, .jitter = SC_JITTER_FULL)},
    {{"x4", "four tries, 1, 4 and 16 s apart"},
     TRIES(4, false, .base_ms = 1000, .factor = 4, .max_ms = DAY_MS, .jitter = SC_JITTER_NONE)},
    {{"x4-jitter", "the same with full jitter"},
     TRIES(4, false, .base_ms = 1000, .factor = 4, .max_ms = DAY_MS, .jitter = SC_JITTER_FULL)},
    /* openai-python 1.x: min(0.5 * 2^n, 8) * (1 - 0.25 * random) */
    {{"sdk",
      "the client libraries' three tries: 0.5 s, doubled, a quarter of it random; hints obeyed"},
     TRIES(3, true, .base_ms = 375, .factor = 2, .max_ms = 6000, .jitter = SC_JITTER_PROPORTIONAL,
           .jitter_ratio = 1.0 / 3)},
    /* curl(1): "--retry": one second, then doubled up to ten minutes */
    {{"curl-retry", "curl --retry 3: 1 s, doubled; hints obeyed"},
     TRIES(4, true, .base_ms = 1000, .factor = 2, .max_ms = 600000, .jitter = SC_JITTER_NONE)},
};

#define COUNT (sizeof ways / sizeof *ways)

const struct sc_sim_programs *sc_sim_way_find(const char *name)
{
    for (size_t i = 0; i < COUNT; i++)
        if (strcmp(ways[i].way.name, name) == 0)
            return &ways[i].programs;
    return NULL;
}

const struct sc_sim_known_way *sc_sim_way_at(size_t i)
{
    return i < COUNT ? &ways[i].way : NULL;
}
