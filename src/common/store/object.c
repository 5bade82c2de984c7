/*
 * object.c - what steadycurl-store.so exports: the stores, apart from all that knows libcurl.
 *
 * The engine loads it when a policy keeps answers, and no other program maps it. SQLite is linked
 * in whole, with its names hidden: a program's own SQLite, whatever its version and settings, and
 * this one know nothing of each other.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
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

static void set_up(void)
{
    sqlite3_vfs *vfs;
    sqlite3_syscall_ptr call;
    int (*own)(const char *, int, int) = open_above;

    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (sqlite3_initialize() != SQLITE_OK || !(vfs = sqlite3_vfs_find(NULL)))
        return;
    memcpy(&call, &own, sizeof call);
    vfs->xSetSystemCall(vfs, "open", call);
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
