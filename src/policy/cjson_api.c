#include "policy/cjson_api.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

static struct sc_cjson table;
static _Atomic int state; /* 0 empty, 1 being filled, 2 ready */

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

static bool fill(struct sc_cjson *t)
{
    void *library = dlopen("libcjson.so.1", open_flags());
    void *parse, *delete;

    if (library == NULL)
        return false;
    parse = dlsym(library, "cJSON_ParseWithLengthOpts");
    delete = dlsym(library, "cJSON_Delete");
    if (parse == NULL || delete == NULL) {
        dlclose(library);
        return false;
    }
    memcpy(&t->parse, &parse, sizeof parse);
    memcpy(&t->delete, &delete, sizeof delete);
    return true;
}

const struct sc_cjson *sc_cjson_api(void)
{
    struct sc_cjson mine;
    int empty = 0;

    if (atomic_load_explicit(&state, memory_order_acquire) == 2)
        return &table;
    if (!fill(&mine)) {
        (void)dlerror(); /* not the host's error */
        return NULL;
    }
    if (atomic_compare_exchange_strong(&state, &empty, 1)) {
        table = mine;
        atomic_store_explicit(&state, 2, memory_order_release);
        return &table;
    }
    /* Another thread stores the same pointers right now: no lock, it is two assignments away. */
    while (atomic_load_explicit(&state, memory_order_acquire) != 2) {
    }
    return &table;
}
