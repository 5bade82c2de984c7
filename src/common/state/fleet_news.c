#include "state/fleet_news.h"

#include "core/breaker.h"
#include "core/fleet.h"
#include "core/gate.h"
#include "core/latch.h"
#include "core/time.h"
#include "state/fleet_slot.h"
#include "state/slot.h"

static int64_t breaker_until(const sc_word *words, int64_t now)
{
    struct sc_breaker_settings s = {.open_max_ms = (int64_t)sc_word_read(&words[SC_W_OPEN_MAX_MS])};
    struct sc_breaker b = sc_breaker_read(sc_word_read(&words[SC_W_STATE]), &s, now);

    return b.state == SC_BREAKER_OPEN && b.at_ns > now ? b.at_ns : 0;
}

bool sc_fleet_news(struct sc_region *r, size_t i, int64_t now, struct sc_news *n)
{
    const sc_word *words = r->slots[i / SC_KINDS][i % SC_KINDS].words;
    struct sc_latch_ask a = {.now_ns = now};
    int64_t until = 0;

    *n = (struct sc_news){.before = sc_word_read(&sc_fleet_slot_at(r, i)->words[SC_F_KNOWN])};
    switch (i % SC_KINDS) {
    case SC_SLOT_GATE:
        until = sc_gate_until(sc_word_read(&words[SC_W_UNTIL]), now);
        break;
    case SC_SLOT_BREAKER:
        until = breaker_until(words, now);
        break;
    case SC_SLOT_LATCH: /* known: 1 + its reason */
        sc_latch_peek(sc_word_read(&words[SC_W_LATCH]), &a);
        n->more = (int64_t)a.reason;
        n->ms = a.reason == SC_LATCH_OPEN ? 0 : a.retry_after_ns / SC_NS_PER_MS + 1;
        n->now = (uint64_t)a.reason + 1;
        n->urgent = true;
        return n->before != n->now && (n->before > 1 || a.reason != SC_LATCH_OPEN);
    default:
        return false;
    }
    n->ms = (until - now) / SC_NS_PER_MS + 1;
    n->now = (uint64_t)until;
    n->urgent = sc_fleet_is_urgent((int64_t)n->before, until, now);
    /* Beyond what a clock and a round trip are off. */
    return until > 0 && until > (int64_t)n->before + 100 * SC_NS_PER_MS;
}

/* Many calls meet the same: one of them tells. Whoever has said so and was killed, or found Redis
 * away, leaves it to the next trip of anybody. */
bool sc_fleet_claim_news(struct sc_region *r, size_t i, int64_t now)
{
    sc_word *claim = &sc_fleet_slot_at(r, i)->words[SC_F_CLAIM];
    uint64_t before = sc_word_read(claim);
    struct sc_news n;

    return sc_fleet_news(r, i, now, &n) && n.urgent &&
           (now - (int64_t)before >= SC_FLEET_PRESSED_NS || (int64_t)before > now) &&
           atomic_compare_exchange_strong(claim, &before, (uint64_t)now);
}
