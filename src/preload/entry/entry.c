/* entry.c - see entry.h. */
#include "entry/entry.h"

static struct sc_entry unmanaged(CURL *easy, uintptr_t caller)
{
    struct sc_caller c = sc_libcurl_of_caller(caller);
    struct sc_entry e = {c.real, NULL, NULL};

    /* Remembered, so that the next call need not look for its libcurl again. */
    if (easy && c.real && !c.internal)
        sc_handle_put(easy, c.real, NULL);
    return e;
}

struct sc_entry sc_entry_look(CURL *easy, uintptr_t caller)
{
    const struct sc_libcurl *inside = sc_libcurl_other_holding(caller);
    struct sc_handle *h;

    if (inside)
        return (struct sc_entry){inside, NULL, NULL};
    h = sc_handle_find(easy);
    if (!h)
        return unmanaged(easy, caller);
    return (struct sc_entry){h->real, h->shadow ? sc_engine_get() : NULL, h->shadow};
}
