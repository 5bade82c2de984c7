#include "core/units.h"

#include <stdio.h>

#include "core/money.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static void write_two(struct sc_words *w, int64_t ms)
{
    static const struct {
        int64_t large;
        const char *large_name;
        int64_t small;
        const char *small_name;
    } units[] = {{DAY, "d", HOUR, "h"}, {HOUR, "h", MINUTE, "min"}, {MINUTE, "min", SECOND, "s"}};
    size_t i = ms >= DAY ? 0 : ms >= HOUR ? 1 : 2;
    int64_t large = ms / units[i].large, small = ms % units[i].large / units[i].small;
    int n = snprintf(w->s, sizeof w->s, "%lld %s", (long long)large, units[i].large_name);

    if (small > 0)
        snprintf(w->s + n, sizeof w->s - (size_t)n, " %d %s", (int)small, units[i].small_name);
}

struct sc_words sc_time_words(int64_t ms)
{
    struct sc_words w;
    int tenths;

    ms = ms < 0 ? 0 : ms;
    tenths = (int)(ms / 100 % 10);
    if (ms < SECOND)
        snprintf(w.s, sizeof w.s, "%d ms", (int)ms);
    else if (ms >= MINUTE)
        write_two(&w, ms);
    else if (tenths)
        snprintf(w.s, sizeof w.s, "%d.%d s", (int)(ms / SECOND), tenths);
    else
        snprintf(w.s, sizeof w.s, "%d s", (int)(ms / SECOND));
    return w;
}

struct sc_words sc_usd_words(int64_t nano)
{
    struct sc_words w = {"$"};

    sc_money_text(nano, w.s + 1, sizeof w.s - 1);
    return w;
}
