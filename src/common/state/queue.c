/*
 * queue.c - see queue.h.
 *
 * Words of a place: lease (lease.h); `check 12 | class 2 | arrival 50 (2^6 ns)`; `units 26 | looks
 * again at 38 (2^20 ns)`. The check is the lease's: what another owner wrote does not count.
 */
#include "state/queue.h"

#include "core/lease.h"
#include "state/holder.h"
#include "state/region.h"
#include "state/slot.h"

/* Two places a slot. Past this many a call waits without a place: it goes when nobody that has one
 * is before it. */
#define PLACES (SC_SLOT_WORDS / 3)
#define PARTS_MAX 384

enum { LEASE, ORDER, LOOKS }; /* words of a place */

#define ARRIVAL_UNIT 6
#define ARRIVAL_MASK ((UINT64_C(1) << 50) - 1)
#define LOOK_UNIT 20
#define LOOK_MASK ((UINT64_C(1) << 38) - 1)
#define UNITS_MAX ((INT64_C(1) << 26) - 1)

/* Not even a stopped process's place is kept for it: another may have it. */
#define ABANDONED_NS SC_NS_PER_S

static uint64_t check_of(uint64_t lease)
{
    return (lease * UINT64_C(0x9e3779b97f4a7c15)) >> 52;
}

static uint64_t order_word(uint64_t lease, int class, int64_t arrived)
{
    return check_of(lease) << 52 | (uint64_t)(unsigned)class << 50 |
           ((uint64_t)arrived >> ARRIVAL_UNIT & ARRIVAL_MASK);
}

static uint64_t looks_word(int64_t units, int64_t look)
{
    uint64_t at = ((uint64_t)look + (1u << LOOK_UNIT) - 1) >> LOOK_UNIT;

    return (uint64_t)(units > UNITS_MAX ? UNITS_MAX : units) << 38 | (at & LOOK_MASK);
}

static int64_t look_of(uint64_t looks)
{
    return (int64_t)((looks & LOOK_MASK) << LOOK_UNIT);
}

/* ---- one place ---- */

struct waiting {
    int class;
    uint64_t arrival;
    int64_t units;
};

/* Whether somebody waits there who counts. */
static bool read_place(const sc_word *p, int64_t now, struct waiting *w)
{
    uint64_t lease = sc_word_read(&p[LEASE]), order, looks;
    int64_t late;

    if (lease == 0 || sc_lease_is_free(lease, now))
        return false;
    order = sc_word_read(&p[ORDER]);
    looks = sc_word_read(&p[LOOKS]);
    late = now - look_of(looks);
    *w = (struct waiting){.class = (int)(order >> 50 & 3),
                          .arrival = order & ARRIVAL_MASK,
                          .units = (int64_t)(looks >> 38)};
    return order >> 52 == check_of(lease) && w->class < SC_QUEUE_CLASSES &&
           late <= SC_QUEUE_LATE_NS && -late <= SC_NS_PER_S;
}

static bool take_place(sc_word *p, uint64_t mine, int64_t now)
{
    uint64_t held = sc_word_read(&p[LEASE]);
    int64_t late = now - look_of(sc_word_read(&p[LOOKS]));
    struct sc_lease_take t = {.now_ns = now, .mine = mine};

    if (late > ABANDONED_NS || late < -ABANDONED_NS)
        t.dead = held;
    sc_word_update(&p[LEASE], sc_lease_take, &t);
    return t.taken;
}

/* ---- the places of a queue ---- */

static unsigned parts_of(const sc_word *head)
{
    uint64_t n = sc_word_read(&head[SC_W_QUEUE_TERMS]) >> 32;

    return n < PARTS_MAX ? (unsigned)n : PARTS_MAX;
}

static uint64_t at_least(uint64_t word, void *arg)
{
    uint64_t n = *(const unsigned *)arg;

    return word >> 32 < n || word >> 32 > PARTS_MAX ? n << 32 | (uint32_t)word : word;
}

