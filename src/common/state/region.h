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

#include "core/word.h"

#define SC_STATE_VERSION 4
#define SC_STATE_MAGIC UINT64_C(0x6574617473647973)

/* 1024 groups of 16 slots, one per kind: a scope's slots lie in one kilobyte. Pages that no scope
 * uses cost nothing. */
#define SC_GROUPS 1024
#define SC_KINDS 16
#define SC_SLOTS (SC_GROUPS * SC_KINDS)
#define SC_SLOT_WORDS 6
#define SC_SERIES 256
#define SC_SERIES_WORDS 75
#define SC_LABEL_WORDS 19
#define SC_LABEL_MAX (SC_LABEL_WORDS * 8) /* with the final NUL */

struct sc_slot {
    sc_word key;   /* 0: free; low byte: kind + 1, the rest a keyed hash of the scope */
    sc_word spare; /* 0 */
    sc_word words[SC_SLOT_WORDS];
};

struct sc_label {
    sc_word length; /* 0: not written (yet) */
    sc_word text[SC_LABEL_WORDS];
};

struct sc_series {
    sc_word key;
    struct sc_label label;
    sc_word words[SC_SERIES_WORDS];
};

/* Written once by the creator, before anybody can find the segment. */
struct sc_region_header {
    uint64_t magic, layout, size;
    uint64_t nonce[2];    /* the record names it too */
    uint64_t hash_key[2]; /* of scopes and credentials: without it a hash tells nothing */
    uint64_t folder_dev, folder_ino;
    uint64_t mount_ns, pid_ns;
    uint64_t root[2]; /* device and inode of / as the creator saw it */
    int shmid;
    int64_t created_ns;
    char boot[40];
    char folder[1024];
};

struct sc_region {
    union {
        struct sc_region_header head;
        char page[4096];
    };
    struct sc_slot slots[SC_GROUPS][SC_KINDS];
    struct sc_label labels[SC_GROUPS][SC_KINDS];
    struct sc_series series[SC_SERIES];
};

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

/* Changes with every change of the structs above. */
uint64_t sc_region_layout(void);

#endif
