/*
 * units.h - times and money for people, whatever the locale.
 *
 *     printf("next probe in %s", sc_time_words(ms).s);
 *
 * (The text lives to the end of the statement.)
 */
#ifndef SC_CORE_UNITS_H
#define SC_CORE_UNITS_H

#include <stdint.h>

struct sc_words {
    char s[32];
};

/* "350 ms", "4.2 s", "3 min 5 s", "2 h 10 min", "3 d 8 h": two units at most, the smaller one cut.
 */
struct sc_words sc_time_words(int64_t ms);

/* "$12.50", "$0.000035": of 1e-9 USD, exact. */
struct sc_words sc_usd_words(int64_t nano);

#endif
