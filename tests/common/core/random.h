/* random.h - a small repeatable generator for schedules (xorshift64*). */
#ifndef TESTS_CORE_RANDOM_H
#define TESTS_CORE_RANDOM_H

#include <stdint.h>

static uint64_t random_state = 88172645463325252u;

static inline uint64_t random64(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * UINT64_C(2685821657736338717);
}

/* 0 .. n - 1 */
static inline int64_t below(int64_t n)
{
    return (int64_t)(random64() >> 1) % n;
}

#endif
