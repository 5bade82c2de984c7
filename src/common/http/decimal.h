/*
 * decimal.h - decimal numbers in text as whole numbers of a smaller unit, without floating point.
 *
 *     sc_decimal("0.0000125", 9, 9)  == 12500
 *     sc_decimal("1.5e-7", 6, 9)     == 150
 */
#ifndef SC_HTTP_DECIMAL_H
#define SC_HTTP_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

/* The JSON number times 10^scale, rounded half up, at most INT64_MAX; -1 if it is negative or no
 * number. */
int64_t sc_decimal(const char *s, size_t n, int scale);

#endif
