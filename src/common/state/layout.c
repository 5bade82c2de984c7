#include "state/layout.h"

uint64_t sc_state_layout(void)
{
    static const uint64_t parts[] = {sizeof(struct sc_region),
                                     sizeof(struct sc_slot),
                                     sizeof(struct sc_series),
                                     offsetof(struct sc_region, slots),
                                     offsetof(struct sc_region, labels),
                                     offsetof(struct sc_region, series),
                                     offsetof(struct sc_region, journals),
                                     offsetof(struct sc_region, fleet),
                                     sizeof(struct sc_fleet_slot),
                                     SC_SERIES_WORDS,
                                     SC_STATE_VERSION};
    uint64_t h = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        h = (h ^ parts[i]) * UINT64_C(1099511628211);
    return h;
}
