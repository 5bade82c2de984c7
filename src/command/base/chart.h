/* chart.h - what our pictures have in common. */
#ifndef SC_BASE_CHART_H
#define SC_BASE_CHART_H

#include <stddef.h>

/* Told apart by those who see colours otherwise, too (Okabe and Ito, 2008). */
enum { SC_CHART_COLOURS = 8 };
extern const char *const sc_chart_colours[SC_CHART_COLOURS];

/* Where an axis ends that has to hold v: the next round number, 1, 2 or 5 times a power of ten. */
double sc_chart_round(double v);

/* Closer to v, for an axis of which only the half has a word, too. */
double sc_chart_close(double v);

#endif
