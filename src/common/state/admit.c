/*
 * Before an attempt: admit, recheck. See state.h.
 *
 * What can refuse is looked at first, without changing anything; where calls go in order, whose
 * turn it is not waits with nothing in its hands; only then are permits, leases and slots taken, in
 * this order: concurrency lease, money, latch probe, breaker, request slot, token slots, gate.
 * Whatever cannot be had gives back what was taken before it.
 */
#include <string.h>

#include "core/breaker.h"
#include "core/gate.h"
#include "core/latch.h"
#include "core/limiter.h"
#include "core/time.h"
#include "state/fleet_slot.h"
#include "state/holder.h"
#include "state/metrics.h"
#include "state/queue.h"
#include "state/ticket.h"
#include "state/turn.h"

/* A call without a deadline of its own holds its concurrency lease for this long at most. */
#define LEASE_NS (900 * SC_NS_PER_S)

/* The policy allows no more: the search for a free lease would be slow. */
#define CONCURRENT_MAX 1536

/* ---- answers ---- */

/* A refused attempt may still be followed by another (a later target, a longer wait): everything
 * is given back now. */
static void refuse(struct sc_ticket *t, int64_t now, struct sc_admission *out, enum sc_refusal why,
                   int64_t after_ns)
{
    sc_ticket_release(t, now, true);
    sc_queue_leave(t);
    out->verdict = SC_ADMIT_REFUSE;
    out->refusal = why;
    out->retry_after_ms = after_ns < 0 ? 0 : after_ns / SC_NS_PER_MS + 1;
    sc_metric_add(t->series, SC_M_REFUSALS + (unsigned)why - 1, 1);
}

static void wait_until(struct sc_ticket *t, struct sc_admission *out, int64_t until,
                       enum sc_wait_reason reason)
{
    t->waiting = true;
    out->verdict = SC_ADMIT_WAIT;
    out->until_ns = out->end_ns = until;
    out->reason = reason;
}

static void go(struct sc_ticket *t, int64_t now, struct sc_admission *out)
{
    t->waiting = false;
    out->verdict = SC_ADMIT_GO;
    sc_ticket_count(t, SC_BUDGET_TRIED, now, 0);
}

/* ---- looking, without changing ---- */

static bool breaker_applies(const struct sc_ticket *t)
{
    return t->breaker && (t->attempts == 0 || t->settings->breaker.count_attempts);
}

static bool latch_forbids(struct sc_ticket *t, int64_t now, struct sc_admission *out)
{
    struct sc_latch_ask a = {.now_ns = now};
    uint64_t word = t->latch ? sc_word_read(&t->latch[SC_W_LATCH]) : 0;

    if (word == 0)
        return false;
    sc_latch_peek(word, &a);
    if (!a.allowed)
        refuse(t, now, out, a.reason == SC_LATCH_QUOTA ? SC_REFUSE_QUOTA : SC_REFUSE_AUTH,
               a.retry_after_ns);
    return !a.allowed;
}

static bool breaker_forbids(struct sc_ticket *t, int64_t now, struct sc_admission *out)
{
    struct sc_breaker_ask a;
    uint64_t word;

    if (!breaker_applies(t) || t->breaker_held)
        return false;
    word = sc_word_read(&t->breaker[SC_W_STATE]);
    if (sc_breaker_is_closed(word))
        return false;
    a = (struct sc_breaker_ask){.settings = &t->settings->breaker, .now_ns = now};
    sc_breaker_admit(word, &a);
    if (!a.allowed)
        refuse(t, now, out, SC_REFUSE_BREAKER, a.retry_after_ns);
    return !a.allowed;
}

static bool gate_forbids(struct sc_ticket *t, int64_t now, struct sc_admission *out)
{
    for (int i = 0; i < 2; i++) {
        int64_t until = t->gate[i] ? sc_gate_until(sc_word_read(&t->gate[i][SC_W_UNTIL]), now) : 0;

        if (until > t->latest_ns) {
            refuse(t, now, out, SC_REFUSE_GATE, until - now);
            return true;
        }
    }
    return false;
}

