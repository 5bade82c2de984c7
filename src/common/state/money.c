#include "state/money.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/cost.h"
#include "core/lease.h"
#include "core/time.h"
#include "state/books.h"
#include "state/held.h"
#include "state/holder.h"
#include "state/region.h"
#include "state/siphash.h"

/* A call may end a little after its deadline. Without one it has an hour: half of what a lease can
 * last, since who reads the clock first and the lease later must not take it for a damaged one. */
#define GRACE_NS (60 * SC_NS_PER_S)
#define LEASE_NS (SC_LEASE_MAX_NS / 2)

/* Two calls that announce at the same time may both find it too much, and both withdraw. */
#define TRIES 3

/* The word `places`: read from the books 1 | alerts given 31 | parts in use 32 (held.c). */
#define LOADED (UINT64_C(1) << 63)
#define ONE_ALERT (UINT64_C(1) << 32)
#define ALERTS_MASK ((UINT64_C(1) << 31) - 1)

/* The word `terms`: period 2 | when spent 2 | unused 8 | limit 52. */
#define LIMIT_MASK ((UINT64_C(1) << 52) - 1)

size_t sc_money_size(size_t n)
{
    return sizeof(struct sc_money_ticket) + n * sizeof(struct sc_money_held);
}

static int64_t wall_s(const struct sc_money_ticket *m, int64_t now)
{
    return (now + m->wall_ns) / SC_NS_PER_S;
}

/* ---- begin ---- */

static const struct {
    unsigned bit;
    const char *name;
} sharers[] = {{SC_BY_RULE, "rule"},       {SC_BY_TASK, "task"},         {SC_BY_DAG, "dag"},
               {SC_BY_PROGRAM, "program"}, {SC_BY_PROVIDER, "provider"}, {SC_BY_MODEL, "model"}};

static struct sc_str part_of(unsigned bit, const struct sc_scope_key *k,
                             const struct sc_money_labels *who)
{
    const char *provider;

    switch (bit) {
    case SC_BY_RULE:
        return k->rule;
    case SC_BY_TASK:
        return who->task;
    case SC_BY_DAG:
        return who->dag;
    case SC_BY_PROGRAM:
        return who->program;
    case SC_BY_MODEL:
        return k->model;
    default:
        provider = sc_provider_name(k->provider);
        return (struct sc_str){provider, strlen(provider)};
    }
}

/* What tells one share of one budget from all others, under a key. */
static uint64_t identity(const uint64_t key[2], const struct sc_money_budget *b,
                         const struct sc_scope_key *k, const struct sc_money_labels *who)
{
    uint64_t h = sc_hash_mix(sc_siphash(key, b->name, strlen(b->name)),
                             (uint64_t)b->per << 32 | (b->by & ~(unsigned)SC_BY_TOTAL));

    for (size_t i = 0; i < sizeof sharers / sizeof *sharers; i++) {
        struct sc_str s = part_of(sharers[i].bit, k, who);

        if (b->by & sharers[i].bit)
            h = sc_hash_mix(h, s.n ? sc_siphash(key, s.p, s.n) : 0);
    }
    return h;
}

static void make_label(struct sc_money_held *h, const struct sc_scope_key *k,
                       const struct sc_money_labels *who)
{
    const char *name = h->budget->name;
    size_t n =
        sc_label_put(h->label, 0, sizeof h->label, "budget", (struct sc_str){name, strlen(name)});

    for (size_t i = 0; i < sizeof sharers / sizeof *sharers; i++) {
        struct sc_str s = part_of(sharers[i].bit, k, who);

        if (!(h->budget->by & sharers[i].bit))
            continue;
        if (s.n == 0)
            s = (struct sc_str){"(none)", 6};
        n = sc_label_put(h->label, n, sizeof h->label, sharers[i].name, s);
    }
}

static void say_terms(struct sc_money_held *h)
{
    const struct sc_money_budget *b = h->budget;

    sc_word_set(&h->words[SC_W_TERMS], (uint64_t)b->per << 62 | (uint64_t)b->on_spent << 60 |
                                           ((uint64_t)b->limit_nano & LIMIT_MASK));
    sc_word_set(&h->words[SC_W_HELD_HASH], h->hash);
}

