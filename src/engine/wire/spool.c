/* spool.c - see upload.h. */
#include "wire/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* High enough to stay out of the way of programs that count on the lowest free number. */
enum { FIRST_DESCRIPTOR = 200 };

void sc_upload_init(struct sc_upload *u, size_t memory_max, uint64_t max)
{
    memset(u, 0, sizeof *u);
    u->fd = -1;
    u->memory_max = memory_max;
    u->max = max;
}

static int open_unlinked_in(const char *folder)
{
    char path[4096];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0)
        return fd;
    if (snprintf(path, sizeof path, "%s/steadycurl-XXXXXX", folder) >= (int)sizeof path)
        return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

static bool open_file(struct sc_upload *u)
{
    const char *folder = getenv("TMPDIR");
    struct stat st;
    int fd, high;

    fd = open_unlinked_in(folder && *folder ? folder : "/tmp");
    if (fd < 0)
        return false;
    high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR);
    if (high >= 0) {
        close(fd);
        fd = high;
    }
    if (fstat(fd, &st) != 0) {
        close(fd);
        return false;
    }
    u->fd = fd;
    u->dev = st.st_dev;
    u->ino = st.st_ino;
    return true;
}

/* A program may close every descriptor and get our number for a file of its own. */
static bool file_is_ours(const struct sc_upload *u)
{
    struct stat st;

    return u->fd >= 0 && fstat(u->fd, &st) == 0 && st.st_dev == u->dev && st.st_ino == u->ino;
}

static bool keep_in_memory(struct sc_upload *u, const char *p, size_t n)
{
    size_t need = u->in_memory + n;

    if (need > u->size) {
        size_t size = u->size ? u->size : 4096;
        char *grown;

        while (size < need)
            size *= 2;
        grown = realloc(u->memory, size);
        if (!grown)
            return false;
        u->memory = grown;
        u->size = size;
    }
    memcpy(u->memory + u->in_memory, p, n);
    u->in_memory = need;
    return true;
}

static bool keep_in_file(struct sc_upload *u, const char *p, size_t n)
{
    off_t at = (off_t)(u->len - u->in_memory);

    if (u->fd < 0 ? !open_file(u) : !file_is_ours(u))
        return false;
    while (n > 0) {
        ssize_t w = pwrite(u->fd, p, n, at);

        if (w < 0 && errno == EINTR)
            continue;
        if (w <= 0)
            return false;
        p += w;
        at += w;
        n -= (size_t)w;
    }
    return true;
}

static void lose(struct sc_upload *u)
{
    sc_upload_free(u);
    u->lost = true;
}

void sc_upload_keep(struct sc_upload *u, const char *p, size_t n)
{
    bool kept;

    if (n == 0)
        u->ended = true;
    if (n == 0 || u->lost)
        return;
    if (u->len + n > u->max) {
        lose(u);
        return;
    }
    kept = u->fd < 0 && u->in_memory + n <= u->memory_max ? keep_in_memory(u, p, n)
                                                          : keep_in_file(u, p, n);
    if (!kept) {
        lose(u);
        return;
    }
    u->len += n;
    u->pos = u->len;
}

size_t sc_upload_take(struct sc_upload *u, char *p, size_t n)
{
    ssize_t r;

    if (u->lost || u->pos >= u->len)
        return 0;
    if (n > u->len - u->pos)
        n = (size_t)(u->len - u->pos);
    if (u->pos < u->in_memory) {
        if (n > u->in_memory - u->pos)
            n = u->in_memory - (size_t)u->pos;
        memcpy(p, u->memory + u->pos, n);
        u->pos += n;
        return n;
    }
    if (!file_is_ours(u))
        return 0;
    do
        r = pread(u->fd, p, n, (off_t)(u->pos - u->in_memory));
    while (r < 0 && errno == EINTR);
    if (r <= 0)
        return 0;
    u->pos += (uint64_t)r;
    return (size_t)r;
}

void sc_upload_restart(struct sc_upload *u)
{
    size_t memory_max = u->memory_max;
    uint64_t max = u->max;

    sc_upload_free(u);
    sc_upload_init(u, memory_max, max);
}

void sc_upload_free(struct sc_upload *u)
{
    free(u->memory);
    u->memory = NULL;
    u->size = 0;
    u->in_memory = 0;
    u->len = 0;
    u->pos = 0;
    if (file_is_ours(u))
        close(u->fd);
    u->fd = -1;
}