/* Most calls are not: then none of the buckets is asked. */
static bool is_limited(const struct sc_ticket *t)
{
    return t->requests.words || t->tokens.words || t->learned[SC_RATE_REQUESTS].words ||
           t->learned[SC_RATE_TOKENS].words;
}

/* Others have it all: look again soon, at a moment of one's own. */
static void wait_for_others(struct sc_ticket *t, int64_t now, uint64_t rnd,
                            struct sc_admission *out, enum sc_refusal why)
{
    int64_t soon = now + 5 * SC_NS_PER_MS + (int64_t)(rnd % (uint64_t)(20 * SC_NS_PER_MS));

    if (now >= t->latest_ns) {
        refuse(t, now, out, why, SC_NS_PER_S);
        return;
    }
    sc_ticket_release(t, now, true);
    t->ask_again = true;
    wait_until(t, out, soon < t->latest_ns ? soon : t->latest_ns, SC_WAIT_LIMIT);
}

/* Waits, for what comes at `start` or for others to end, and looks again in time. */
static void stand_in_line(struct sc_ticket *t, int64_t start, int64_t look, int64_t now,
                          struct sc_admission *out)
{
    if (look > t->latest_ns)
        look = t->latest_ns;
    if (look > now + SC_QUEUE_LOOK_NS)
        look = now + SC_QUEUE_LOOK_NS;
    sc_queue_wait(t, look, now);
    t->ask_again = true;
    wait_until(t, out, look, SC_WAIT_LIMIT);
    out->end_ns = start;
}

/* There is no slot in time; of a shared limit: not yet. Who stands in line keeps its place. */
static void no_slot(struct sc_ticket *t, const struct sc_reservation *r, int64_t start, int64_t now,
                    uint64_t rnd, struct sc_admission *out)
{
    int64_t soon;

    if (r->share <= 0 || now >= t->latest_ns) {
        refuse(t, now, out, SC_REFUSE_LIMIT, start - now);
        return;
    }
    if (r->polls)
        atomic_fetch_add(r->polls, (uint64_t)r->units);
    wait_for_others(t, now, rnd, out, SC_REFUSE_LIMIT);
    soon = out->until_ns + SC_FLEET_LOOK_NS - 15 * SC_NS_PER_MS; /* so often in the mean */
    if (t->place.queue)
        stand_in_line(t, start, soon, now, out);
    else
        wait_until(t, out, soon < t->latest_ns ? soon : t->latest_ns, SC_WAIT_LIMIT);
}

static bool limit_forbids(struct sc_ticket *t, const struct sc_reservation *r, int64_t now,
                          uint64_t rnd, struct sc_admission *out)
{
    struct sc_limiter_ask a;

    if (!r->words || r->cost_ns == 0)
        return false;
    a = sc_ticket_ask(t, r, now);
    sc_limiter_reserve(sc_word_read(&r->words[SC_W_TAT]), &a);
    if (!a.taken)
        no_slot(t, r, a.start_ns, now, rnd, out);
    return !a.taken;
}

/* ---- taking ---- */

/* A free lease, from a place of the caller's own choice on: those who ask spread out. */
static bool take_lease(struct sc_ticket *t, int64_t now, uint64_t rnd)
{
    unsigned n = (unsigned)(t->settings->limits.concurrent > CONCURRENT_MAX
                                ? CONCURRENT_MAX
                                : t->settings->limits.concurrent);
    unsigned parts = (n + SC_SLOT_WORDS - 1) / SC_SLOT_WORDS;
    int64_t end = t->deadline_ns - now < LEASE_NS ? t->deadline_ns : now + LEASE_NS;
    uint64_t mine = sc_holder_word(t->region, now, end);

    for (unsigned i = 0; i < parts; i++) {
        unsigned part = (unsigned)((rnd >> 8) + i) % parts;
        unsigned size = part + 1 < parts ? SC_SLOT_WORDS : n - part * SC_SLOT_WORDS;
        sc_word *words = sc_lease_words(t->region, t->lease_hash, part, true);
        int at =
            words ? sc_holder_take(t->region, words, size, (unsigned)rnd % size, now, mine) : 0;

        if (at < 0)
            continue;
        t->lease = words ? &words[at] : NULL; /* no room in the table: not limited */
        t->lease_word = mine;
        return true;
    }
    return false;
}

