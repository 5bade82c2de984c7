/*
 * entry.h - what every exported libcurl function does first.
 *
 * A call comes from the program (managed if the handle has a shadow), from libcurl itself (it
 * calls its own exports through its PLT: pass straight through) or on a handle never seen before
 * (its libcurl is found by the caller, and it stays unmanaged).
 */
#ifndef SC_ENTRY_ENTRY_H
#define SC_ENTRY_ENTRY_H

#include "bind/engine.h"
#include "bind/find.h"
#include "bind/handle.h"

#define SC_EXPORT __attribute__((visibility("default")))
#define SC_CALLER ((uintptr_t)__builtin_extract_return_addr(__builtin_return_address(0)))

struct sc_entry {
    const struct sc_libcurl *real;  /* NULL: no libcurl in this process */
    const struct sc_engine *engine; /* set if and only if shadow is */
    void *shadow;
};

/* The same for a caller that is not the first libcurl. */
struct sc_entry sc_entry_look(CURL *easy, uintptr_t caller);

/* Where a call on a handle goes. Most calls of a transfer are libcurl's own, of its multi
 * interface, and take no look. */
static inline struct sc_entry sc_entry_of(CURL *easy, uintptr_t caller)
{
    const struct sc_libcurl *inside = sc_libcurl_first_holding(caller);

    if (inside)
        return (struct sc_entry){inside, NULL, NULL};
    return sc_entry_look(easy, caller);
}

#endif
