/* store.c - see store.h. */
#include "process/store.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "policy/home.h"
#include "store/place.h"
#include "store/redis.h"

/* Threads that meet here store the same pointer: no lock, so no fork leaves one. */
static _Atomic(sc_store_entry_fn *) known;
static atomic_bool missing, said;

/* It lies beside the engine. */
static bool object_path(char *out, size_t size)
{
    Dl_info self;
    const char *slash;

    if (!dladdr(&known, &self) || !self.dli_fname)
        return false;
    slash = strrchr(self.dli_fname, '/');
    return slash && snprintf(out, size, "%.*s/steadycurl-store.so", (int)(slash - self.dli_fname),
                             self.dli_fname) < (int)size;
}

static sc_store_entry_fn *load(void)
{
    sc_store_entry_fn *entry = NULL;
    void *object, *found = NULL;
    int before = errno, cancel;
    char path[4096];

    if (!object_path(path, sizeof path))
        return NULL;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    object = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (object)
        found = dlsym(object, SC_STORE_ENTRY);
    if (!found)
        (void)dlerror(); /* not the program's error */
    memcpy(&entry, &found, sizeof entry);
    pthread_setcancelstate(cancel, NULL);
    errno = before;
    return entry;
}

const struct sc_store *sc_store_load(enum sc_store_kind kind, const char **why)
{
    sc_store_entry_fn *entry = atomic_load(&known);
    const struct sc_store *store;

    *why = NULL;
    if (kind == SC_STORE_REDIS)
        return &sc_store_redis; /* it loads an object of its own, redis/load.h */
    if (!entry && !atomic_load(&missing)) {
        entry = load();
        atomic_store(&known, entry);
        atomic_store(&missing, entry == NULL);
    }
    store = entry ? entry("sqlite") : NULL;
    if (!store && !atomic_exchange(&said, true))
        *why = "Answers are not kept: steadycurl-store.so, which belongs beside the engine, cannot "
               "be loaded";
    return store;
}

bool sc_store_where(const struct sc_cache_settings *set, char *buf, size_t n)
{
    char home[4096];

    if (set->store == SC_STORE_REDIS)
        return snprintf(buf, n, "%s", set->redis) < (int)n;
    if (set->path && set->path[0] != '~')
        return snprintf(buf, n, "%s", set->path) < (int)n;
    if (!sc_home(home, sizeof home))
        home[0] = '\0';
    if (!set->path)
        return sc_store_default_path(home, buf, n);
    return home[0] && snprintf(buf, n, "%s%s", home, set->path + 1) < (int)n;
}

bool sc_store_is_empty(const struct sc_cache_settings *set, const char *place)
{
    int before = errno;
    bool empty = set->store == SC_STORE_SQLITE && access(place, F_OK) != 0 && errno == ENOENT;

    errno = before;
    return empty;
}
