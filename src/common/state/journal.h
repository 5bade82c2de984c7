/*
 * journal.h - lines of logs that wait in the shared memory, and who writes them out.
 *
 * Each log has a ring of its own, found by the folder that the file lies in (device and inode) and
 * the file's name there: paths mean different files after a chroot and in another mount namespace.
 * Whoever writes the lines out holds the journal's lease meanwhile; it is taken over from a
 * process that has died, or after SC_JOURNAL_LEASE_NS.
 */
#ifndef SC_STATE_JOURNAL_H
#define SC_STATE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "state/region.h"

#define SC_JOURNAL_LEASE_NS INT64_C(2000000000)

/* Where a log lies. */
struct sc_journal_place {
    uint64_t dev, ino; /* of the folder */
    const char *name;
};

/* The journal of a log. make: one is begun if there is none. NULL: none, or no room for one. */
struct sc_journal *sc_journal_find(struct sc_region *r, const struct sc_journal_place *p,
                                   bool make);

/* Whether what is in a journal outlives the processes that have it. */
bool sc_journal_lasts(const struct sc_region *r);

/* Says that lines are to be written out, and asks whether this process is to do it: false, and the
 * one that is at it will see to them. *left: the one before did not get to its end. */
bool sc_journal_begin(const struct sc_region *r, struct sc_journal *j, uint64_t *lease, bool *left);

/* Done. True: others have asked meanwhile; begin again. */
bool sc_journal_end(struct sc_journal *j, uint64_t lease);

#endif
