/* engine.c - loads the engine once. See engine.h. */
#include "bind/engine.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bind/dl.h"
#include "bind/elf.h"
#include "bind/handle.h"
#include "bind/program.h"
#include "steadycurl/whole.h"

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

static const struct sc_host host = {announce, shadow_of, sc_program_name};

/* Fail open, visibly: without its engine steadycurl has no log to write to.
 * Once. */
static void complain(const char *what, const char *path, const char *then)
{
    static atomic_flag said = ATOMIC_FLAG_INIT;
    const char *const parts[] = {"steadycurl: ", what, path, then, "\n"};
    char line[4096 + 128];
    size_t n = 0, i;

    if (atomic_flag_test_and_set(&said))
        return;
    for (i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t len = strlen(parts[i]);

        if (len > sizeof line - n)
            return;
        memcpy(line + n, parts[i], len);
        n += len;
    }
    if (write(STDERR_FILENO, line, n) < 0)
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

enum file { FILE_WHOLE, FILE_CUT, FILE_NOT_NOW, FILE_NOT_THERE };

/* Before the loader maps it; by system calls, as whole.h reads. */
static enum file look_at(const char *path)
{
    enum file found;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? FILE_NOT_NOW
                                                                     : FILE_NOT_THERE;
    found = sc_whole_object(fd) ? FILE_WHOLE : FILE_CUT;
    syscall(SYS_close, fd);
    return found;
}

/* NULL: not now. */
static const struct sc_engine *load(void)
{
    const struct sc_engine *table = NULL;
    sc_engine_entry entry = NULL;
    void *object = NULL;
    char path[4096];
    enum file file;

    if (!engine_path(path, sizeof path))
        return &none;
    file = look_at(path);
    /* Not RTLD_DEEPBIND: libc's free would meet the program's malloc. */
    if (file == FILE_WHOLE)
        object = sc_dl_open(path, RTLD_LOCAL | RTLD_NOW | RTLD_NODELETE);
    if (object)
        *(void **)(void *)&entry = sc_dl_symbol(object, SC_ENGINE_ENTRY);
    if (entry)
        table = entry(&host);
    if (table && table->abi == SC_ENGINE_ABI)
        return table;
    if (!object && file == FILE_WHOLE) /* another thread may have taken the last descriptor */
        file = look_at(path);
    if (file == FILE_NOT_NOW) {
        complain("cannot open ", path,
                 " now, no descriptor is free; calls go on unmanaged until then");
        return NULL;
    }
    complain(file == FILE_CUT ? "cut off, install it again: " : "cannot load ", path,
             "; calls go on unmanaged");
    return &none;
}

static bool disabled(void)
{
    const char *v = getenv("STEADYCURL_DISABLE");

    return v && *v && strcmp(v, "0") != 0;
}

/* What failed for want of a descriptor is tried again, once a second. */
static bool is_due(void)
{
    static _Atomic(long long) last;
    long long now = (long long)time(NULL);

    return atomic_exchange_explicit(&last, now, memory_order_relaxed) != now;
}

/* Threads that come here together all load: dlopen gives them the same object.
 * No lock, so a fork or a signal at any point leaves nothing behind. */
const struct sc_engine *sc_engine_get(void)
{
    static atomic_bool waiting;
    const struct sc_engine *e = atomic_load_explicit(&engine, memory_order_acquire);

    if (!e && (!atomic_load_explicit(&waiting, memory_order_relaxed) || is_due())) {
        int saved = errno;

        e = disabled() ? &none : load();
        if (e)
            atomic_store_explicit(&engine, e, memory_order_release);
        else
            atomic_store_explicit(&waiting, true, memory_order_relaxed);
        errno = saved;
    }
    return e == &none ? NULL : e;
}
