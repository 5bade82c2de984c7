/*
 * time.h - units of time: every time and span is in nanoseconds unless its name ends in _ms or _s.
 */
#ifndef SC_CORE_TIME_H
#define SC_CORE_TIME_H

#include <stdint.h>

#define SC_NS_PER_MS INT64_C(1000000)
#define SC_NS_PER_S INT64_C(1000000000)

#endif
