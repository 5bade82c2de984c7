/*
 * books.h - what was spent, on disk: the shared memory is gone after a reboot, money is not.
 *
 * One file of records of equal size with a checksum each, one for each share of each budget. It is
 * read when the memory for a share is made, and written after each call that cost something: one
 * pread and one pwrite, never mapped, without fsync. Nothing waits for another process; damage,
 * truncation, other versions and read-only folders cost memory of the past, never a call: one line
 * says so. A record whose period is over is used again.
 */
#ifndef SC_STATE_BOOKS_H
#define SC_STATE_BOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/settings.h"
#include "state/layout.h"

struct sc_books_entry {
    uint64_t id;
    enum sc_period per;
    int64_t period;
    int64_t spent_nano, told_nano;
    bool refused;
    char label[SC_LABEL_MAX];
};

/* The folder: $STEADYCURL_STATE, else $XDG_STATE_HOME/steadycurl, else ~/.local/state/steadycurl,
 * else, for root, /var/lib/steadycurl, else that of the shared state. False: none can be named. */
bool sc_books_folder(char *buf, size_t n);

/* What they say of a share in this period (or a later one: the clock was set back). */
bool sc_books_read(uint64_t id, enum sc_period per, int64_t period, struct sc_books_entry *out);

/* False: not written; a note says why, once per process. */
bool sc_books_write(const struct sc_books_entry *e, int64_t wall_s);

/* All entries, in no order, for commands: calls `each`. Returns their number. */
size_t sc_books_each(void (*each)(const struct sc_books_entry *e, void *arg), void *arg);

/* Sets to nothing what was spent in the entries whose label has `part` in it. Returns how many. */
size_t sc_books_reset(const char *part, int64_t wall_s);

#endif
