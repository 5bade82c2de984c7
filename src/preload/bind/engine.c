/* engine.c - loads the engine once. See engine.h. */
#include "bind/engine.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bind/dl.h"
#include "bind/elf.h"
#include "bind/handle.h"

#define ENGINE_FILE "steadycurl-engine.so"

static _Atomic(const struct sc_engine *) engine;
static const struct sc_engine none;

static void announce(CURL *easy, const struct sc_libcurl *real, void *shadow)
{
    sc_handle_put(easy, real, shadow);
}

static void *shadow_of(CURL *easy)
{
    struct sc_handle *h = sc_handle_find(easy);

    return h ? h->shadow : NULL;
}

static const struct sc_host host = {announce, shadow_of};

/* Fail open, visibly: without its engine steadycurl has no log to write to. */
static void complain(const char *path)
{
    static atomic_flag said = ATOMIC_FLAG_INIT;
    static const char head[] = "steadycurl: cannot load ", tail[] = "; calls go on unmanaged\n";
    char line[4096];
    size_t n = strlen(path);

    if (atomic_flag_test_and_set(&said) || n > sizeof line - sizeof head - sizeof tail)
        return;
    memcpy(line, head, sizeof head - 1);
    memcpy(line + sizeof head - 1, path, n);
    memcpy(line + sizeof head - 1 + n, tail, sizeof tail - 1);
    if (write(STDERR_FILENO, line, sizeof head + n + sizeof tail - 2) < 0)
        return;
}

/* The engine lies beside the preload, wherever that was loaded from. */
static bool engine_path(char *out, size_t size)
{
    struct sc_object self;
    const char *slash;
    size_t folder;

    if (!sc_elf_holding((uintptr_t)&engine, &self))
        return false;
    slash = strrchr(self.path, '/');
    folder = slash ? (size_t)(slash - self.path) + 1 : 0;
    if (folder + sizeof ENGINE_FILE > size)
        return false;
    memcpy(out, self.path, folder);
    memcpy(out + folder, ENGINE_FILE, sizeof ENGINE_FILE);
    return true;
}

static const struct sc_engine *load(void)
{
    const struct sc_engine *table = NULL;
    sc_engine_entry entry = NULL;
    char path[4096];
    void *object;

    if (!engine_path(path, sizeof path))
        return &none;
    /* Not RTLD_DEEPBIND: libc's free would meet the program's malloc. */
    object = sc_dl_open(path, RTLD_LOCAL | RTLD_NOW | RTLD_NODELETE);
    if (object)
        *(void **)(void *)&entry = sc_dl_symbol(object, SC_ENGINE_ENTRY);
    if (entry)
        table = entry(&host);
    if (table && table->abi == SC_ENGINE_ABI)
        return table;
    complain(path);
    return &none;
}

static bool disabled(void)
{
    const char *v = getenv("STEADYCURL_DISABLE");

    return v && *v && strcmp(v, "0") != 0;
}

/* Threads that come here together all load: dlopen gives them the same object. No lock, so a
 * fork or a signal at any point leaves nothing behind. */
const struct sc_engine *sc_engine_get(void)
{
    const struct sc_engine *e = atomic_load_explicit(&engine, memory_order_acquire);

    if (!e) {
        int saved = errno;

        e = disabled() ? &none : load();
        atomic_store_explicit(&engine, e, memory_order_release);
        errno = saved;
    }
    return e == &none ? NULL : e;
}
