/*
 * top.h - what `steadycurl top` knows and shows: the data is that of status and of the log.
 *
 *     sc_top_order(calls, &wish, shown, max)    which calls, in which order: pure
 *     sc_top_draw(&t)                           a screen of it (ncurses)
 */
#ifndef SC_CLI_TOP_H
#define SC_CLI_TOP_H

#include "ledger/log_tail.h"
#include "ledger/state_view.h"
#include "serve/calls.h"

enum sc_top_sort {
    SC_TOP_BY_TIME,
    SC_TOP_BY_TOOK,
    SC_TOP_BY_COST,
    SC_TOP_BY_ATTEMPTS,
    SC_TOP_SORTS
};

extern const char *const sc_top_sort_names[SC_TOP_SORTS];

struct sc_top_wish {
    enum sc_top_sort sort;
    bool failed, retried; /* only those */
    char text[64];        /* a part of program, model, rule or outcome; "" all */
};

enum { SC_TOP_RATES = 240 };

struct sc_top {
    struct sc_state_view view;
    struct sc_log_tail tail;
    struct sc_calls *calls;
    struct sc_top_wish wish;
    bool held, typing;           /* the rows stand still; keys are text to look for */
    int64_t rates[SC_TOP_RATES]; /* calls that ended, a second each, the newest last */
    size_t first;                /* row of the calls that is shown first */
    uint64_t seen;               /* calls at the last second */
};

/* The numbers of those that are wished for, at most max; returns how many. The newest first where
 * they are alike. */
size_t sc_top_order(const struct sc_calls *c, const struct sc_top_wish *w, uint64_t *numbers,
                    size_t max);

/* A line of eighths of blocks for so many values, in UTF-8; out holds 3 * n + 1 bytes. */
void sc_top_spark(const int64_t *values, size_t n, char *out);

void sc_top_draw(struct sc_top *t);

#endif
