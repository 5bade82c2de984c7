/* turn.c - see turn.h. */
#include "state/turn.h"

#include "core/gate.h"
#include "core/lease.h"
#include "state/ticket.h"

/* When a bucket has room for all that goes before it, and for it. */
static int64_t start_behind(const struct sc_ticket *t, const struct sc_reservation *r,
                            int64_t ahead_ns, int64_t now)
{
    struct sc_limiter_ask a, before;

    if (!r->words || r->cost_ns == 0)
        return now;
    a = before = sc_ticket_ask(t, r, now);
    before.cost_ns = ahead_ns;
    sc_limiter_reserve(sc_word_read(&r->words[SC_W_TAT]), &before);
    sc_limiter_reserve(before.after, &a);
    return a.start_ns;
}

/* The same for a gate: they are let out one after the other. */
static int64_t gate_behind(const sc_word *gate, int64_t ahead, int64_t now)
{
    struct sc_gate_pass p = {.now_ns = now, .latest_ns = INT64_MAX};
    uint64_t release;
    int64_t first;

    p.until = gate ? sc_word_read(&gate[SC_W_UNTIL]) : 0;
    if (p.until == 0)
        return now;
    release = sc_gate_pass(sc_word_read(&gate[SC_W_RELEASE]), &p);
    first = p.start_ns;
    if (first <= now)
        return now;
    (void)sc_gate_pass(release, &p);
    return first + (p.start_ns - first) * ahead;
}

static int64_t of_tokens(const struct sc_reservation *r, const struct sc_ticket *t, int64_t units)
{
    return t->place.units > 0 ? (int64_t)((__int128)r->cost_ns * units / t->place.units) : 0;
}

int64_t sc_turn_start(const struct sc_ticket *t, const struct sc_queue_line *ahead, int64_t now)
{
    const struct sc_reservation *learned = t->learned;
    const int64_t starts[] = {
        start_behind(t, &t->requests, t->requests.cost_ns * ahead->calls, now),
        start_behind(t, &learned[SC_RATE_REQUESTS],
                     learned[SC_RATE_REQUESTS].cost_ns * ahead->calls, now),
        start_behind(t, &t->tokens, of_tokens(&t->tokens, t, ahead->units), now),
        start_behind(t, &learned[SC_RATE_TOKENS],
                     of_tokens(&learned[SC_RATE_TOKENS], t, ahead->units), now),
        gate_behind(t->gate[0], ahead->calls, now),
        t->gate[1] == t->gate[0] ? now : gate_behind(t->gate[1], ahead->calls, now)};
    int64_t latest = now;

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (starts[i] > latest)
            latest = starts[i];
    return latest;
}

static int64_t free_leases(const struct sc_ticket *t, int64_t now)
{
    int64_t n = t->settings->limits.concurrent, seen = 0, taken = 0;

    for (unsigned part = 0; seen < n; part++) {
        const sc_word *words = sc_lease_words(t->region, t->lease_hash, part, false);

        for (int i = 0; i < SC_SLOT_WORDS && seen < n; i++, seen++)
            taken += words && !sc_lease_is_free(sc_word_read(&words[i]), now);
    }
    return n - taken;
}

/* Of the places that are free, those before it have one each. The first one looks for what the dead
 * have left. */
bool sc_turn_leases_are_others(const struct sc_ticket *t, const struct sc_queue_view *v,
                               int64_t now)
{
    return v->ahead.calls > 0 && free_leases(t, now) <= v->ahead.calls;
}

/* Who comes is told at once that it will take too long, as things are. Who waits has come to its
 * place in good faith: as long as it may be in time if nobody else were there, it stays to the end
 * of its patience. Otherwise the class with the longest forecast would lose its part: each newcomer
 * of another one moves it a little. */
bool sc_turn_is_hopeless(const struct sc_ticket *t, const struct sc_queue_view *v, int64_t start,
                         int64_t now)
{
    if (start - now <= SC_QUEUE_EARLY_NS && start <= sc_ticket_latest(t, now))
        return false;
    if (t->place.arrived_ns == 0)
        return start > t->latest_ns;
    return now >= t->latest_ns || sc_turn_start(t, &v->lines[t->place.class], now) > t->latest_ns;
}
