/*
 * log_tail.h - a log as it grows, followed across rotations.
 *
 * Whole lines only: the last one may be in the making. A log that is renamed away is read to its
 * end before the one that took its place, and one that is not there yet is waited for.
 */
#ifndef SC_LEDGER_LOG_TAIL_H
#define SC_LEDGER_LOG_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct sc_log_tail {
    const char *path;
    FILE *f;    /* NULL: it is not there */
    char *line; /* the one that is read, and its room */
    size_t room;
    long begins; /* where reading began, for who wants to know what was left out */
};

/* From so many bytes before the end on, at a line's beginning; path is borrowed. */
void sc_log_tail_open(struct sc_log_tail *t, const char *path, long bytes);

/* Gives each line that has come to `take`, at most about `most` bytes of them; never waits. True:
 * there may be more at once. */
bool sc_log_tail_read(struct sc_log_tail *t, size_t most,
                      void (*take)(void *arg, const char *line, size_t n), void *arg);

void sc_log_tail_close(struct sc_log_tail *t);

#endif
