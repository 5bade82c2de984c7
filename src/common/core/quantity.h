/*
 * quantity.h - times and sizes as people write them.
 *
 *     sc_quantity_ms("1h30m", &n)     n is 5400000
 *     sc_quantity_ms("1.5 s", &n)     n is 1500
 *     sc_quantity_bytes("8 MiB", &n)  n is 8388608
 *
 * A time is one or more numbers with units, the larger unit first: d, h, min or m, s, ms. A size is
 * one number with its unit: B, KiB, MiB, GiB; KB and such are refused, since they mean two things.
 * A number is digits, maybe with decimals; blanks may stand between. What does not come to whole
 * milliseconds or bytes is refused, and so is a number without a unit. Whatever the locale.
 */
#ifndef SC_CORE_QUANTITY_H
#define SC_CORE_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

/* False: it is none; then *out is as it was. */
bool sc_quantity_ms(const char *text, int64_t *out);
bool sc_quantity_bytes(const char *text, int64_t *out);

#endif
