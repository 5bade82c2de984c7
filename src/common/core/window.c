#include "core/window.h"

#define COUNT_MAX 0xffffffu

uint64_t sc_window_epoch(int64_t now_ns, int64_t window_ns)
{
    int64_t part = window_ns / SC_WINDOW_WORDS;

    /* Never 0: a fresh word, all zero, must not look like a sixth that has been counted. */
    return (uint64_t)(now_ns / (part > 0 ? part : 1)) + 1;
}

unsigned sc_window_index(uint64_t epoch)
{
    return (unsigned)(epoch % SC_WINDOW_WORDS);
}

static uint64_t tag_of(uint64_t epoch)
{
    return epoch / SC_WINDOW_WORDS & 0xffff;
}

static uint32_t plus(uint32_t a, uint32_t b)
{
    return a + b > COUNT_MAX ? COUNT_MAX : a + b;
}

struct sc_window_counts sc_window_part(uint64_t word, uint64_t epoch)
{
    struct sc_window_counts c = {0, 0};

    if (word >> 48 == tag_of(epoch)) {
        c.all = (uint32_t)(word >> 24 & COUNT_MAX);
        c.bad = (uint32_t)(word & COUNT_MAX);
    }
    return c;
}

uint64_t sc_window_add(uint64_t old, void *arg)
{
    const struct sc_window_add *a = arg;
    struct sc_window_counts c = sc_window_part(old, a->epoch);

    return tag_of(a->epoch) << 48 | (uint64_t)plus(c.all, a->all) << 24 | plus(c.bad, a->bad);
}

struct sc_window_counts sc_window_sum(const sc_word words[SC_WINDOW_WORDS], uint64_t epoch,
                                      uint64_t after)
{
    struct sc_window_counts sum = {0, 0};

    for (uint64_t e = epoch; e > after && epoch - e < SC_WINDOW_WORDS; e--) {
        struct sc_window_counts c = sc_window_part(sc_word_read(&words[sc_window_index(e)]), e);

        sum.all = plus(sum.all, c.all);
        sum.bad = plus(sum.bad, c.bad);
    }
    return sum;
}
