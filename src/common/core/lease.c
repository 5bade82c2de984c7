#include "core/lease.h"

#define UNIT 27
#define END_MASK ((1u << 30) - 1)

uint64_t sc_lease_write(const struct sc_lease *l, int64_t now_ns)
{
    int64_t end = l->end_ns - now_ns > SC_LEASE_MAX_NS ? now_ns + SC_LEASE_MAX_NS : l->end_ns;
    uint64_t units = ((uint64_t)(end > 0 ? end : 0) + ((1u << UNIT) - 1)) >> UNIT;

    return (uint64_t)l->home << 63 | (uint64_t)(l->pid & 0x3fffff) << 41 |
           (uint64_t)(l->tag & 0x7ff) << 30 | (units & END_MASK);
}

struct sc_lease sc_lease_read(uint64_t word)
{
    return (struct sc_lease){.home = word >> 63,
                             .pid = word >> 41 & 0x3fffff,
                             .tag = word >> 30 & 0x7ff,
                             .end_ns = (int64_t)((word & END_MASK) << UNIT)};
}

bool sc_lease_is_free(uint64_t word, int64_t now_ns)
{
    struct sc_lease l = sc_lease_read(word);

    return l.pid == 0 || l.end_ns <= now_ns ||
           l.end_ns - now_ns > SC_LEASE_MAX_NS + (INT64_C(1) << UNIT);
}

uint64_t sc_lease_take(uint64_t word, void *arg)
{
    struct sc_lease_take *t = arg;

    t->taken = sc_lease_is_free(word, t->now_ns) || (t->dead != 0 && word == t->dead);
    return t->taken ? t->mine : word;
}

uint64_t sc_lease_give(uint64_t word, void *arg)
{
    return word == *(const uint64_t *)arg ? 0 : word;
}
