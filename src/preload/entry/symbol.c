/* symbol.c - see symbol.h. */
#include "entry/symbol.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bind/dl.h"
#include "bind/find.h"
#include "entry/table.h"

static bool switched_on(const char *name)
{
    const char *v = getenv(name);

    return v && *v && strcmp(v, "0") != 0;
}

/* The search of RTLD_DEFAULT finds the preload by itself; that of RTLD_NEXT is relative to the
 * caller, which only the real function can see. */
static bool is_searched_by_caller(const void *handle)
{
    return handle == RTLD_DEFAULT || handle == RTLD_NEXT;
}

void *sc_dl_answer(void *handle, const char *name)
{
    int saved = errno;
    size_t index;
    void *real, *ours = NULL;

    if (is_searched_by_caller(handle) || !sc_entry_function(name, 0) ||
        switched_on("STEADYCURL_DISABLE") || switched_on("STEADYCURL_KEEP_DLSYM"))
        return NULL;
    real = sc_dl_symbol(handle, name);
    if (real && sc_libcurl_index((uintptr_t)real, &index))
        ours = sc_entry_function(name, index);
    errno = saved;
    return ours;
}