/* From the first on, so that few are looked at. A part is counted before it is used. */
static sc_word *find_place(struct sc_ticket *t, uint64_t mine, int64_t now)
{
    struct sc_queue_place *me = &t->place;

    for (unsigned part = 0; part < PARTS_MAX; part++) {
        sc_word *words = sc_queue_words(t->region, t->lease_hash, part, true);
        unsigned more = part + 1;

        if (!words)
            return NULL;
        sc_word_update(&me->queue[SC_W_QUEUE_TERMS], at_least, &more);
        for (int i = 0; i < PLACES; i++)
            if (take_place(&words[3 * i], mine, now))
                return &words[3 * i];
    }
    return NULL;
}

static void read_head(const sc_word *head, struct sc_queue *q)
{
    uint64_t terms = sc_word_read(&head[SC_W_QUEUE_TERMS]);

    q->time = sc_word_read(&head[SC_W_QUEUE_TIME]);
    for (int i = 0; i < SC_QUEUE_CLASSES; i++) {
        unsigned weight = (unsigned)(terms >> 8 * i) & 0xff;

        q->mark[i] = sc_word_read(&head[SC_W_QUEUE_MARK + i]);
        q->weight[i] = weight > 0 ? weight : 1;
    }
}

static uint64_t weights_of(uint64_t word, void *arg)
{
    return (word & ~(uint64_t)0xffffff) | *(const uint64_t *)arg;
}

void sc_queue_say(sc_word *words, const struct sc_limits *l, uint64_t hash)
{
    uint64_t weights = 0;

    for (int i = 0; i < SC_QUEUE_CLASSES; i++)
        weights |= (uint64_t)(l->weights[i] & 0xff) << 8 * i;
    if ((sc_word_read(&words[SC_W_QUEUE_TERMS]) & 0xffffff) != weights)
        sc_word_update(&words[SC_W_QUEUE_TERMS], weights_of, &weights);
    sc_word_set(&words[SC_W_QUEUE_HASH], hash);
}

/* ---- what a call costs ---- */

/* So many tokens more, of a bucket of tokens. */
static int64_t by_units(const struct sc_reservation *r, int64_t mine, int64_t units)
{
    return r->words && mine > 0 ? (int64_t)((__int128)r->cost_ns * units / mine) : 0;
}

static int64_t by_calls(const struct sc_reservation *r, int64_t calls)
{
    return r->words ? r->cost_ns * calls : 0;
}

/* Of the limit that they take most of; where only how many there are at a time is limited, all
 * calls cost the same. */
static int64_t cost_of(const struct sc_ticket *t, int64_t calls, int64_t units)
{
    const int64_t costs[] = {by_calls(&t->requests, calls),
                             by_calls(&t->learned[SC_RATE_REQUESTS], calls),
                             by_units(&t->tokens, t->place.units, units),
                             by_units(&t->learned[SC_RATE_TOKENS], t->place.units, units)};
    int64_t most = 0;

    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++)
        if (costs[i] > most)
            most = costs[i];
    return most > 0 ? most : calls * SC_NS_PER_MS;
}

/* ---- a call's view ---- */

static void count(const struct sc_ticket *t, const sc_word *p, int64_t now, struct sc_queue_view *v)
{
    uint64_t since = (uint64_t)t->place.arrived_ns >> ARRIVAL_UNIT & ARRIVAL_MASK;
    struct sc_queue_line *line;
    struct waiting w;

    if (p == t->place.at || !read_place(p, now, &w))
        return;
    line = &v->lines[w.class];
    if (w.class == t->place.class && t->place.arrived_ns != 0 &&
        (w.arrival > since || (w.arrival == since && p > t->place.at)))
        line = &v->behind;
    line->calls++;
    line->units += w.units;
}

