/*
 * learn.c - the service's own limits, as its answers tell them: paced before it refuses.
 *
 * Two buckets of the scope host, model, key, for requests and tokens, beside those of the policy.
 * Their period and burst follow the headers (core/pace.h), and so does how far ahead they are
 * reserved, for others may use the same key. Where there are no headers and refusals come, a rate
 * is found by trying (core/aimd.h). See state.md.
 */
#include "core/aimd.h"
#include "core/limiter.h"
#include "core/pace.h"
#include "core/time.h"
#include "state/ticket.h"

#define HOUR_NS (3600 * SC_NS_PER_S)
#define GUESS_WAIT_NS (3 * SC_NS_PER_S)

/* ---- before an attempt ---- */

/* What nothing has confirmed for a minute is tried once: whoever finds it so clears the queue and
 * goes without a reservation, and what it hears is believed again. The others keep the pace. */
static bool is_believed(const struct sc_reservation *r, uint64_t seen, int64_t now)
{
    if (sc_pace_fresh(seen, now))
        return true;
    if (!atomic_compare_exchange_strong(&r->words[SC_W_SEEN], &seen,
                                        sc_pace_seen(sc_pace_capacity(seen), now)))
        return true;
    sc_ticket_move(r, -sc_limiter_backlog(sc_word_read(&r->words[SC_W_TAT]), now), now);
    return false;
}

static void pace(struct sc_reservation *r, int64_t units, int64_t now)
{
    uint64_t period = 0, seen;

    r->units = units;
    r->cost_ns = r->burst_ns = 0;
    if (!r->words || units <= 0)
        return;
    period = sc_word_read(&r->words[SC_W_PERIOD]);
    if (period == 0)
        return;
    seen = sc_word_read(&r->words[SC_W_SEEN]);
    if (!is_believed(r, seen, now))
        return;
    r->cost_ns = sc_pace_cost(units, period);
    r->burst_ns = sc_pace_burst(sc_pace_capacity(seen), period);
}

/* The rate found by trying; both known: the stricter. It is a guess, so nobody waits long for it.
 */
static void pace_by_rate(struct sc_reservation *r, int64_t now)
{
    uint64_t word = r->words ? sc_word_read(&r->words[SC_W_RATE]) : 0;
    int64_t rate = word ? sc_aimd_rate(word, now) : 0;

    if (rate <= 0 || HOUR_NS / rate <= r->cost_ns ||
        sc_limiter_backlog(sc_word_read(&r->words[SC_W_TAT]), now) > GUESS_WAIT_NS)
        return;
    if (r->cost_ns == 0 || r->burst_ns > SC_NS_PER_S)
        r->burst_ns = SC_NS_PER_S;
    r->cost_ns = HOUR_NS / rate > 0 ? HOUR_NS / rate : 1;
}

/* Counting tokens means to read the request. As long as there is plenty, what the answers tell does
 * to follow the bucket. */
bool sc_ticket_tokens_matter(const struct sc_ticket *t, int64_t now)
{
    const sc_word *words = t->learned[SC_RATE_TOKENS].words;

    return words && sc_word_read(&words[SC_W_PERIOD]) != 0 &&
           sc_limiter_backlog(sc_word_read(&words[SC_W_TAT]), now) >=
               sc_pace_capacity(sc_word_read(&words[SC_W_SEEN])) / 4;
}

void sc_ticket_pace(struct sc_ticket *t, int64_t tokens, int64_t now)
{
    if (!t->settings->limits.learn)
        return;
    pace(&t->learned[SC_RATE_REQUESTS], 1, now);
    pace_by_rate(&t->learned[SC_RATE_REQUESTS], now);
    pace(&t->learned[SC_RATE_TOKENS], tokens, now);
}

/* ---- after it ---- */

#define DAY_NS INT64_C(86400000000000)

/* Our arrival time with this request, as of now. Without a reservation: of all that are known. A
 * refused request was not charged. */
