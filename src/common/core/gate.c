#include "core/gate.h"

#include "core/time.h"

#define UNIT 16

/* A 64th of the closure, 10..100 ms: waiters of a short closure are in a hurry, those of a long
 * one are probably many. */
static uint64_t gap_ms(int64_t closed_ns)
{
    int64_t gap = closed_ns / 64 / SC_NS_PER_MS;

    return (uint64_t)(gap < 10 ? 10 : gap > 100 ? 100 : gap);
}

int64_t sc_gate_until(uint64_t until, int64_t now_ns)
{
    int64_t t = (int64_t)(until >> UNIT << UNIT & INT64_MAX);

    return t > now_ns && t - now_ns <= SC_GATE_HORIZON_NS + (INT64_C(1) << UNIT) ? t : 0;
}

uint64_t sc_gate_close(uint64_t until, void *arg)
{
    struct sc_gate_close *c = arg;
    int64_t old = sc_gate_until(until, c->now_ns);
    int64_t to = c->until_ns;
    uint64_t units;

    if (to - c->now_ns > SC_GATE_HORIZON_NS)
        to = c->now_ns + SC_GATE_HORIZON_NS;
    units = ((uint64_t)to + ((1u << UNIT) - 1)) >> UNIT; /* rounded up: a hint is a floor */
    to = (int64_t)(units << UNIT);
    c->moved_ns = 0;
    if (c->until_ns <= c->now_ns || to <= old)
        return until;
    c->moved_ns = to - (old ? old : c->now_ns);
    return units << UNIT | gap_ms(to - c->now_ns);
}

uint64_t sc_gate_pass(uint64_t release, void *arg)
{
    struct sc_gate_pass *p = arg;
    int64_t opens = sc_gate_until(p->until, p->now_ns);
    int64_t gap = (int64_t)(p->until & 0xffff) * SC_NS_PER_MS;
    int64_t last =
        release <= (uint64_t)p->now_ns + (uint64_t)SC_GATE_HORIZON_NS * 2 ? (int64_t)release : 0;

    p->start_ns = opens ? opens : p->now_ns;
    if (last > p->now_ns - gap && last + gap > p->start_ns)
        p->start_ns = last + gap;
    p->taken = p->start_ns <= p->latest_ns;
    return p->taken && p->start_ns > p->now_ns ? (uint64_t)p->start_ns : release;
}
