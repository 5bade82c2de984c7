/*
 * spool.h - a request body that the program's read callback produces, kept so that it can be sent
 * again.
 *
 * libcurl never rewinds for a new perform: without a copy the second attempt would send an empty
 * or cut body and succeed (measured). Bytes are spooled as they flow, first in memory, then in an
 * unlinked temporary file; beyond the limit the copy is given up and the call cannot be retried.
 */
#ifndef SC_WIRE_SPOOL_H
#define SC_WIRE_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sc_upload {
    char *memory;
    size_t size;      /* allocated */
    size_t in_memory; /* bytes of the spool that lie in memory, the first ones */
    uint64_t len;     /* bytes spooled in all */
    uint64_t pos;     /* next byte to send */
    uint64_t max;
    size_t memory_max;
    int fd;    /* the temporary file, -1: none */
    dev_t dev; /* to tell whether the program closed it under us */
    ino_t ino;
    size_t pending; /* what else the callback said when it was asked ahead of time, 0: nothing */
    bool ended;     /* the program's callback has said there is no more */
    bool lost;      /* the copy is incomplete: the body cannot be sent again */
};

void sc_upload_init(struct sc_upload *u, size_t memory_max, uint64_t max);

/* Remembers what the program's callback gave; 0 bytes: its end. */
void sc_upload_keep(struct sc_upload *u, const char *p, size_t n);

/* Bytes of the copy from `pos` on, at most n; 0: none left there. Moves `pos`. */
size_t sc_upload_take(struct sc_upload *u, char *p, size_t n);

/* The program rewound its own source: the copy starts anew. */
void sc_upload_restart(struct sc_upload *u);

void sc_upload_free(struct sc_upload *u);

#endif
