#include "log/open.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define LINKS_MAX 16
#define MAKE_TRIES 16

/* O_NONBLOCK: a FIFO that nobody reads must not stop the program. */
#define FLAGS (O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

static bool is_foreign(const struct stat *st)
{
    return S_ISLNK(st->st_mode) && st->st_uid != 0 && st->st_uid != geteuid();
}

static bool fail(int error)
{
    errno = error;
    return false;
}

/* The folders of the path, from the root down; what is not there yet is nobody's link. */
static bool folders_are_trusted(const char *path)
{
    char part[PATH_MAX];
    struct stat st;
    size_t n = strlen(path);

    if (n >= sizeof part)
        return fail(ENAMETOOLONG);
    memcpy(part, path, n + 1);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (lstat(part, &st) == 0 && is_foreign(&st))
            return fail(SC_LOG_FOREIGN_LINK);
        *slash = '/';
    }
    return true;
}

/* /dev/stderr leads to /proc/self/fd/2, whose text ("pipe:[4711]") is no path: such a link can only
 * be followed by the kernel. */
static bool is_magic(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/* A link's text takes the place of the path, or of its last part. */
static bool replace_end(char path[PATH_MAX], const char *text)
{
    char *slash = strrchr(path, '/');
    size_t keep = text[0] == '/' || !slash ? 0 : (size_t)(slash + 1 - path);

    if (keep + strlen(text) >= PATH_MAX)
        return fail(ENAMETOOLONG);
    strcpy(path + keep, text);
    return true;
}

/* One link, by a descriptor: what is looked at is what is read. 1: followed, 0: no link, -1. */
static int follow(int fd, char path[PATH_MAX])
{
    char text[PATH_MAX];
    struct stat st;
    ssize_t n;

    if (fstat(fd, &st) != 0)
        return -1;
    if (!S_ISLNK(st.st_mode) || is_magic(fd))
        return 0;
    if (is_foreign(&st)) {
        errno = SC_LOG_FOREIGN_LINK;
        return -1;
    }
    n = readlinkat(fd, "", text, sizeof text - 1);
    if (n < 0)
        return -1;
    text[n] = '\0';
    return replace_end(path, text) && folders_are_trusted(path) ? 1 : -1;
}

bool sc_log_resolve(const char *path, char real[PATH_MAX])
{
    if (strlen(path) >= PATH_MAX)
        return fail(ENAMETOOLONG);
    strcpy(real, path);
    for (int i = 0; i < LINKS_MAX; i++) {
        int fd = open(real, O_PATH | O_NOFOLLOW | O_CLOEXEC), result, error;

        if (fd < 0)
            return errno == ENOENT;
        result = follow(fd, real);
        error = errno;
        close(fd);
        errno = error;
        if (result <= 0)
            return result == 0;
    }
    return fail(ELOOP);
}

/* Whoever may read or write the file may enter its folder, who may write may make the next one
 * there. One for everybody has the sticky bit: nobody removes another's file. */
static mode_t folder_mode(mode_t mode)
{
    mode_t folder = mode | (mode & 0444) >> 2;

    return mode & 02 ? folder | S_ISVTX : folder;
}

static bool make_folders(const char *path, mode_t mode)
{
    char part[PATH_MAX];

    strcpy(part, path);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(part, 0700) == 0)
            (void)chmod(part, folder_mode(mode)); /* whatever the program's umask is */
        else if (errno != EEXIST)
            return false;
        *slash = '/';
    }
    return true;
}

/* Made for its owner alone first: nobody may open it before it is what it is to be. */
static int make_file(const char *path, mode_t mode, const struct stat *like)
{
    int fd = open(path, FLAGS | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);

    if (fd < 0)
        return -1;
    if (like && fchown(fd, like->st_uid, like->st_gid) != 0)
        (void)!fchown(fd, (uid_t)-1, like->st_gid);
    (void)fchmod(fd, mode);
    return fd;
}

/* Who comes second finds the file there, unless a third has moved it aside by then. */
static int make_or_open(const char *path, mode_t mode, const struct stat *like)
{
    int fd = -1;

    for (int i = 0; i < MAKE_TRIES; i++) {
        fd = make_file(path, mode, like);
        if (fd < 0 && errno == ENOENT && make_folders(path, mode))
            fd = make_file(path, mode, like);
        if (fd >= 0 || errno != EEXIST)
            break;
        fd = open(path, FLAGS | O_NOFOLLOW);
        if (fd >= 0 || errno != ENOENT)
            break;
    }
    return fd;
}

/* Without O_CREAT first: the kernel refuses it for files of others in folders of everybody
 * (fs.protected_regular), where a log for several users may well lie. */
int sc_log_open(const char *path, mode_t mode, bool look, const struct stat *like)
{
    char real[PATH_MAX];
    int fd;

    if (look && !folders_are_trusted(path))
        return -1;
    fd = open(path, FLAGS | O_NOFOLLOW);
    if (fd < 0 && errno == ELOOP) {
        if (!sc_log_resolve(path, real))
            return -1;
        path = real;
        /* Without O_NOFOLLOW only what the kernel alone can follow. */
        fd = open(path, FLAGS | (strncmp(path, "/proc/", 6) == 0 ? 0 : O_NOFOLLOW));
    }
    if (fd < 0 && errno == ENOENT)
        fd = make_or_open(path, mode, like);
    return fd;
}