void sc_queue_look(const struct sc_ticket *t, int64_t now, struct sc_queue_view *v)
{
    unsigned parts = parts_of(t->place.queue);

    *v = (struct sc_queue_view){.behind = {0}};
    for (unsigned part = 0; part < parts; part++) {
        const sc_word *words = sc_queue_words(t->region, t->lease_hash, part, false);

        for (int i = 0; words && i < PLACES; i++)
            count(t, &words[3 * i], now, v);
    }
    read_head(t->place.queue, &v->q);
    for (int i = 0; i < SC_QUEUE_CLASSES; i++)
        if (v->lines[i].calls > 0)
            v->lines[i].cost_ns = cost_of(t, v->lines[i].calls, v->lines[i].units);
    v->ahead = sc_queue_ahead(&v->q, v->lines, t->place.class);
}

void sc_queue_wait(struct sc_ticket *t, int64_t look, int64_t now)
{
    struct sc_queue_place *me = &t->place;
    int64_t end = t->latest_ns - now > SC_LEASE_MAX_NS / 2 ? now + SC_LEASE_MAX_NS / 2
                                                           : t->latest_ns + SC_NS_PER_S;

    if (me->arrived_ns == 0)
        me->arrived_ns = now;
    if (me->at && sc_word_read(&me->at[LEASE]) != me->lease)
        me->at = NULL; /* passed over for so long that another has it */
    if (!me->at) {
        me->lease = sc_holder_word(t->region, now, end);
        me->at = find_place(t, me->lease, now);
    }
    if (!me->at)
        return;
    atomic_store_explicit(&me->at[LOOKS], looks_word(me->units, look), memory_order_relaxed);
    atomic_store_explicit(&me->at[ORDER], order_word(me->lease, me->class, me->arrived_ns),
                          memory_order_release);
}

void sc_queue_leave(struct sc_ticket *t)
{
    struct sc_queue_place *me = &t->place;

    if (me->at)
        sc_holder_give(&me->at[LEASE], me->lease);
    me->at = NULL;
    me->arrived_ns = 0;
}

/* Who found nobody before or behind it, and had not to wait, has cost no one anything. */
void sc_queue_gone(struct sc_ticket *t, const struct sc_queue_view *v)
{
    struct sc_queue_place *me = &t->place;
    struct sc_queue q = v->q;
    struct sc_queue_go go = {.queue = &q, .class = me->class, .cost_ns = cost_of(t, 1, me->units)};
    struct sc_queue_line left[SC_QUEUE_CLASSES];
    bool alone = me->arrived_ns == 0;
    uint64_t time;

    for (int i = 0; i < SC_QUEUE_CLASSES; i++) {
        left[i] = v->lines[i];
        alone &= left[i].calls == 0;
    }
    left[me->class].calls += v->behind.calls;
    if (!alone) {
        sc_word_update(&me->queue[SC_W_QUEUE_MARK + me->class], sc_queue_pay, &go);
        q.mark[me->class] = sc_word_read(&me->queue[SC_W_QUEUE_MARK + me->class]);
        time = sc_queue_time(&q, left);
        sc_word_update(&me->queue[SC_W_QUEUE_TIME], sc_queue_advance, &time);
    }
    sc_queue_leave(t);
}

void sc_queue_reading(struct sc_region *r, const sc_word *words, int64_t now,
                      struct sc_queue_reading *out)
{
    unsigned parts = parts_of(words);
    uint64_t hash = sc_word_read(&words[SC_W_QUEUE_HASH]);
    struct sc_queue q;
    struct waiting w;

    *out = (struct sc_queue_reading){.calls = {0}};
    read_head(words, &q);
    for (int i = 0; i < SC_QUEUE_CLASSES; i++)
        out->weight[i] = q.weight[i];
    for (unsigned part = 0; part < parts; part++) {
        const sc_word *at = sc_queue_words(r, hash, part, false);

        for (int i = 0; at && i < PLACES; i++)
            if (read_place(&at[3 * i], now, &w))
                out->calls[w.class]++;
    }
}
