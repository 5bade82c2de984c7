/*
 * folder.h - the state folder and the record file in it, handled with suspicion.
 *
 * The folder must be a real folder (no link), ours, and not writable by anybody else; it is made
 * with mode 0700 if it does not exist. The record is one small file that names the segment.
 */
#ifndef SC_STATE_FOLDER_H
#define SC_STATE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_record {
    uint64_t magic, layout, size;
    uint64_t nonce[2];
    int64_t created_ns;
    int32_t shmid;
    uint32_t uid;
    char boot[40];
    uint64_t checksum; /* last */
};

enum sc_record_state { SC_RECORD_OK, SC_RECORD_MISSING, SC_RECORD_DAMAGED, SC_RECORD_UNREADABLE };

/* Opens (and with `create` makes) the folder. -1 with a line in `why`, n bytes. */
int sc_folder_open(const char *path, bool create, char *why, size_t n);

/* The record's file name: it carries version and layout, so that others' files are left alone. */
void sc_record_name(uint64_t layout, char *buf, size_t n);

enum sc_record_state sc_record_read(int folder, const char *name, struct sc_record *out);

/* Writes a record under a temporary name and moves it into place. `replace`: over what is there;
 * else it is an error (EEXIST) that something is there. 0 or an errno. */
int sc_record_write(int folder, const char *name, struct sc_record *r, bool replace);

#endif
