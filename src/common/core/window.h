/*
 * window.h - counts of the recent past: six words, each a sixth of a sliding window.
 *
 * A word holds the number of its sixth (16 bits) and two counts of 24 bits; a word with another
 * number than expected is old and counts as zero, so nothing ever has to be cleared and every bit
 * pattern is valid. The window slides by sixths: what is seen covers 5/6 to 6/6 of its length.
 * Users: the breaker (all, bad = failures), the retry budget (all = first attempts, bad =
 * retries). Worked example:
 *
 *     epoch = sc_window_epoch(now, window_ns);
 *     struct sc_window_add a = {.epoch = epoch, .all = 1, .bad = 1};
 *     sc_word_update(&words[sc_window_index(epoch)], sc_window_add, &a);
 *     sum = sc_window_sum(words, epoch, 0);
 */
#ifndef SC_CORE_WINDOW_H
#define SC_CORE_WINDOW_H

#include <stdint.h>

#include "core/word.h"

#define SC_WINDOW_WORDS 6

struct sc_window_counts {
    uint32_t all, bad;
};

struct sc_window_add {
    uint64_t epoch;
    uint32_t all, bad; /* to add; counts stop at 2^24 - 1 */
};

/* The number of the sixth that `now` lies in. */
uint64_t sc_window_epoch(int64_t now_ns, int64_t window_ns);

/* Which of the words that sixth is kept in. */
unsigned sc_window_index(uint64_t epoch);

/* `arg`: struct sc_window_add. */
uint64_t sc_window_add(uint64_t old, void *arg);

/* What one word says about a sixth: zero if it holds another. */
struct sc_window_counts sc_window_part(uint64_t word, uint64_t epoch);

/* The sum over the window that ends with `epoch`; sixths up to `after` (exclusive start) are left
 * out, 0: none. */
struct sc_window_counts sc_window_sum(const sc_word words[SC_WINDOW_WORDS], uint64_t epoch,
                                      uint64_t after);

#endif
