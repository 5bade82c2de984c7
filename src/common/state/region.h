/*
 * region.h - the memory that all processes of a user share, and how it is found.
 *
 * The memory is a System V segment; a small record file in the state folder says which. Why not a
 * mapped file: whoever cuts a mapped file short kills every process that touches the lost pages
 * (SIGBUS), and a library in somebody else's program may not install a handler against that. A
 * segment cannot be cut. The record can be, or be overwritten, and is simply written again: the
 * segment is found by the folder it belongs to. See docs/state.md.
 *
 * Nothing here ever waits for another process, keeps a descriptor, changes errno, or fails
 * visibly: when the shared memory cannot be had, the process works on memory of its own (shared
 * with the children it forks), one note says so, and it is tried again later.
 */
#ifndef SC_STATE_REGION_H
#define SC_STATE_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/layout.h"

/* The region to work on now: the shared one, else the process's own; NULL when there is no memory
 * for either (then everything is allowed and nothing is counted). Opens at the first call, looks
 * once a second whether the record still says the same. */
struct sc_region *sc_region_get(int64_t now_ns);

/* Memory of this process alone; NULL if there is none. */
struct sc_region *sc_region_private(void);

/* Whether the region in use is the shared one. */
bool sc_region_is_shared(void);

/* The state folder that would be used; false if none can be named. */
bool sc_region_folder(char *buf, size_t n);

/* Takes the region of a folder without creating anything; for commands. NULL if there is none;
 * `why` (n bytes) says what was found. */
struct sc_region *sc_region_find(const char *folder, char *why, size_t n);

/* One pending line for the log about the state itself, at most once each; false if there is none.
 */
bool sc_region_take_note(char *buf, size_t n);
void sc_region_note(const char *text);

/* For tests: forget the region, so that the next call opens anew. */
void sc_region_forget(void);

#endif
