#include "core/budget.h"

#include "core/limiter.h"

static int64_t left_of(struct sc_window_counts c, double ratio, int64_t min)
{
    int64_t earned = ratio > 0 ? (int64_t)(ratio * c.all + 1e-9) : 0;

    return earned + (min > 0 ? min : 0) - (int64_t)c.bad;
}

sc_word *sc_budget_word(sc_word *window, int64_t now_ns)
{
    return &window[sc_window_index(sc_window_epoch(now_ns, SC_MINUTE_NS))];
}

uint64_t sc_budget_take(uint64_t word, void *arg)
{
    struct sc_budget_ask *a = arg;
    struct sc_window_add one = {.epoch = sc_window_epoch(a->now_ns, SC_MINUTE_NS), .bad = 1};
    struct sc_window_counts mine = sc_window_part(word, one.epoch);
    struct sc_window_counts sum = {mine.all, mine.bad};

    /* The current word is the one about to be swapped: it counts as given, not as it is now. */
    for (uint64_t e = one.epoch - 1; e > 0 && one.epoch - e < SC_WINDOW_WORDS; e--) {
        struct sc_window_counts c = sc_window_part(sc_word_read(&a->window[sc_window_index(e)]), e);

        sum.all += c.all;
        sum.bad += c.bad;
    }
    a->left = left_of(sum, a->ratio, a->min_per_minute) - 1;
    a->allowed = a->left >= 0;
    return a->allowed ? sc_window_add(word, &one) : word;
}

void sc_budget_count(sc_word *window, int64_t now_ns, uint32_t first, uint32_t retries)
{
    struct sc_window_add a = {
        .epoch = sc_window_epoch(now_ns, SC_MINUTE_NS), .all = first, .bad = retries};

    sc_word_update(&window[sc_window_index(a.epoch)], sc_window_add, &a);
}

int64_t sc_budget_left(const sc_word *window, int64_t now_ns, double ratio, int64_t min)
{
    int64_t left =
        left_of(sc_window_sum(window, sc_window_epoch(now_ns, SC_MINUTE_NS), 0), ratio, min);

    return left > 0 ? left : 0;
}
