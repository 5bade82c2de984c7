/* now.h - the time in milliseconds, for commands. */
#ifndef SC_BASE_NOW_H
#define SC_BASE_NOW_H

#include <stdint.h>
#include <time.h>

static inline int64_t sc_ms_of(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* For how long something takes. */
static inline int64_t sc_monotonic_ms(void)
{
    return sc_ms_of(CLOCK_MONOTONIC);
}

/* Since 1970. */
static inline int64_t sc_wall_ms(void)
{
    return sc_ms_of(CLOCK_REALTIME);
}

#endif
