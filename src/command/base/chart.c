/* chart.c - see chart.h. */
#include "base/chart.h"

#include <math.h>

const char *const sc_chart_colours[SC_CHART_COLOURS] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                        "#e69f00", "#56b4e9", "#8a7a00", "#777777"};

static double next_of(double v, const double *steps, size_t n)
{
    double unit = v > 0 ? pow(10, floor(log10(v))) : 1;

    for (size_t i = 0; i < n; i++)
        if (v <= steps[i] * unit)
            return steps[i] * unit;
    return 10 * unit;
}

double sc_chart_round(double v)
{
    static const double steps[] = {1, 2, 5};

    return next_of(v, steps, sizeof steps / sizeof *steps);
}

double sc_chart_close(double v)
{
    static const double steps[] = {1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8};

    return next_of(v, steps, sizeof steps / sizeof *steps);
}
