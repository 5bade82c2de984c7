#include "policy/cjson_api.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

/* Threads that meet here store the same pointers; no lock, so a fork at any moment leaves no child
 * waiting for a thread that it does not have. */
static struct sc_cjson table;

/* Debian's libcjson calls its own exports through the PLT, so a host's cJSON_* would be reached
 * even through pointers from dlsym. Deep binding keeps the library to itself; it may, because
 * malloc and free are both its own then. A sanitizer's runtime aborts on deep binding. */
static int open_flags(void)
{
    static const char *const runtimes[] = {"__asan_init", "__tsan_init", "__msan_init"};
    int flags = RTLD_NOW | RTLD_LOCAL;

    for (size_t i = 0; i < sizeof runtimes / sizeof runtimes[0]; i++) {
        if (dlsym(RTLD_DEFAULT, runtimes[i]) != NULL)
            return flags;
    }
    return flags | RTLD_DEEPBIND;
}

static bool fill(void)
{
    void *library = dlopen("libcjson.so.1", open_flags());
    sc_cjson_parse *parse;
    sc_cjson_delete *delete;
    void *p, *d;

    if (library == NULL)
        return false;
    p = dlsym(library, "cJSON_ParseWithLengthOpts");
    d = dlsym(library, "cJSON_Delete");
    if (p == NULL || d == NULL) {
        dlclose(library);
        return false;
    }
    memcpy(&parse, &p, sizeof p);
    memcpy(&delete, &d, sizeof d);
    atomic_store(&table.delete, delete);
    atomic_store(&table.parse, parse);
    return true;
}

const struct sc_cjson *sc_cjson_api(void)
{
    if (atomic_load(&table.parse) != NULL || fill())
        return &table;
    (void)dlerror(); /* not the host's error */
    return NULL;
}
