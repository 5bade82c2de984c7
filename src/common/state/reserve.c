/* What a ticket has reserved in a bucket: moved with it, or given back. */
#include "core/fleet.h"
#include "core/limiter.h"
#include "state/ticket.h"

int64_t sc_ticket_cost(const struct sc_reservation *r, int64_t units)
{
    return r->share > 0 ? sc_fleet_cost(units, r->limit, r->share)
                        : sc_limiter_cost(units, r->limit);
}

int64_t sc_ticket_latest(const struct sc_ticket *t, int64_t now)
{
    return t->latest_ns > now ? t->latest_ns : now;
}

/* The share of a shared one may soon be another: no slot is taken far ahead. */
struct sc_limiter_ask sc_ticket_ask(const struct sc_ticket *t, const struct sc_reservation *r,
                                    int64_t now)
{
    int64_t latest = sc_ticket_latest(t, now);

    if (r->share > 0 && latest > now + SC_FLEET_AHEAD_NS)
        latest = now + SC_FLEET_AHEAD_NS;
    return (struct sc_limiter_ask){
        .cost_ns = r->cost_ns, .burst_ns = r->burst_ns, .now_ns = now, .latest_ns = latest};
}

/* The shift goes first: who reserves between the two additions then starts late rather than early
 * (state.md). */
void sc_ticket_move(const struct sc_reservation *r, int64_t by_ns, int64_t now)
{
    struct sc_limiter_move m = {.by_ns = by_ns, .now_ns = now};

    sc_limiter_shift(sc_word_read(&r->words[SC_W_TAT]), &m);
    if (m.moved_ns == 0)
        return;
    atomic_fetch_add(&r->words[SC_W_SHIFT], (uint64_t)m.moved_ns);
    m.by_ns = m.moved_ns;
    sc_word_update(&r->words[SC_W_TAT], sc_limiter_shift, &m);
}

/* A slot that will not be used. If others have reserved behind it, it is forfeit: moving them up
 * would also move those who wait before it, and they would start too early. */
static void give_back(struct sc_reservation *r)
{
    struct sc_limiter_ask a = {.before = r->before, .after = r->after};

    sc_word_update(&r->words[SC_W_TAT], sc_limiter_undo, &a);
}

/* Mostly there is nothing: what was sent has its slot for good. */
static bool has_reserved(const struct sc_ticket *t)
{
    return (t->requests.after | t->tokens.after | t->learned[SC_RATE_REQUESTS].after |
            t->learned[SC_RATE_TOKENS].after) != 0;
}

void sc_ticket_unreserve(struct sc_ticket *t)
{
    struct sc_reservation *all[] = {&t->requests, &t->tokens, &t->learned[SC_RATE_REQUESTS],
                                    &t->learned[SC_RATE_TOKENS]};

    if (!has_reserved(t))
        return;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (sc_ticket_reserved(all[i]))
            give_back(all[i]);
        all[i]->after = 0;
    }
}
