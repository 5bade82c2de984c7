/* chart.c - see chart.h. */
#include "base/chart.h"

#include <math.h>

const char *const sc_chart_colours[SC_CHART_COLOURS] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                        "#e69f00", "#56b4e9", "#8a7a00", "#777777"};

double sc_chart_round(double v)
{
    double unit = v > 0 ? pow(10, floor(log10(v))) : 1;

    for (int m = 1; m <= 5; m += m == 1 ? 1 : 3)
        if (v <= m * unit)
            return m * unit;
    return 10 * unit;
}