static bool need_lease(const struct sc_ticket *t)
{
    return t->settings->limits.concurrent > 0 && !t->lease;
}

static bool take_latch(struct sc_ticket *t, int64_t now, struct sc_admission *out)
{
    struct sc_latch_ask a = {.now_ns = now, .allowed = true};

    if (!t->latch || sc_word_read(&t->latch[SC_W_LATCH]) == 0)
        return true;
    sc_word_update(&t->latch[SC_W_LATCH], sc_latch_admit, &a);
    if (!a.allowed)
        refuse(t, now, out, a.reason == SC_LATCH_QUOTA ? SC_REFUSE_QUOTA : SC_REFUSE_AUTH,
               a.retry_after_ns);
    out->probe |= a.probe;
    return a.allowed;
}

static bool take_breaker(struct sc_ticket *t, int64_t now, struct sc_admission *out)
{
    struct sc_breaker_ask a = {.settings = &t->settings->breaker, .now_ns = now};

    if (!breaker_applies(t) || t->breaker_held)
        return true;
    sc_word_update(&t->breaker[SC_W_STATE], sc_breaker_admit, &a);
    if (!a.allowed) {
        refuse(t, now, out, SC_REFUSE_BREAKER, a.retry_after_ns);
        return false;
    }
    t->breaker_held = true;
    t->generation = a.generation;
    t->round = a.round;
    out->probe |= a.probe;
    out->half_opened = a.half_opened;
    return true;
}

static bool take_limit(struct sc_ticket *t, struct sc_reservation *r, int64_t now, uint64_t rnd,
                       struct sc_admission *out)
{
    struct sc_limiter_ask a;

    if (!r->words || r->cost_ns == 0)
        return true;
    a = sc_ticket_ask(t, r, now);
    sc_word_update(&r->words[SC_W_TAT], sc_limiter_reserve, &a);
    if (!a.taken) {
        no_slot(t, r, a.start_ns, now, rnd, out);
        return false;
    }
    /* Read after the reservation: a shift in between is then never applied twice (state.md). */
    r->shift = sc_word_read(&r->words[SC_W_SHIFT]);
    r->start_ns = a.start_ns;
    r->before = a.before;
    r->after = a.after;
    return true;
}

/* The release behind a closed gate, or now. False: later than may be waited for. */
static bool pass_gates(struct sc_ticket *t, int64_t now, struct sc_admission *out)
{
    for (int i = 0; i < 2; i++) {
        struct sc_gate_pass p = {.now_ns = now, .latest_ns = sc_ticket_latest(t, now)};

        if (!t->gate[i] || (i == 1 && t->gate[1] == t->gate[0]))
            continue;
        p.until = sc_word_read(&t->gate[i][SC_W_UNTIL]);
        if (p.until == 0)
            continue;
        sc_word_update(&t->gate[i][SC_W_RELEASE], sc_gate_pass, &p);
        if (!p.taken) {
            refuse(t, now, out, SC_REFUSE_GATE, p.start_ns - now);
            return false;
        }
        if (p.start_ns > t->gate_start_ns)
            t->gate_start_ns = p.start_ns;
    }
    return true;
}

/* ---- admit and recheck ---- */

/* A reservation's start, moved as its bucket moved since. */
static int64_t start_of(const struct sc_reservation *r)
{
    if (!r->words || r->cost_ns == 0)
        return 0;
    return r->start_ns + (int64_t)(sc_word_read(&r->words[SC_W_SHIFT]) - r->shift);
}