/* What was spent before this memory was made. Everybody who finds it not yet read reads it before
 * adding anything, so "at least what the books say" is right for all of them. */
static void load(struct sc_money_ticket *m, struct sc_money_held *h, int64_t now)
{
    struct sc_money_add a = {.period = sc_period_number(h->budget->per, wall_s(m, now))};
    struct sc_money_tell t = {.period = a.period};
    struct sc_books_entry e;

    if (sc_word_read(&h->words[SC_W_PLACES]) & LOADED)
        return;
    if (!m->no_books && sc_books_read(h->id, h->budget->per, a.period, &e)) {
        a.nano = e.spent_nano;
        t.nano = e.told_nano;
        t.refused = e.refused;
        sc_word_update(&h->words[SC_W_SPENT], sc_money_restore, &a);
        sc_word_update(&h->words[SC_W_TOLD], sc_money_tell, &t);
        sc_word_update(&h->words[SC_W_RAN], sc_money_tell, &t);
    }
    atomic_fetch_or(&h->words[SC_W_PLACES], LOADED);
}

static int64_t wall_offset(int64_t now)
{
    struct timespec t;

    if (clock_gettime(CLOCK_REALTIME, &t) != 0)
        return 0;
    return (int64_t)t.tv_sec * SC_NS_PER_S + t.tv_nsec - now;
}

void sc_money_begin(struct sc_money_ticket *m, struct sc_region *r, const struct sc_scope_key *k,
                    const struct sc_world *world, int64_t now)
{
    const struct sc_money_labels *who = &m->who;
    static const uint64_t fixed[2] = {UINT64_C(0x7374656164796375), UINT64_C(0x726c6d6f6e657921)};
    int error = errno;

    m->region = r;
    m->wall_ns = world ? world->wall_ns : wall_offset(now);
    m->no_books = world != NULL;
    for (size_t i = 0; i < m->n; i++) {
        struct sc_money_held *h = &m->held[i];

        h->id = identity(fixed, h->budget, k, who);
        h->hash = identity(r->head.hash_key, h->budget, k, who);
        h->told = h->budget->n_alerts;
        make_label(h, k, who);
        h->words = sc_slot_named(r, h->hash, SC_SLOT_SPENT, h->label);
        if (!h->words)
            continue;
        say_terms(h);
        load(m, h, now);
    }
    errno = error;
}

void sc_money_quote(struct sc_money_ticket *m, const struct sc_price *price, int64_t input,
                    int64_t output)
{
    for (size_t i = 0; i < m->n; i++) {
        struct sc_money_held *h = &m->held[i];
        int64_t some = h->budget->output_tokens;

        h->asked =
            price ? sc_cost_reserve(price, input, output < 0 && some > 0 ? some : output) : -1;
    }
}

/* ---- setting aside ---- */

static void withdraw(struct sc_money_held *h)
{
    if (h->lease)
        sc_holder_give(h->lease, h->lease_word);
    h->lease = NULL;
}

void sc_money_release(struct sc_money_ticket *m)
{
    for (size_t i = 0; i < m->n; i++)
        withdraw(&m->held[i]);
}

static void announce(struct sc_money_ticket *m, struct sc_money_held *h, int64_t now, int64_t end)
{
    unsigned calls;

    if (h->asked <= 0)
        return;
    h->lease_word = sc_holder_word(m->region, now, end);
    h->lease = sc_held_take(m->region, h->hash, h->words, h->lease_word, h->asked, now);
    if (h->lease)
        return;
    (void)sc_held_sum(m->region, h->hash, h->words, NULL, now, true, &calls);
    h->lease = sc_held_take(m->region, h->hash, h->words, h->lease_word, h->asked, now);
    if (!h->lease)
        sc_region_note("more calls at a time than money can be set aside for: a budget may be "
                       "exceeded by what they cost");
}

static int64_t spent_elsewhere(const struct sc_money_held *h, int64_t period)
{
    return h->elsewhere ? sc_money_spent(sc_word_read(&h->elsewhere[0]), period) : 0;
}