static int64_t arrival_time(const struct sc_reservation *r, bool refused, int64_t now)
{
    uint64_t tat; /* a damaged word may hold anything: such a time counts as now */

    if (!sc_ticket_reserved(r))
        return now + sc_limiter_backlog(sc_word_read(&r->words[SC_W_TAT]), now);
    tat = r->after + (sc_word_read(&r->words[SC_W_SHIFT]) - r->shift);
    tat = refused ? tat - (uint64_t)r->cost_ns : tat;
    return tat - (uint64_t)(now - DAY_NS) < 2 * (uint64_t)DAY_NS ? (int64_t)tat : now;
}

/* Moves the bucket to where the service's own is. One that lies idle is not moved by what has
 * passed since. */
static bool follow(struct sc_reservation *r, const struct sc_pace *p, bool refused, int64_t sent,
                   int64_t now)
{
    int64_t by = sc_pace_drift(arrival_time(r, refused, now), sent, now, p->ahead_ns);
    int64_t idle = (int64_t)((uint64_t)now - sc_word_read(&r->words[SC_W_TAT]));

    if (by < 0 && !sc_ticket_reserved(r))
        return true;
    if (by > 0 && idle > 0 && sc_ticket_reserved(r))
        by = by > idle ? by - idle : 0;
    if (by != 0)
        sc_ticket_move(r, by, now);
    return by != 0;
}

static void confirm(struct sc_reservation *r, const struct sc_pace *p, int64_t now)
{
    if (sc_word_read(&r->words[SC_W_PERIOD]) != (uint64_t)p->period)
        atomic_store_explicit(&r->words[SC_W_PERIOD], (uint64_t)p->period, memory_order_relaxed);
    atomic_store_explicit(&r->words[SC_W_SEEN], sc_pace_seen(p->capacity_ns, now),
                          memory_order_relaxed);
}

/* A refusal that the headers explain: something has run out. */
static bool has_run_out(const struct sc_rate *said, int64_t units)
{
    return said->remaining >= 0 &&
           (said->remaining < units || (said->limit > 0 && said->remaining <= said->limit / 20));
}

void sc_state_told(struct sc_ticket *t, const struct sc_ratelimit *said, bool refused, int64_t sent,
                   int64_t now)
{
    struct sc_pace p;
    uint64_t seen;

    if (!t->region || !t->settings->limits.learn)
        return;
    t->told = true;
    for (int i = 0; i < SC_RATE_COUNT; i++) {
        struct sc_reservation *r = &t->learned[i];

        if (!r->words)
            continue;
        t->ran_out |= has_run_out(&said->of[i], r->units > 0 ? r->units : 1);
        seen = sc_word_read(&r->words[SC_W_SEEN]);
        if (!sc_pace_of(&said->of[i], sc_pace_fresh(seen, now) ? sc_pace_capacity(seen) : 0, &p))
            continue;
        confirm(r, &p, now);
        if (follow(r, &p, refused, sent, now))
            r->after = 0;
    }
}

static void learn_by_trying(struct sc_ticket *t, enum sc_class class, int64_t now)
{
    sc_word *words = t->learned[SC_RATE_REQUESTS].words;
    struct sc_aimd_refused a = {.now_ns = now};

    if (!words)
        return;
    if (class == SC_CLASS_OK && !t->told) {
        sc_word_update(&words[SC_W_METER], sc_aimd_count, &now);
    } else if (class == SC_CLASS_RATE_LIMITED && !t->ran_out) {
        a.measured = sc_aimd_measured(sc_word_read(&words[SC_W_METER]), now);
        sc_word_update(&words[SC_W_RATE], sc_aimd_cut, &a);
    }
}

/* Where the service's word agreed with our count, or there was none, real usage corrects it. */
static void settle_usage(struct sc_reservation *r, int64_t used, int64_t now)
{
    if (sc_ticket_reserved(r) && used >= 0)
        sc_ticket_move(r, sc_pace_cost(used, sc_word_read(&r->words[SC_W_PERIOD])) - r->cost_ns,
                       now);
}

void sc_ticket_learn(struct sc_ticket *t, const struct sc_attempt_facts *f, int64_t now)
{
    if (!t->settings->limits.learn)
        return;
    learn_by_trying(t, f->class, now);
    settle_usage(&t->learned[SC_RATE_TOKENS], f->used_tokens, now);
    t->learned[SC_RATE_REQUESTS].after = t->learned[SC_RATE_TOKENS].after = 0;
    t->told = t->ran_out = false;
}
