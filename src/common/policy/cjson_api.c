#include "policy/cjson_api.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <string.h>

/* Threads that meet here store the same pointers; no lock, so a fork at any moment leaves no child
 * waiting for a thread that it does not have. */
static _Atomic(sc_cjson_parse *) known_parse;
static _Atomic(sc_cjson_delete *) known_delete;

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

static bool look_up(struct sc_cjson *out)
{
    void *library = dlopen("libcjson.so.1", open_flags());
    void *p, *d;

    if (library == NULL)
        return false;
    p = dlsym(library, "cJSON_ParseWithLengthOpts");
    d = dlsym(library, "cJSON_Delete");
    if (p == NULL || d == NULL) {
        dlclose(library);
        return false;
    }
    memcpy(&out->parse, &p, sizeof p);
    memcpy(&out->delete, &d, sizeof d);
    return true;
}

bool sc_cjson_api(struct sc_cjson *out)
{
    out->parse = atomic_load(&known_parse);
    out->delete = atomic_load(&known_delete);
    if (out->parse != NULL && out->delete != NULL)
        return true;
    if (!look_up(out)) {
        (void)dlerror(); /* not the host's error */
        return false;
    }
    atomic_store(&known_parse, out->parse);
    atomic_store(&known_delete, out->delete);
    return true;
}
