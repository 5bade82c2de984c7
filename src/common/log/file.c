/*
 * file.c - appending and rotating.
 *
 * Rotation with many processes: whoever finds the file too long takes flock on the file itself (a
 * killed process cannot leave it taken), checks that the path still names this file, renames it to
 * PATH.1 and opens PATH anew. Who cannot get the lock at once appends to the file it has: the line
 * ends up in PATH.1, not nowhere.
 */
#include "log/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "log/open.h"

static bool same_file(const char *path, const struct stat *st)
{
    struct stat now;
    return lstat(path, &now) == 0 && now.st_dev == st->st_dev && now.st_ino == st->st_ino;
}

/* Moves the file aside unless somebody else does or did. A symbolic link stays where it is, its
 * target is moved. */
static void move_aside(const char *path, const struct stat *st)
{
    char from[PATH_MAX], to[PATH_MAX + 2];
    if (!sc_log_resolve(path, from) || !same_file(from, st))
        return;
    snprintf(to, sizeof to, "%s.1", from);
    rename(from, to);
}

/* Returns a descriptor to write to: of the new file, or the given one if that is the best. */
static int rotate(const struct sc_log *log, int fd, const struct stat *st)
{
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return fd;
    move_aside(log->path, st);
    flock(fd, LOCK_UN); /* not left to close: a fork may have copied the descriptor meanwhile */
    int fresh = sc_log_open(log->path, log->mode, true, st);
    if (fresh < 0)
        return fd;
    close(fd);
    return fresh;
}

/* A write that would grow a file over RLIMIT_FSIZE raises SIGXFSZ, which kills. */
static bool over_limit(const struct stat *st, size_t n)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
           (uint64_t)st->st_size + n > limit.rlim_cur;
}

static bool limited(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY;
}

/* fstat would be a tenth of a line's cost. A regular file that is far from its maximum cannot reach
 * it within a few lines, so it is spared for that many. (Not so getrlimit: a program may lower its
 * limit at any time.) */
#define SPARED_LINES 16
#define FAR_BYTES ((int64_t)1 << 20)

static _Atomic int spared;
static _Atomic(uintptr_t) spared_log; /* which log that is true of */

/* Takes back what went into the file of a line that did not fit, unless another process's line has
 * come behind it meanwhile. */
static void take_back(int fd, ssize_t done)
{
    struct stat st;
    off_t end = lseek(fd, 0, SEEK_CUR); /* O_APPEND: where our bytes end */
    if (end >= done && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == end)
        (void)!ftruncate(fd, end - done);
}

static size_t sum_of(const struct iovec *lines, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += lines[i].iov_len;
    return sum;
}

/* How many lines are whole within so many bytes; those bytes are taken off. */
static size_t whole_lines(const struct iovec *lines, size_t n, size_t *bytes)
{
    size_t whole = 0;
    while (whole < n && lines[whole].iov_len <= *bytes)
        *bytes -= lines[whole++].iov_len;
    return whole;
}

static int write_lines(int fd, const struct iovec *lines, size_t n, size_t *written)
{
    ssize_t done = n == 1 ? write(fd, lines->iov_base, lines->iov_len) : writev(fd, lines, (int)n);
    if (done < 0)
        return errno;
    size_t rest = (size_t)done;
    *written = whole_lines(lines, n, &rest);
    if (*written == n)
        return 0;
    take_back(fd, (ssize_t)rest);
    atomic_store_explicit(&spared, 0, memory_order_relaxed); /* look again */
    return ENOSPC;
}

static int write_line(int fd, const char *line, size_t n)
{
    struct iovec one = {(void *)(uintptr_t)line, n};
    size_t written;
    return write_lines(fd, &one, 1, &written);
}

/* What we write to is opened for nothing else; /proc opens the same file for reading. */
static bool is_torn(int fd, const struct stat *st)
{
    char name[32], last = '\n';
    if (st->st_size == 0)
        return false;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    int reading = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (reading < 0)
        return false;
    bool torn = pread(reading, &last, 1, st->st_size - 1) == 1 && last != '\n';
    close(reading);
    return torn;
}

/* The same where a line may have been torn: who was killed, or met a full disk that was cut off
 * before it could be taken back, has left a line without end. */
static int write_lines_after(int fd, const struct stat *st, const struct iovec *lines, size_t n,
                             size_t *written)
{
    int error = is_torn(fd, st) ? write_line(fd, "\n", 1) : 0;
    return error ? error : write_lines(fd, lines, n, written);
}