/* Set aside there, if that was heard lately. */
static int64_t held_elsewhere(const struct sc_money_held *h, int64_t now)
{
    int64_t aside;

    if (!h->elsewhere || now - (int64_t)sc_word_read(&h->elsewhere[2]) > 60 * SC_NS_PER_S)
        return 0;
    aside = (int64_t)sc_word_read(&h->elsewhere[1]);
    return aside > 0 && aside < INT64_MAX / 4 ? aside : 0;
}

/* All that is announced first, what is spent second: a call that ends in between adds to the
 * second before it frees its place in the first, and is counted once or twice, but not never. */
static enum sc_money_answer ask(struct sc_money_ticket *m, struct sc_money_held *h, int64_t now,
                                bool bury)
{
    int64_t period = sc_period_number(h->budget->per, wall_s(m, now));
    unsigned calls;

    h->others = h->asked > 0
                    ? sc_held_sum(m->region, h->hash, h->words, h->lease, now, bury, &calls) +
                          held_elsewhere(h, now)
                    : 0;
    h->spent =
        sc_money_spent(sc_word_read(&h->words[SC_W_SPENT]), period) + spent_elsewhere(h, period);
    return sc_money_decide(h->budget->limit_nano, h->spent, h->others, h->asked);
}

/* `bury`: before it is too much, see who has died. */
static enum sc_money_answer ask_all(struct sc_money_ticket *m, int64_t now, bool bury)
{
    enum sc_money_answer worst = SC_MONEY_FITS;

    for (size_t i = 0; i < m->n; i++) {
        struct sc_money_held *h = &m->held[i];
        enum sc_money_answer a;

        if (!h->words || h->budget->on_spent == SC_ON_SPENT_WARN)
            continue;
        a = ask(m, h, now, false);
        if (a == SC_MONEY_BUSY && bury)
            a = ask(m, h, now, true);
        if (a > worst) {
            worst = a;
            m->refused = i;
        }
    }
    return worst;
}

/* True if there is something new to tell. */
static bool tell(struct sc_money_ticket *m, struct sc_money_held *h, int64_t spent, bool refused,
                 int64_t now)
{
    struct sc_money_tell t = {.period = sc_period_number(h->budget->per, wall_s(m, now)),
                              .nano = spent,
                              .refused = refused};

    sc_word_update(&h->words[SC_W_TOLD], sc_money_tell, &t);
    if (t.to == t.from && (t.was_refused || !t.refused))
        return false;
    h->tell = t;
    h->told = 0;
    return true;
}

/* Writes down what was spent. Who wrote last has seen the newest sum: a slower one with an older
 * sum looks again afterwards, and writes again. */
static void save(const struct sc_money_ticket *m, struct sc_money_held *h, int64_t wall)
{
    int64_t period = sc_period_number(h->budget->per, wall);
    uint64_t seen, told;

    for (int i = 0; i < TRIES && !m->no_books; i++) {
        struct sc_books_entry e = {.id = h->id, .per = h->budget->per, .period = period};

        seen = sc_word_read(&h->words[SC_W_SPENT]);
        told = sc_word_read(&h->words[SC_W_TOLD]);
        e.spent_nano = sc_money_spent(seen, period);
        e.told_nano = sc_money_told(told, period).nano;
        e.refused = sc_money_told(told, period).refused;
        snprintf(e.label, sizeof e.label, "%s", h->label);
        if (!sc_books_write(&e, wall) || sc_word_read(&h->words[SC_W_SPENT]) == seen)
            return;
    }
}

static void tell_refused(struct sc_money_ticket *m, struct sc_money_held *h, int64_t now)
{
    if (tell(m, h, h->spent, true, now))
        save(m, h, wall_s(m, now));
}

enum sc_money_answer sc_money_reserve(struct sc_money_ticket *m, int64_t now, int64_t deadline)
{
    int64_t end = deadline - now < LEASE_NS - GRACE_NS ? deadline + GRACE_NS : now + LEASE_NS;
    enum sc_money_answer a = SC_MONEY_FITS;
    int error = errno;

    for (int i = 0; i < TRIES; i++) {
        sc_money_release(m);
        for (size_t k = 0; k < m->n; k++)
            if (m->held[k].words)
                announce(m, &m->held[k], now, end);
        atomic_thread_fence(memory_order_seq_cst);
        a = ask_all(m, now, i == 0);
        if (a != SC_MONEY_BUSY)
            break;
    }
    if (a != SC_MONEY_FITS)
        sc_money_release(m);
    if (a == SC_MONEY_SPENT)
        tell_refused(m, &m->held[m->refused], now);
    errno = error;
    return a;
}

