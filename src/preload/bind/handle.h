/*
 * handle.h - which libcurl owns an easy handle, and the engine's shadow of it.
 *
 * A table without locks: libcurl allows one thread at a time per handle, so a record has one
 * writer, while other threads may walk the same chain. Records are never unlinked or freed, only
 * emptied and used again, so a walker can meet a strange record but never a dead one. Needs no
 * care over fork.
 */
#ifndef SC_BIND_HANDLE_H
#define SC_BIND_HANDLE_H

#include <stdatomic.h>

#include "bind/find.h"

struct sc_handle {
    _Atomic(CURL *) easy; /* NULL: free for use */
    const struct sc_libcurl *real;
    void *shadow; /* the engine's, NULL: not managed */
    struct sc_handle *next;
};

/* NULL for a handle that was never announced, and for NULL. */
struct sc_handle *sc_handle_find(CURL *easy);

/* Announces a handle, over whatever stood at that address before. NULL when out of memory. */
struct sc_handle *sc_handle_put(CURL *easy, const struct sc_libcurl *real, void *shadow);

/* Forgets a handle and returns its shadow. */
void *sc_handle_take(CURL *easy);

#endif
