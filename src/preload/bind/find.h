/*
 * find.h - which libcurl a caller means.
 *
 * A table's object is pinned, so that dlclose cannot unmap it.
 */
#ifndef SC_BIND_FIND_H
#define SC_BIND_FIND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "steadycurl/libcurl.h"

/* Who calls one of our exported functions. */
struct sc_caller {
    const struct sc_libcurl *real; /* where the call has to go; NULL: no libcurl can be found */
    bool internal;                 /* libcurl calls itself: pass straight through */
};

/* By the return address of the call: the caller's dependency tree, then the search order of the
 * process, then the only libcurl there is. */
struct sc_caller sc_libcurl_of_caller(uintptr_t return_address);

/* The number of the libcurl that holds an address, and the libcurl of a number. False: none. */
bool sc_libcurl_index(uintptr_t address, size_t *index);
const struct sc_libcurl *sc_libcurl_at(size_t index);

enum { SC_LIBCURLS_MAX = 16 };

/* Those that are known, and then NULL: find.c adds to them. */
extern _Atomic(const struct sc_libcurl *) sc_libcurls[SC_LIBCURLS_MAX];

static inline bool sc_libcurl_holds(const struct sc_libcurl *l, uintptr_t address)
{
    return address - l->lo < l->hi - l->lo;
}

/* The known libcurl that holds an address, NULL if none: a few instructions per table. */
const struct sc_libcurl *sc_libcurl_holding(uintptr_t address);

/* The first of them, which nearly always is the only one, if it holds the address. */
static inline const struct sc_libcurl *sc_libcurl_first_holding(uintptr_t address)
{
    const struct sc_libcurl *l = atomic_load_explicit(&sc_libcurls[0], memory_order_acquire);

    return l && sc_libcurl_holds(l, address) ? l : NULL;
}

/* Another than the first: nearly always there is none. */
static inline const struct sc_libcurl *sc_libcurl_other_holding(uintptr_t address)
{
    return atomic_load_explicit(&sc_libcurls[1], memory_order_acquire) ? sc_libcurl_holding(address)
                                                                       : NULL;
}

#endif