int64_t sc_money_until_ns(const struct sc_money_ticket *m, int64_t now)
{
    enum sc_period per = m->held[m->refused].budget->per;
    int64_t end = sc_period_end(per, sc_period_number(per, wall_s(m, now)));

    return end == INT64_MAX ? -1 : end * SC_NS_PER_S - m->wall_ns - now;
}

/* ---- what it cost ---- */

static void charge(struct sc_money_ticket *m, struct sc_money_held *h, int64_t cost, int64_t now)
{
    struct sc_money_add a = {.period = sc_period_number(h->budget->per, wall_s(m, now))};
    int64_t reserved = h->asked > 0 ? h->asked : 0;

    a.nano = reserved + sc_cost_settle(reserved, cost);
    sc_word_update(&h->words[SC_W_SPENT], sc_money_add, &a);
    withdraw(h);
    if (a.after == a.before)
        return;
    tell(m, h, a.after + spent_elsewhere(h, a.period), false, now);
    save(m, h, wall_s(m, now));
}

void sc_money_settle(struct sc_money_ticket *m, int64_t cost, int64_t now)
{
    int error = errno;

    for (size_t i = 0; i < m->n; i++)
        if (m->held[i].words)
            charge(m, &m->held[i], cost, now);
    errno = error;
}

/* ---- alerts ---- */

static bool next_alert(struct sc_money_held *h, int *fraction)
{
    while (h->told < h->budget->n_alerts) {
        *fraction = h->budget->alerts[h->told++];
        if (sc_money_alerts(&h->tell, h->budget->limit_nano, *fraction))
            return true;
    }
    return false;
}

bool sc_money_take_alert(struct sc_money_ticket *m, int64_t now, struct sc_money_alert *out)
{
    for (size_t i = 0; i < m->n; i++) {
        struct sc_money_held *h = &m->held[i];

        if (!h->words || !next_alert(h, &out->fraction))
            continue;
        atomic_fetch_add(&h->words[SC_W_PLACES], ONE_ALERT);
        out->budget = h->budget;
        out->label = h->label;
        out->spent_nano = h->tell.nano;
        out->refused = h->tell.refused;
        out->until_s =
            sc_period_end(h->budget->per, sc_period_number(h->budget->per, wall_s(m, now)));
        return true;
    }
    return false;
}

/* ---- for commands ---- */

void sc_money_look(struct sc_region *r, const sc_word *words, int64_t wall, int64_t now,
                   struct sc_money_view *out)
{
    uint64_t terms = sc_word_read(&words[SC_W_TERMS]), places = sc_word_read(&words[SC_W_PLACES]);
    int64_t period;

    memset(out, 0, sizeof *out);
    out->per = (enum sc_period)(terms >> 62);
    out->on_spent = terms >> 60 & 1 ? SC_ON_SPENT_WARN : SC_ON_SPENT_REJECT;
    out->limit = (int64_t)(terms & LIMIT_MASK);
    out->alerts = places >> 32 & ALERTS_MASK;
    period = sc_period_number(out->per, wall);
    out->until_s = sc_period_end(out->per, period);
    out->held =
        sc_held_sum(r, sc_word_read(&words[SC_W_HELD_HASH]), words, NULL, now, true, &out->calls);
    out->spent = sc_money_spent(sc_word_read(&words[SC_W_SPENT]), period);
    out->refused = sc_money_told(sc_word_read(&words[SC_W_TOLD]), period).refused;
}

void sc_money_run_alerts(sc_word *words, int64_t wall, struct sc_money_tell *out)
{
    enum sc_period per = (enum sc_period)(sc_word_read(&words[SC_W_TERMS]) >> 62);
    int64_t period = sc_period_number(per, wall);
    struct sc_money_told told = sc_money_told(sc_word_read(&words[SC_W_TOLD]), period);

    *out = (struct sc_money_tell){.period = period, .nano = told.nano, .refused = told.refused};
    sc_word_update(&words[SC_W_RAN], sc_money_tell, out);
}