/* The strictest decides. */
static int64_t limits_start(const struct sc_ticket *t)
{
    const struct sc_reservation *all[] = {&t->requests, &t->tokens, &t->learned[SC_RATE_REQUESTS],
                                          &t->learned[SC_RATE_TOKENS]};
    int64_t latest = 0;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        int64_t start = start_of(all[i]);

        if (start > latest)
            latest = start;
    }
    return latest;
}

static void decide(struct sc_ticket *t, int64_t now, struct sc_admission *out)
{
    int64_t limit = is_limited(t) ? limits_start(t) : 0;

    if (limit > t->gate_start_ns && limit > now)
        wait_until(t, out, limit, SC_WAIT_LIMIT);
    else if (t->gate_start_ns > now)
        wait_until(t, out, t->gate_start_ns, SC_WAIT_GATE);
    else
        go(t, now, out);
}

/* Would it fit but for calls under way, which mostly cost less than they may, it waits a little:
 * with nothing in its hands that those may wait for. */
static bool take_money(struct sc_ticket *t, int64_t now, uint64_t rnd, struct sc_admission *out)
{
    switch (sc_money_reserve(t->money, now, t->deadline_ns)) {
    case SC_MONEY_FITS:
        return true;
    case SC_MONEY_SPENT:
        refuse(t, now, out, SC_REFUSE_BUDGET, sc_money_until_ns(t->money, now));
        return false;
    default:
        wait_for_others(t, now, rnd, out, SC_REFUSE_BUDGET);
        return false;
    }
}

static bool limits_forbid(struct sc_ticket *t, int64_t now, uint64_t rnd, struct sc_admission *out)
{
    if (!is_limited(t))
        return false;
    return limit_forbids(t, &t->requests, now, rnd, out) ||
           limit_forbids(t, &t->tokens, now, rnd, out) ||
           limit_forbids(t, &t->learned[SC_RATE_REQUESTS], now, rnd, out) ||
           limit_forbids(t, &t->learned[SC_RATE_TOKENS], now, rnd, out);
}

static bool take_limits(struct sc_ticket *t, int64_t now, uint64_t rnd, struct sc_admission *out)
{
    if (!is_limited(t))
        return true;
    return take_limit(t, &t->requests, now, rnd, out) && take_limit(t, &t->tokens, now, rnd, out) &&
           take_limit(t, &t->learned[SC_RATE_REQUESTS], now, rnd, out) &&
           take_limit(t, &t->learned[SC_RATE_TOKENS], now, rnd, out);
}

/* ---- in order ---- */

/* Whether all that goes before it leaves room for it by now, or very soon. */
static bool is_its_turn(struct sc_ticket *t, int64_t now, uint64_t rnd, struct sc_admission *out,
                        struct sc_queue_view *v)
{
    int64_t start;

    sc_queue_look(t, now, v);
    start = sc_turn_start(t, &v->ahead, now);
    if (sc_turn_is_hopeless(t, v, start, now)) {
        refuse(t, now, out, SC_REFUSE_LIMIT, start - now);
        return false;
    }
    if (start - now > SC_QUEUE_EARLY_NS) {
        stand_in_line(t, start, start - SC_QUEUE_EARLY_NS, now, out);
        return false;
    }
    if (need_lease(t) && sc_turn_leases_are_others(t, v, now)) {
        wait_for_others(t, now, rnd, out, SC_REFUSE_CONCURRENT);
        if (out->verdict == SC_ADMIT_WAIT)
            stand_in_line(t, out->until_ns, out->until_ns, now, out);
        return false;
    }
    return true;
}

static void take_all(struct sc_ticket *t, int64_t now, uint64_t rnd, struct sc_admission *out)
{
    struct sc_queue_view view;

    t->ask_again = false;
    if (latch_forbids(t, now, out) || breaker_forbids(t, now, out) || gate_forbids(t, now, out) ||
        limits_forbid(t, now, rnd, out))
        return;
    if (t->place.queue && !is_its_turn(t, now, rnd, out, &view))
        return;
    if (need_lease(t) && !take_lease(t, now, rnd)) {
        wait_for_others(t, now, rnd, out, SC_REFUSE_CONCURRENT);
        if (t->place.queue && out->verdict == SC_ADMIT_WAIT)
            stand_in_line(t, out->until_ns, out->until_ns, now, out);
        return;
    }
    if (t->money && !take_money(t, now, rnd, out))
        return;
    if (!take_latch(t, now, out) || !take_breaker(t, now, out) || !take_limits(t, now, rnd, out) ||
        !pass_gates(t, now, out))
        return;
    if (t->place.queue)
        sc_queue_gone(t, &view);
    decide(t, now, out);
}

