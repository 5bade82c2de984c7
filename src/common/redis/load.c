#include "redis/load.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* Threads that meet here store the same pointer: no lock, so no fork leaves one. */
static _Atomic(const struct sc_redis_api *) known;
static atomic_bool missing, said;

static bool beside(char *out, size_t size)
{
    Dl_info self;
    const char *slash;

    if (!dladdr(&known, &self) || !self.dli_fname)
        return false;
    slash = strrchr(self.dli_fname, '/');
    return slash && snprintf(out, size, "%.*s/" SC_REDIS_OBJECT, (int)(slash - self.dli_fname),
                             self.dli_fname) < (int)size;
}

static const struct sc_redis_api *load(const char *path)
{
    sc_redis_entry_fn *entry = NULL;
    void *object, *found = NULL;
    int before = errno, cancel;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    object = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (object)
        found = dlsym(object, SC_REDIS_ENTRY);
    if (!found)
        (void)dlerror(); /* not the program's error */
    memcpy(&entry, &found, sizeof entry);
    pthread_setcancelstate(cancel, NULL);
    errno = before;
    return entry ? entry() : NULL;
}

const struct sc_redis_api *sc_redis_load(const char *path, const char **why)
{
    const struct sc_redis_api *api = atomic_load_explicit(&known, memory_order_acquire);
    char own[4096];

    *why = NULL;
    if (api)
        return api;
    if (!atomic_load(&missing) && (path || beside(own, sizeof own)))
        api = load(path ? path : own);
    atomic_store(&known, api);
    atomic_store(&missing, api == NULL);
    if (!api && !atomic_exchange(&said, true))
        *why = SC_REDIS_OBJECT " cannot be loaded: it belongs beside the engine, and needs a "
                               "steadycurl that was built with hiredis (libhiredis-dev)";
    return api;
}
