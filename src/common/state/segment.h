/*
 * segment.h - making, attaching, finding and clearing away System V segments.
 */
#ifndef SC_STATE_SEGMENT_H
#define SC_STATE_SEGMENT_H

#include <stdint.h>
#include <sys/types.h>

#include "state/folder.h"
#include "state/layout.h"

/* This boot's id, or "" if it cannot be read. */
void sc_segment_boot_id(char *buf, size_t n);

/* A number that names the namespace ("mnt", "pid"), 0 if unknown. */
uint64_t sc_segment_namespace(const char *kind);

/* Attaches what a record names, if it is what the record says and ours. NULL if not. */
struct sc_region *sc_segment_attach(const struct sc_record *r);

/* Makes a segment for the folder (an open descriptor of it, and its path) and fills in the record
 * for it. NULL with errno. */
struct sc_region *sc_segment_create(int folder, const char *path, struct sc_record *r);

/* Finds the newest living segment that was made for this folder and describes it in `r`. */
struct sc_region *sc_segment_find(int folder, struct sc_record *r);

/* Removes segments of ours that no process uses and no record names any more (their folder was
 * removed, or their creator was killed before it could write the record): as many as it finds in
 * less than a millisecond. */
void sc_segment_sweep(void);

/* The same for all that are older than so many seconds, as far as it comes until a time of
 * CLOCK_BOOTTIME (0: all); tells of each (NULL: nobody) by number and folder ("": it was never
 * finished). Returns how many it were. */
int sc_segment_clean(int64_t age_s, int64_t until_ns,
                     void (*tell)(int shmid, const char *folder, void *arg), void *arg);

/* If the folder of an attached segment is gone: lets it go with its last process. */
void sc_segment_abandon(const struct sc_region *r);

void sc_segment_detach(struct sc_region *r);
void sc_segment_remove(int shmid);

#endif
