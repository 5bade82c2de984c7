/* top_order.c - which calls top shows, in which order; see top.h. */
#include <stdlib.h>
#include <string.h>

#include "cli/top.h"

const char *const sc_top_sort_names[SC_TOP_SORTS] = {"time", "took", "cost", "attempts"};

static bool is_wished(const struct sc_log_line *l, const struct sc_top_wish *w)
{
    char outcome[64];

    if (w->failed && sc_ending_of(l) != SC_CALL_FAILED)
        return false;
    if (w->retried && l->attempts < 2)
        return false;
    sc_log_outcome_words(l, outcome, sizeof outcome);
    return !w->text[0] || strcasestr(l->program, w->text) || strcasestr(l->model, w->text) ||
           strcasestr(l->rule, w->text) || strcasestr(outcome, w->text);
}

struct entry {
    uint64_t number;
    int64_t value;
};

static int by_value(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->value != y->value)
        return x->value < y->value ? 1 : -1;
    return x->number < y->number ? 1 : -1;
}

static int64_t value_of(const struct sc_log_line *l, enum sc_top_sort sort)
{
    switch (sort) {
    case SC_TOP_BY_TOOK:
        return l->ms;
    case SC_TOP_BY_COST:
        return l->cost_nano;
    case SC_TOP_BY_ATTEMPTS:
        return l->attempts;
    default:
        return 0; /* the number decides */
    }
}

size_t sc_top_order(const struct sc_calls *c, const struct sc_top_wish *w, uint64_t *numbers,
                    size_t max)
{
    static struct entry all[SC_CALLS_KEPT];
    size_t n = 0;

    for (uint64_t i = sc_calls_first(c); i < sc_calls_last(c); i++) {
        const struct sc_log_line *l = &sc_calls_at(c, i)->end;

        if (is_wished(l, w))
            all[n++] = (struct entry){i, value_of(l, w->sort)};
    }
    qsort(all, n, sizeof *all, by_value);
    n = n < max ? n : max;
    for (size_t i = 0; i < n; i++)
        numbers[i] = all[i].number;
    return n;
}

/* U+2581 to U+2588 are one to eight eighths; nothing is a blank. */
void sc_top_spark(const int64_t *values, size_t n, char *out)
{
    int64_t most = 1;

    for (size_t i = 0; i < n; i++)
        most = values[i] > most ? values[i] : most;
    for (size_t i = 0; i < n; i++) {
        int eighths = (int)((values[i] * 8 + most - 1) / most);

        if (eighths > 0) {
            *out++ = (char)0xe2;
            *out++ = (char)0x96;
            *out++ = (char)(0x80 + eighths);
        } else {
            *out++ = ' ';
        }
    }
    *out = '\0';
}
