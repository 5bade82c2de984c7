/*
 * budget.h - retries at most a share of recent first attempts, plus a small minimum.
 *
 * Counted over a sliding minute (window.h: all = first attempts, bad = retries). Taking a retry
 * changes the one word of the current sixth, so racing processes cannot both take the last one:
 * whoever loses the compare-and-swap counts again. Worked example, ratio 0.2, minimum 10:
 *
 *     100 first attempts in the last minute -> 30 retries are allowed in it
 *
 * Pure but for reading the window's other words.
 */
#ifndef SC_CORE_BUDGET_H
#define SC_CORE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/window.h"

struct sc_budget_ask {
    const sc_word *window; /* SC_WINDOW_WORDS words */
    int64_t now_ns;
    double ratio;
    int64_t min_per_minute;
    /* Answer: */
    bool allowed;
    int64_t left; /* retries that would still be allowed after this one */
};

/* Takes one retry. Update the word sc_budget_word(window, now). `arg`: struct sc_budget_ask. */
uint64_t sc_budget_take(uint64_t word, void *arg);

/* Counts first attempts and retries without asking. */
void sc_budget_count(sc_word *window, int64_t now_ns, uint32_t first, uint32_t retries);

sc_word *sc_budget_word(sc_word *window, int64_t now_ns);

/* Retries still allowed now. */
int64_t sc_budget_left(const sc_word *window, int64_t now_ns, double ratio, int64_t min);

#endif