/* A FIFO's or socket's reader may go away between open and write: SIGPIPE must not reach the
 * program, and one that was pending before must. */
int sc_log_write(int fd, const char *line, size_t n)
{
    sigset_t pipe_only, before, pending;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigpending(&pending);
    bool was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    int error = write_line(fd, line, n);
    if (error == EPIPE && !was_pending) {
        struct timespec none = {0, 0};
        sigtimedwait(&pipe_only, NULL, &none);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

/* A pipe takes what fits into it whole, so line by line. */
static int write_each(int fd, const struct iovec *lines, size_t n, size_t *written)
{
    int error = 0;
    for (; *written < n && error == 0; *written += error == 0)
        error = sc_log_write(fd, lines[*written].iov_base, lines[*written].iov_len);
    return error;
}

static uintptr_t log_identity(const struct sc_log *log)
{
    return (uintptr_t)log->path ^ (uintptr_t)log->max_bytes << 8;
}

static void look_again_in(const struct sc_log *log, const struct stat *st, int error)
{
    bool far = error == 0 && (log->max_bytes <= 0 || st->st_size < log->max_bytes - FAR_BYTES);
    atomic_store_explicit(&spared_log, log_identity(log), memory_order_relaxed);
    atomic_store_explicit(&spared, far ? SPARED_LINES : 0, memory_order_relaxed);
}

static bool spare_the_look(const struct sc_log *log)
{
    return atomic_load_explicit(&spared_log, memory_order_relaxed) == log_identity(log) &&
           atomic_load_explicit(&spared, memory_order_relaxed) > 0 &&
           atomic_fetch_sub_explicit(&spared, 1, memory_order_relaxed) > 0 && !limited();
}

static int append(const struct sc_log *log, const struct iovec *lines, size_t n, bool spare,
                  size_t *written)
{
    struct stat st;
    int fd = sc_log_open(log->path, log->mode, !spare, NULL);
    if (fd < 0)
        return errno;
    size_t sum = sum_of(lines, n);
    int error;
    if (spare) {
        error = write_lines(fd, lines, n, written);
    } else if (fstat(fd, &st) != 0) {
        error = errno;
    } else if (!S_ISREG(st.st_mode)) {
        error = write_each(fd, lines, n, written);
    } else {
        if (log->max_bytes > 0 && st.st_size > 0 && st.st_size + (int64_t)sum > log->max_bytes) {
            fd = rotate(log, fd, &st);
            if (fstat(fd, &st) != 0)
                st.st_size = 0;
        }
        error = over_limit(&st, sum + 1) ? EFBIG : write_lines_after(fd, &st, lines, n, written);
        look_again_in(log, &st, error);
    }
    close(fd);
    return error;
}

/* A thread cancelled inside open or write would leave a descriptor behind. */
static int append_safely(const struct sc_log *log, const struct iovec *lines, size_t n, bool spare,
                         size_t *written)
{
    int state;
    *written = 0;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    int error = append(log, lines, n, spare, written);
    pthread_setcancelstate(state, NULL);
    return error;
}

int sc_log_append_all(const struct sc_log *log, const struct iovec *lines, size_t n,
                      size_t *written)
{
    return append_safely(log, lines, n, false, written);
}

int sc_log_append(const struct sc_log *log, const char *line, size_t n)
{
    struct iovec one = {(void *)(uintptr_t)line, n};
    size_t written;
    return append_safely(log, &one, 1, spare_the_look(log), &written);
}

ssize_t sc_log_read_end(const char *path, char *buf, size_t n)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t got = -1;
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        got = pread(fd, buf, n, st.st_size > (off_t)n ? st.st_size - (off_t)n : 0);
    close(fd);
    return got;
}

const char *sc_log_errno_words(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return "permission denied";
    case ENOENT:
        return "no such file or directory";
    case ENOTDIR:
        return "a part of the path is not a directory";
    case EISDIR:
        return "it is a directory";
    case ESPIPE:
        return "it is no regular file";
    case ENOSPC:
        return "no space left on device";
    case EDQUOT:
        return "disk quota exceeded";
    case EROFS:
        return "read-only file system";
    case EFBIG:
        return "file size limit reached";
    case EMFILE:
    case ENFILE:
        return "too many open files";
    case ELOOP:
        return "too many symbolic links";
    case ENAMETOOLONG:
        return "path too long";
    case SC_LOG_FOREIGN_LINK:
        return "a link in its path belongs to another user";
    case ENXIO:
        return "nobody reads it";
    case EIO:
        return "input/output error";
    default:
        return "it cannot be written";
    }
}
