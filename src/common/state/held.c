#include "state/held.h"

#include "core/lease.h"
#include "core/money.h"
#include "state/holder.h"
#include "state/slot.h"

/* Three calls a slot. */
#define PAIRS (SC_SLOT_WORDS / 2)
#define PARTS_MAX 256

static unsigned parts_of(const sc_word *words)
{
    uint32_t n = (uint32_t)sc_word_read(&words[SC_W_PLACES]);

    return n < PARTS_MAX ? n : PARTS_MAX;
}

static uint64_t at_least(uint64_t word, void *arg)
{
    const unsigned *n = arg;

    return (uint32_t)word < *n ? (word & ~(uint64_t)UINT32_MAX) | *n : word;
}

static bool take_pair(sc_word *pair, uint64_t mine, int64_t nano, int64_t now)
{
    struct sc_lease_take t = {.now_ns = now, .mine = mine};
    uint64_t stale = sc_word_read(&pair[1]);

    sc_word_update(&pair[0], sc_lease_take, &t);
    if (!t.taken)
        return false;
    if (atomic_compare_exchange_strong(&pair[1], &stale, sc_money_held_write(mine, nano)))
        return true;
    /* Somebody wrote in between: we slept beyond the lease's end, and it is another's by now. */
    sc_word_update(&pair[0], sc_lease_give, &mine);
    return false;
}

static void free_dead(const struct sc_region *r, sc_word *pair)
{
    uint64_t lease = sc_word_read(&pair[0]);

    if (lease != 0 && sc_holder_is_dead(r, lease))
        sc_word_update(&pair[0], sc_lease_give, &lease);
}

/* Looks for a place from the first part on, so that few parts are in use. A part is counted before
 * it is used: whoever sums up then looks there, too. */
sc_word *sc_held_take(struct sc_region *r, uint64_t hash, sc_word *budget, uint64_t mine,
                      int64_t nano, int64_t now)
{
    for (unsigned part = 0; part < PARTS_MAX; part++) {
        sc_word *words = sc_held_words(r, hash, part, true);
        unsigned more = part + 1;

        if (!words)
            return NULL;
        sc_word_update(&budget[SC_W_PLACES], at_least, &more);
        for (int i = 0; i < PAIRS; i++)
            if (take_pair(&words[2 * i], mine, nano, now))
                return &words[2 * i];
    }
    return NULL;
}

int64_t sc_held_sum(struct sc_region *r, uint64_t hash, const sc_word *budget, const sc_word *but,
                    int64_t now, bool bury, unsigned *calls)
{
    unsigned parts = parts_of(budget);
    int64_t sum = 0;

    *calls = 0;
    for (unsigned part = 0; part < parts; part++) {
        sc_word *words = sc_held_words(r, hash, part, false);

        for (int i = 0; words && i < PAIRS; i++) {
            sc_word *pair = &words[2 * i];
            uint64_t lease;

            if (bury && pair != but)
                free_dead(r, pair);
            lease = sc_word_read(&pair[0]);
            if (pair == but || sc_lease_is_free(lease, now))
                continue;
            sum += sc_money_held_read(sc_word_read(&pair[1]), lease);
            ++*calls;
        }
    }
    return sum;
}