static void price(struct sc_reservation *r, int64_t units, double burst)
{
    r->units = units;
    r->cost_ns = sc_ticket_cost(r, units);
    r->burst_ns = sc_limiter_burst(burst);
}

void sc_state_admit(struct sc_ticket *t, int64_t tokens, int64_t now, uint64_t rnd,
                    struct sc_admission *out)
{
    const struct sc_limits *l = &t->settings->limits;
    int64_t latest = now + (l->max_wait_ms > 0 ? l->max_wait_ms : 0) * SC_NS_PER_MS;

    memset(out, 0, sizeof *out);
    if (!t->region)
        return;
    sc_ticket_unreserve(t);
    t->place.units = tokens;
    if (t->gate_scope[0] & SC_SCOPE_PATH)
        sc_ticket_find_path_gates(t);
    t->latest_ns = t->deadline_ns < latest ? t->deadline_ns : latest;
    t->wait_began_ns = now;
    t->gate_start_ns = 0;
    if (t->requests.words || t->tokens.words) {
        price(&t->requests, 1, l->burst);
        price(&t->tokens, tokens, l->burst);
    }
    sc_ticket_pace(t, tokens, now);
    if (!sc_limiter_fits(tokens, l->tpm)) {
        refuse(t, now, out, SC_REFUSE_NEVER_FITS, -1);
        return;
    }
    take_all(t, now, rnd, out);
}

/* Another process may have closed the gate, tripped the breaker or set the latch meanwhile. */
static bool things_changed(struct sc_ticket *t, int64_t now, struct sc_admission *out)
{
    struct sc_breaker b;

    if (t->gate_scope[0] & SC_SCOPE_PATH)
        sc_ticket_find_path_gates(t);
    if (!out->probe && latch_forbids(t, now, out))
        return true;
    if (t->breaker_held) {
        b = sc_breaker_read(sc_word_read(&t->breaker[SC_W_STATE]), &t->settings->breaker, now);
        if (b.state == SC_BREAKER_OPEN && b.generation != t->generation && b.at_ns > now) {
            refuse(t, now, out, SC_REFUSE_BREAKER, b.at_ns - now);
            return true;
        }
    }
    for (int i = 0; i < 2; i++) {
        uint64_t word = t->gate[i] ? sc_word_read(&t->gate[i][SC_W_UNTIL]) : 0;

        if (word && sc_gate_until(word, now) > t->gate_start_ns)
            return !pass_gates(t, now, out);
    }
    return false;
}

void sc_state_recheck(struct sc_ticket *t, int64_t now, uint64_t rnd, struct sc_admission *out)
{
    bool probe = out->probe;

    if (!t->region || !t->waiting)
        return;
    out->half_opened = false;
    if (t->ask_again) {
        /* The share of a shared limit may be another by now. */
        t->requests.cost_ns = sc_ticket_cost(&t->requests, t->requests.units);
        t->tokens.cost_ns = sc_ticket_cost(&t->tokens, t->tokens.units);
        take_all(t, now, rnd, out);
    } else if (!things_changed(t, now, out)) {
        decide(t, now, out);
        if (out->verdict == SC_ADMIT_WAIT && out->until_ns > t->latest_ns)
            refuse(t, now, out, out->reason == SC_WAIT_GATE ? SC_REFUSE_GATE : SC_REFUSE_LIMIT,
                   out->until_ns - now);
    }
    out->probe |= probe && out->verdict != SC_ADMIT_REFUSE;
}
