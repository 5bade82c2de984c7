/*
 * counts.c - see counts.h.
 *
 * The words of one kind of slots are one table, six ways: a key may lie in any of a slot's words.
 * A word is a tag of 20 bits, when it was last used (12 bits of seconds), and a value of 32 bits.
 */
#include "state/counts.h"

#include <stdbool.h>

#include "core/time.h"
#include "state/region.h"
#include "state/slot.h"

enum { VALUE_BITS = 32, AGE_BITS = 12, AGES = 1 << AGE_BITS };

struct entry {
    uint64_t tag; /* 0: free */
    unsigned used;
    uint32_t value;
};

static struct entry unpack(uint64_t word)
{
    return (struct entry){word >> (VALUE_BITS + AGE_BITS),
                          (unsigned)(word >> VALUE_BITS) & (AGES - 1), (uint32_t)word};
}

static uint64_t pack(struct entry e)
{
    return e.tag << (VALUE_BITS + AGE_BITS) | (uint64_t)e.used << VALUE_BITS | e.value;
}

/* Where a key's words lie, and its tag in them. */
static sc_word *words_of(uint64_t key, int64_t now_ns, uint64_t *tag)
{
    struct sc_region *r = sc_region_get(now_ns);

    key = sc_hash_mix(key, 1);
    *tag = key >> 44 | 1;
    return r ? r->slots[key % SC_GROUPS][SC_SLOT_COUNTS].words : NULL;
}

/* The word with the tag, else the one that was used longest ago; of several the one least used. */
static int choose(sc_word *words, uint64_t tag, unsigned now)
{
    unsigned oldest = 0;
    uint32_t least = UINT32_MAX;
    int best = 0;

    for (int i = 0; i < SC_SLOT_WORDS; i++) {
        struct entry e = unpack(sc_word_read(&words[i]));
        unsigned age = e.tag == 0 ? AGES : (now - e.used) & (AGES - 1);

        if (e.tag == tag)
            return i;
        if (age > oldest || (age == oldest && e.value < least)) {
            oldest = age;
            least = e.value;
            best = i;
        }
    }
    return best;
}

/* Puts in the value that follows, or `first` where there is none yet. The value of before. */
static bool change(uint64_t key, int64_t now_ns, uint32_t first, uint32_t add, uint32_t *before)
{
    unsigned now = (unsigned)(now_ns / SC_NS_PER_S) & (AGES - 1);
    uint64_t tag, found;
    sc_word *words = words_of(key, now_ns, &tag), *w;
    struct entry e;
    bool known;

    if (!words)
        return false;
    do {
        w = &words[choose(words, tag, now)];
        found = sc_word_read(w);
        e = unpack(found);
        known = e.tag == tag;
        *before = e.value;
        e = (struct entry){tag, now, known ? e.value + add : first};
    } while (!atomic_compare_exchange_weak(w, &found, pack(e)));
    return known;
}

uint64_t sc_state_count(uint64_t key, int64_t now_ns)
{
    uint32_t before;

    return change(key, now_ns, 1, 1, &before) ? before : 0;
}

int64_t sc_state_since(uint64_t key, int64_t now_ns)
{
    uint32_t now = (uint32_t)(now_ns / SC_NS_PER_MS), before;

    return change(key, now_ns, now, 0, &before) ? (int64_t)(uint32_t)(now - before) : 0;
}
