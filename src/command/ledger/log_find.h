/*
 * log_find.h - the place in a log from which to read, without reading what lies before it.
 *
 * Lines stand nearly in the order of their times: a batch may be a little late (log/batch.h), a
 * text line is to the second. So a place by time is found by halving, and a little early.
 */
#ifndef SC_LEDGER_LOG_FIND_H
#define SC_LEDGER_LOG_FIND_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* So much a line may be late: one that is later than this behind a time is followed by none before
 * it. */
enum { SC_LOG_LATE_MS = 10000 };

/* Where lines of that time begin: of all at or after it none but the few that are very late stand
 * before. 0: at the beginning, or the file cannot be searched (a pipe). */
long sc_log_find_time(FILE *f, int64_t since_ms);

/* Where a line begins, at or before so many bytes from the end; 0: the file's beginning. */
long sc_log_find_end(FILE *f, long bytes);

/* The log that was rotated away from there; NULL: there is none. */
FILE *sc_log_rotated(const char *path);

/* Gives each line from there on to `take`, until that wants no more. */
void sc_log_read_from(FILE *f, long from, bool (*take)(void *arg, const char *line, size_t n),
                      void *arg);

/* The lines of the log that is open, and before them those of the one that was rotated away from
 * `path`, from that time on: of a gigabyte only what is asked for is read. */
void sc_log_read_since(FILE *f, const char *path, int64_t since_ms,
                       bool (*take)(void *arg, const char *line, size_t n), void *arg);

#endif
