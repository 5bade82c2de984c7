/* measure.c - see measure.h. */
#include "policy/measure.h"

#include <string.h>

#include "core/quantity.h"

#define NUMBER "[0-9]{1,9}(\\.[0-9]{1,6})? *"
#define TIME "^ *(" NUMBER "(d|h|min|m|s|ms) *)+$"
#define SIZE "^ *" NUMBER "(GiB|MiB|KiB|B) *$"

static const struct sc_measure measures[] = {
    {"ms", false, 1, "a time such as \"30s\" or \"1h30m\"", TIME},
    {"KiB", true, 1 << 10, "a size such as \"512 KiB\" or \"8 MiB\"", SIZE},
    {"MiB", true, 1 << 20, "a size such as \"10 MiB\" or \"1 GiB\"", SIZE},
};

const struct sc_measure *sc_option_measure(const struct sc_policy_option *o)
{
    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++) {
        if (strcmp(o->unit, measures[i].unit) == 0)
            return &measures[i];
    }
    return NULL;
}

bool sc_measure_read(const struct sc_measure *m, const char *text, double *value)
{
    int64_t n;

    if (!(m->size ? sc_quantity_bytes(text, &n) : sc_quantity_ms(text, &n)) || n % m->per != 0)
        return false;
    n /= m->per;
    *value = (double)n;
    return true;
}
