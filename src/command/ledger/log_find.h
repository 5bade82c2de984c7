/*
 * log_find.h - the place in a log from which to read, without reading what lies before it.
 *
 * Lines stand nearly in the order of their times: a batch may be a little late (log/batch.h), a
 * text line is to the second. So a place by time is found by halving, and a little early.
 */
#ifndef SC_LEDGER_LOG_FIND_H
#define SC_LEDGER_LOG_FIND_H

#include <stdint.h>
#include <stdio.h>

/* Where lines of that time begin: of all at or after it none but the few that are very late stand
 * before. 0: at the beginning, or the file cannot be searched (a pipe). */
long sc_log_find_time(FILE *f, int64_t since_ms);

/* Where a line begins, at or before so many bytes from the end; 0: the file's beginning. */
long sc_log_find_end(FILE *f, long bytes);

#endif
