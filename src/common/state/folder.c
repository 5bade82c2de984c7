#include "state/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "state/layout.h"
#include "state/siphash.h"

static const uint64_t checksum_key[2] = {SC_STATE_MAGIC, SC_STATE_VERSION};

static void make_folder(const char *path)
{
    char part[1024];
    size_t n = strlen(path);

    if (n >= sizeof part || mkdir(path, 0700) == 0 || errno != ENOENT)
        return;
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        (void)mkdir(part, 0700); /* what is wrong shows when it is opened */
    }
}

/* Ours, a folder, and nobody else's to write in: or a line why it is refused. */
static bool acceptable(int fd, const char *path, char *why, size_t n)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        snprintf(why, n, "state folder %s: %s", path, strerror(errno));
    else if (st.st_uid != geteuid())
        snprintf(why, n, "state folder %s refused: it belongs to uid %u", path,
                 (unsigned)st.st_uid);
    else if (st.st_mode & 022)
        snprintf(why, n, "state folder %s refused: others may write to it (mode %04o)", path,
                 (unsigned)st.st_mode & 07777);
    else
        return true;
    return false;
}

int sc_folder_open(const char *path, bool create, char *why, size_t n)
{
    int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = open(path, flags);

    if (fd < 0 && errno == ENOENT && create) {
        make_folder(path);
        fd = open(path, flags);
    }
    if (fd < 0) {
        bool odd = errno == ENOTDIR || errno == ELOOP;

        snprintf(why, n, "state folder %s %s%s", path, odd ? "refused: " : "cannot be used: ",
                 odd ? "it is a link or no folder" : strerror(errno));
        return -1;
    }
    if (acceptable(fd, path, why, n))
        return fd;
    close(fd);
    return -1;
}

/* Segments of one IPC namespace cannot be seen from another; containers that share the folder but
 * not the namespace keep a record each. The first namespace of a boot has this number. */
#define FIRST_IPC_NAMESPACE 0xEFFFFFFFu

void sc_record_name(uint64_t layout, char *buf, size_t n)
{
    struct stat st;
    int len = snprintf(buf, n, "state-%d-%016llx", SC_STATE_VERSION, (unsigned long long)layout);

    if (stat("/proc/self/ns/ipc", &st) == 0 && st.st_ino != FIRST_IPC_NAMESPACE)
        snprintf(buf + len, n - (size_t)len, "-%llx", (unsigned long long)st.st_ino);
}

static uint64_t checksum(const struct sc_record *r)
{
    return sc_siphash(checksum_key, r, offsetof(struct sc_record, checksum));
}

enum sc_record_state sc_record_read(int folder, const char *name, struct sc_record *out)
{
    enum sc_record_state state = SC_RECORD_DAMAGED;
    struct stat st;
    /* O_NONBLOCK: a pipe put there must not hang us. */
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return errno == ENOENT                    ? SC_RECORD_MISSING
               : errno == ELOOP || errno == ENXIO ? SC_RECORD_DAMAGED
                                                  : SC_RECORD_UNREADABLE;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
        !(st.st_mode & 022) && st.st_size == sizeof *out &&
        pread(fd, out, sizeof *out, 0) == (ssize_t)sizeof *out && out->magic == SC_STATE_MAGIC &&
        out->checksum == checksum(out))
        state = SC_RECORD_OK;
    close(fd);
    return state;
}

/* A file-size limit answers a write beyond it with a deadly signal: look before. */
static bool may_write(size_t n)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur >= n;
}

static int write_new(int folder, const char *name, const struct sc_record *r)
{
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, error = 0;
    int fd = openat(folder, name, flags, 0600);

    if (fd < 0 && errno == EEXIST && unlinkat(folder, name, 0) == 0)
        fd = openat(folder, name, flags, 0600);
    if (fd < 0)
        return errno;
    if (fchmod(fd, 0600) != 0)
        error = errno;
    else if (write(fd, r, sizeof *r) != (ssize_t)sizeof *r)
        error = errno ? errno : ENOSPC;
    close(fd);
    return error;
}

int sc_record_write(int folder, const char *name, struct sc_record *r, bool replace)
{
    char temporary[64];
    int error;

    if (!may_write(sizeof *r))
        return EFBIG;
    r->checksum = checksum(r);
    errno = 0;
    /* Named by the thread: what a killed one leaves is taken over by its successor in the id. */
    snprintf(temporary, sizeof temporary, ".new-%ld", (long)syscall(SYS_gettid));
    error = write_new(folder, temporary, r);
    if (error == 0 && replace)
        return renameat(folder, temporary, folder, name) == 0 ? 0 : errno;
    if (error == 0 && linkat(folder, temporary, folder, name, 0) != 0)
        error = errno;
    /* File systems without hard links: the small window in which two may create heals itself. */
    if (error == EPERM || error == EOPNOTSUPP || error == ENOSYS) {
        if (faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            error = EEXIST;
        else if (renameat(folder, temporary, folder, name) == 0)
            return 0;
    }
    (void)unlinkat(folder, temporary, 0);
    return error;
}
