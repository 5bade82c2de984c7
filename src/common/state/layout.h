/*
 * layout.h - what the shared memory of a user's processes consists of. See docs/state.md.
 *
 * Every word is atomic by itself and good at any value: there is no lock that a kill could leave
 * behind. A change of the structs changes sc_state_layout, and with it the name of the record, so
 * that two versions never meet in one segment.
 */
#ifndef SC_STATE_LAYOUT_H
#define SC_STATE_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "core/ring.h"
#include "core/word.h"

#define SC_STATE_VERSION 10
#define SC_STATE_MAGIC UINT64_C(0x6574617473647973)

/* 1024 groups of 20 slots, one per kind: a scope's slots lie side by side. Pages that no scope uses
 * cost nothing. */
#define SC_GROUPS 1024
#define SC_KINDS 20
#define SC_SLOTS (SC_GROUPS * SC_KINDS)
#define SC_SLOT_WORDS 6
#define SC_SERIES 256
#define SC_SERIES_WORDS 168
#define SC_LABEL_WORDS 19
#define SC_LABEL_MAX (SC_LABEL_WORDS * 8) /* with the final NUL */
#define SC_JOURNALS 16
#define SC_FLEET_WORDS 16
#define SC_FLEET_LISTED 512

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

/* Lines of one log that wait to be written (state/journal.h). */
struct sc_journal {
    sc_word key;    /* which log's; 0: nobody's */
    sc_word writer; /* the lease of who writes them out */
    sc_word wanted; /* whether somebody has asked for that since */
    char apart[40];
    struct sc_ring ring;
};

/* What this host and others know of a slot (state/fleet.h): beside each slot, and used where a
 * policy names a Redis alone. */
struct sc_fleet_slot {
    sc_word words[SC_FLEET_WORDS];
};

struct sc_fleet {
    sc_word due;     /* when the next round trip is; who moves it makes it */
    sc_word away;    /* since when Redis is; 0: it is there */
    sc_word heard;   /* when it was last */
    sc_word hosts;   /* that it knows */
    sc_word host;    /* this one's id */
    sc_word salt[2]; /* the secret that all hosts hash scopes under; 0: not yet known */
    sc_word epoch;   /* of what Redis has: another one if it was emptied */
    sc_word seq;     /* of the last event heard of */
    sc_word trips;
    sc_word untold; /* since when somebody has something to tell that cannot wait; 0: nobody */
    sc_word news;   /* bucket of the trips that are made for that alone */
    sc_word list[SC_FLEET_LISTED]; /* slots in use, each by its place + 1; 0: free */
};

/* Written once by the creator, before anybody can find the segment. */
struct sc_region_header {
    uint64_t magic, layout, size;
    uint64_t nonce[2];    /* the record names it too */
    uint64_t hash_key[2]; /* of scopes and credentials: without it a hash tells nothing */
    uint64_t folder_dev, folder_ino;
    uint64_t mount_ns, pid_ns;
    uint64_t root[2]; /* device and inode of / as the creator saw it */
    uint64_t owner;   /* the user whose segment it is */
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
    struct sc_journal journals[SC_JOURNALS];
    struct sc_fleet fleet;
    struct sc_fleet_slot fleet_slots[SC_GROUPS][SC_KINDS];
};

/* Changes with every change of the structs above. */
uint64_t sc_state_layout(void);

#endif
