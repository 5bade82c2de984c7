/*
 * object.c - what steadycurl-store.so exports: the stores, apart from all that knows libcurl.
 *
 * The engine loads it when a policy keeps answers, and no other program maps it. SQLite is linked
 * in whole, with its names hidden: a program's own SQLite, whatever its version and settings, and
 * this one know nothing of each other.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sqlite3.h>

#include "store/store.h"

/* SQLite would fill a standard descriptor that the program has closed, and leave it so. */
static int open_above(const char *path, int flags, int mode)
{
    int fd = open(path, flags | O_CLOEXEC, mode), above;

    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    above = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(fd);
    return above;
}

/* A write beyond RLIMIT_FSIZE raises SIGXFSZ, which kills the program: it does not come to that. */
static bool is_within_limit(off_t end)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        (end >= 0 && (rlim_t)end <= limit.rlim_cur))
        return true;
    errno = EFBIG;
    return false;
}

static ssize_t write_within(int fd, const void *p, size_t n, off_t at)
{
    return is_within_limit(at + (off_t)n) ? pwrite(fd, p, n, at) : -1;
}

static int cut_within(int fd, off_t size)
{
    return is_within_limit(size) ? ftruncate(fd, size) : -1;
}

/* A table of SQLite's has them as functions without arguments. */
#define CALL(function)                \
    (((union {                        \
         __typeof__(&(function)) own; \
         sqlite3_syscall_ptr call;    \
     }){.own = (function)})           \
         .call)

static void set_up(void)
{
    sqlite3_vfs *vfs;

    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (sqlite3_initialize() != SQLITE_OK || !(vfs = sqlite3_vfs_find(NULL)))
        return;
    vfs->xSetSystemCall(vfs, "open", CALL(open_above));
    vfs->xSetSystemCall(vfs, "pwrite", CALL(write_within));
    vfs->xSetSystemCall(vfs, "pwrite64", CALL(write_within));
    vfs->xSetSystemCall(vfs, "ftruncate", CALL(cut_within));
}

/* Loaded once; before any thread can ask. */
__attribute__((constructor)) static void loaded(void)
{
    set_up();
}

__attribute__((visibility("default"))) sc_store_entry_fn sc_store_entry;

const struct sc_store *sc_store_entry(const char *name)
{
    return strcmp(name, sc_store_sqlite.name) == 0 ? &sc_store_sqlite : NULL;
}
