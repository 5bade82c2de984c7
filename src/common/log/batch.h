/*
 * batch.h - lines that wait in the shared state, and are written out together.
 *
 * Opening the log for each line is two thirds of what a managed call costs, and a descriptor must
 * not stay open in a program that is not ours. So lines that tell of nothing but success wait in a
 * ring in the shared state (core/ring.h, state/journal.h), where a kill cannot lose them, and
 * whoever comes next writes all of them with one write(2):
 *
 * - whatever else is to be logged (failures, retries, waits, alerts) goes out at once, and the
 *   lines before it go with it;
 * - so does the first line that a process has after SC_BATCH_MS without one: `tail -f` misses
 *   nothing of a program that makes a call now and then;
 * - SC_BATCH_LINES lines go out, whoever's they are;
 * - at curl_easy_cleanup and at the end of a process, and by `steadycurl log` and `status`.
 *
 * The file has the lines in the order in which they were put in; a line is written once, but that
 * of a process which is killed between writing and saying so is looked for in the file before it
 * is written again. Where there is no shared state that lasts, or the log is no regular file (a
 * FIFO, a terminal, /dev/stderr), every line is written as it comes.
 */
#ifndef SC_LOG_BATCH_H
#define SC_LOG_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "log/event.h"

struct sc_region;

enum { SC_BATCH_MS = 200, SC_BATCH_LINES = 64 };

/* False: the caller is to write the line itself, now. *error: what kept lines from the file. */
bool sc_batch_put(const struct sc_log *log, const char *line, size_t n, bool at_once, int *error);

/* Whether this process has put lines of the log aside, and writing them out; for_good: the process
 * is at its end, and none may wait from now on. */
bool sc_batch_waits(void);
void sc_batch_flush(const struct sc_log *log, bool for_good);

/* Writes out what waits for that log in a region, for commands. 0 or an errno. */
int sc_batch_write_out(struct sc_region *r, const struct sc_log *log);

#endif
