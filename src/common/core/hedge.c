/* hedge.c - see hedge.h. */
#include "core/hedge.h"

#include "core/time.h"

/* ---- how many ---- */

/* Stored with one more: 0 is a word that nobody has written to. */
int64_t sc_hedge_credit(uint64_t word)
{
    int64_t most = (int64_t)SC_HEDGE_SAVED * SC_HEDGE_WHOLE;

    if (word == 0)
        return SC_HEDGE_WHOLE;
    return word - 1 > (uint64_t)most ? most : (int64_t)(word - 1);
}

uint64_t sc_hedge_earn(uint64_t word, void *arg)
{
    int64_t most = (int64_t)SC_HEDGE_SAVED * SC_HEDGE_WHOLE;
    int64_t credit = sc_hedge_credit(word) + *(const int64_t *)arg;

    return (uint64_t)(credit > most ? most : credit) + 1;
}

uint64_t sc_hedge_take(uint64_t word, void *arg)
{
    int64_t credit = sc_hedge_credit(word);
    bool *taken = arg;

    *taken = credit >= SC_HEDGE_WHOLE;
    return *taken ? (uint64_t)(credit - SC_HEDGE_WHOLE) + 1 : word;
}

/* ---- when ---- */

enum { BUCKETS = SC_HEDGE_BEGINS * 8, FULL = 255, LEAST = 20 };

/* Where an octave's second half begins, a factor of the square root of two, in 1/65536. */
#define HALF_OCTAVE 92682

/* Range i ends before this many ms. */
static int64_t end_of(unsigned i)
{
    int64_t octave = INT64_C(1) << (i / 2);

    return i % 2 ? octave * 2 : (octave * HALF_OCTAVE + 65535) / 65536;
}

static unsigned range_of(int64_t ms)
{
    unsigned i = 0;

    while (i < BUCKETS - 1 && ms >= end_of(i))
        i++;
    return i;
}

static unsigned count_in(uint64_t word, unsigned i)
{
    return (unsigned)(word >> (i % 8 * 8)) & FULL;
}

static uint64_t halve(uint64_t word, void *arg)
{
    (void)arg;
    return word >> 1 & UINT64_C(0x7f7f7f7f7f7f7f7f);
}

struct one_more {
    unsigned at;
    bool full;
};

static uint64_t count(uint64_t word, void *arg)
{
    struct one_more *m = arg;

    m->full = count_in(word, m->at) == FULL;
    return m->full ? word : word + (UINT64_C(1) << (m->at % 8 * 8));
}

void sc_hedge_learn(sc_word begins[SC_HEDGE_BEGINS], int64_t ms, bool given_up)
{
    struct one_more m = {.at = range_of(ms)};

    if (given_up && m.at < BUCKETS - 1)
        m.at++;
    sc_word_update(&begins[m.at / 8], count, &m);
    if (!m.full)
        return;
    for (unsigned i = 0; i < SC_HEDGE_BEGINS; i++)
        sc_word_update(&begins[i], halve, NULL);
    sc_word_update(&begins[m.at / 8], count, &m);
}

int64_t sc_hedge_seen(const sc_word begins[SC_HEDGE_BEGINS])
{
    int64_t n = 0;

    for (unsigned i = 0; i < BUCKETS; i++)
        n += count_in(sc_word_read(&begins[i / 8]), i);
    return n;
}

/* Whether `below` of n are as many as the percentage asks for, or fewer by no more than two
 * standard errors of n draws, sqrt(n p (1 - p)). */
static bool is_enough(int64_t below, int64_t n, int percent)
{
    int64_t lacks = n * percent - below * 100;

    return below > 0 && (lacks <= 0 || lacks * lacks <= 4 * n * percent * (100 - percent));
}

int64_t sc_hedge_learned(const sc_word begins[SC_HEDGE_BEGINS], int percent)
{
    int64_t n = sc_hedge_seen(begins), below = 0;

    if (n < LEAST)
        return -1;
    for (unsigned i = 0; i < BUCKETS; i++) {
        below += count_in(sc_word_read(&begins[i / 8]), i);
        if (is_enough(below, n, percent))
            return end_of(i);
    }
    return -1; /* others have halved them meanwhile */
}

int64_t sc_hedge_delay_ms(const struct sc_hedge_settings *s, const sc_word *begins)
{
    static const int percents[] = {[SC_HEDGE_P90] = 90, [SC_HEDGE_P95] = 95, [SC_HEDGE_P99] = 99};

    if (s->max_extra <= 0)
        return -1;
    if (s->after_ms > 0)
        return s->after_ms;
    return begins ? sc_hedge_learned(begins, percents[s->after]) : -1;
}

/* ---- the race ---- */

void sc_hedge_begin(struct sc_hedge *h, int64_t start_ns, int64_t delay_ms)
{
    bool never = delay_ms < 0 || delay_ms > (SC_HEDGE_NEVER - start_ns) / SC_NS_PER_MS;

    *h = (struct sc_hedge){.due_ns = never ? SC_HEDGE_NEVER : start_ns + delay_ms * SC_NS_PER_MS,
                           .winner = -1};
}

bool sc_hedge_is_due(struct sc_hedge *h, int64_t now_ns, bool begun)
{
    if (h->due_ns == SC_HEDGE_NEVER || h->sent || h->winner >= 0)
        return false;
    if (begun)
        h->due_ns = SC_HEDGE_NEVER;
    return h->due_ns <= now_ns;
}

void sc_hedge_sent(struct sc_hedge *h)
{
    h->sent = true;
    h->due_ns = SC_HEDGE_NEVER;
}

void sc_hedge_forbid(struct sc_hedge *h)
{
    h->due_ns = SC_HEDGE_NEVER;
}

void sc_hedge_output(struct sc_hedge *h, int lane)
{
    h->due_ns = SC_HEDGE_NEVER;
    if (h->winner < 0)
        h->winner = lane;
}

int sc_hedge_ended(struct sc_hedge *h, int lane, enum sc_hedge_end end)
{
    bool alone = !h->sent || h->over[1 - lane];

    h->over[lane] = true;
    h->due_ns = SC_HEDGE_NEVER; /* before its time a failure is the retry's business */
    if (h->winner < 0 && (alone || end == SC_HEDGE_ANSWERED || end == SC_HEDGE_FATAL))
        h->winner = lane;
    return h->winner;
}
