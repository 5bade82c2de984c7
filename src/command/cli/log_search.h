/*
 * log_search.h - reads a log, and the one that was rotated away, for what is wanted of them.
 *
 * The last N are looked for from the end backwards, lines since a time by halving the file: a log
 * of a gigabyte is not read for what its last hour holds.
 */
#ifndef SC_CLI_LOG_SEARCH_H
#define SC_CLI_LOG_SEARCH_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/log_view.h"

enum sc_log_mode {
    SC_LOG_LINES, /* lines as they are */
    SC_LOG_CALLS, /* a row a call */
    SC_LOG_STORY  /* one call, in words */
};

struct sc_log_search {
    struct sc_log_select select;
    enum sc_log_mode mode;
    bool json;
    long lines;                                          /* the last so many, -1: all */
    long odd;                                            /* lines that are none of a log */
    void (*show)(const char *line, size_t n, bool json); /* a line as it is */
    /* private */
    struct sc_log_calls *calls;
    char **last; /* the last lines, a ring */
    long found;
    char id[24]; /* of the call whose story it is */
    bool ended, coarse, ambiguous;
};

/* Prints what is wanted; leaves `f` where reading ended. path: for the one that was rotated away.
 * False: there is no memory for it. */
bool sc_log_search(struct sc_log_search *s, FILE *f, const char *path);

/* One more line of a log that is followed. */
void sc_log_search_more(struct sc_log_search *s, const char *line, size_t n);

#endif
