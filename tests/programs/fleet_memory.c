/*
 * fleet_memory.c - reads and ages the memory that all processes share.
 *
 *     fleet_memory FOLDER dump             all its bytes to standard output
 *     fleet_memory FOLDER latches SECONDS  moves the next probe of all latches nearer
 */
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

#include "state/folder.h"
#include "state/region.h"
#include "state/slot.h"

static struct sc_region *attach(const char *folder)
{
    char pattern[1024];
    struct sc_record record;
    glob_t found;
    void *at;
    FILE *f;

    snprintf(pattern, sizeof pattern, "%s/state-*", folder);
    if (glob(pattern, 0, NULL, &found) != 0)
        return NULL;
    f = fopen(found.gl_pathv[0], "r");
    globfree(&found);
    if (!f)
        return NULL;
    at = fread(&record, sizeof record, 1, f) == 1 ? shmat(record.shmid, NULL, 0) : (void *)-1;
    fclose(f);
    return at == (void *)-1 ? NULL : at;
}

/* The lower 46 bits of a latch are a time in units of 2^16 ns. */
static void age_latches(struct sc_region *r, long seconds)
{
    uint64_t by = (uint64_t)seconds * 1000000000 >> 16;

    for (size_t i = 0; i < SC_GROUPS; i++) {
        sc_word *w = &r->slots[i][SC_SLOT_LATCH].words[SC_W_LATCH];

        if (atomic_load(w) != 0)
            atomic_fetch_sub(w, by);
    }
}

int main(int argc, char **argv)
{
    struct sc_region *r = argc > 2 ? attach(argv[1]) : NULL;

    if (!r)
        return 1;
    if (strcmp(argv[2], "dump") == 0)
        return fwrite(r, sizeof *r, 1, stdout) != 1;
    age_latches(r, atol(argv[3]));
    return 0;
}
