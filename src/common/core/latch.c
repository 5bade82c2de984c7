#include "core/latch.h"

#include "core/gate.h"
#include "core/time.h"

#define UNIT 16
#define TIME_MASK ((UINT64_C(1) << 46) - 1)

static uint64_t pack(enum sc_latch_reason reason, int64_t next_ns)
{
    return (uint64_t)reason << 62 | (((uint64_t)next_ns + ((1u << UNIT) - 1)) >> UNIT & TIME_MASK);
}

static int64_t next_of(uint64_t word)
{
    return (int64_t)((word & TIME_MASK) << UNIT);
}

/* A reason that does not exist, or a probe further off than any hint: damage, reads as open. */
static enum sc_latch_reason reason_of(uint64_t word, int64_t now_ns)
{
    uint64_t r = word >> 62;

    if (r > SC_LATCH_AUTH || next_of(word) - now_ns > SC_GATE_HORIZON_NS + SC_LATCH_PROBE_NS)
        return SC_LATCH_OPEN;
    return (enum sc_latch_reason)r;
}

void sc_latch_peek(uint64_t word, struct sc_latch_ask *a)
{
    a->reason = reason_of(word, a->now_ns);
    a->probe = a->reason != SC_LATCH_OPEN && a->now_ns >= next_of(word);
    a->allowed = a->reason == SC_LATCH_OPEN || a->probe;
    a->retry_after_ns = a->allowed ? 0 : next_of(word) - a->now_ns;
}

uint64_t sc_latch_admit(uint64_t word, void *arg)
{
    struct sc_latch_ask *a = arg;

    sc_latch_peek(word, a);
    return a->probe ? pack(a->reason, a->now_ns + SC_LATCH_PROBE_NS) : word;
}

uint64_t sc_latch_set(uint64_t word, void *arg)
{
    struct sc_latch_set *s = arg;
    int64_t wait = s->hint_ns > SC_LATCH_PROBE_NS ? s->hint_ns : SC_LATCH_PROBE_NS;

    s->newly = reason_of(word, s->now_ns) == SC_LATCH_OPEN;
    if (wait > SC_GATE_HORIZON_NS)
        wait = SC_GATE_HORIZON_NS;
    return pack(s->reason, s->now_ns + wait);
}

/* ---- has the key worked lately? ---- */

#define REFUSED (UINT64_C(1) << 63)

uint64_t sc_latch_worked(uint64_t word, void *arg)
{
    int64_t now = *(const int64_t *)arg, since = now - next_of(word);

    if (!(word & REFUSED) && since >= 0 && since < SC_NS_PER_S)
        return word;
    return (uint64_t)now >> UNIT & TIME_MASK;
}

uint64_t sc_latch_refused(uint64_t word, void *arg)
{
    struct sc_latch_refusal *r = arg;
    int64_t since = r->now_ns - next_of(word);
    bool lately = (word & TIME_MASK) != 0 && since >= 0 && since < SC_LATCH_LATELY_NS;

    r->stop = r->named || !lately || (word & REFUSED) != 0;
    return word | REFUSED;
}
