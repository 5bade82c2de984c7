/* place.c - see place.h. */
#include "store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool sc_store_default_path(const char *home, char *buf, size_t n)
{
    static const char file[] = "steadycurl/answers.db";
    const char *cache = secure_getenv("XDG_CACHE_HOME");

    if (geteuid() == 0 && (!cache || cache[0] != '/'))
        return snprintf(buf, n, "/var/cache/%s", file) < (int)n;
    if (cache && cache[0] == '/')
        return snprintf(buf, n, "%s/%s", cache, file) < (int)n;
    return home[0] && snprintf(buf, n, "%s/.cache/%s", home, file) < (int)n;
}

void sc_store_make_folders(const char *path)
{
    char folder[PATH_MAX];

    if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder)
        return;
    for (char *p = strchr(folder + 1, '/'); p; p = strchr(p + 1, '/')) {
        *p = '\0';
        (void)mkdir(folder, 0700);
        *p = '/';
    }
}

bool sc_store_is_own_file(const char *path, bool *there, ino_t *inode)
{
    struct stat st;

    *there = lstat(path, &st) == 0;
    if (!*there)
        return errno == ENOENT || errno == ENOTDIR;
    *inode = st.st_ino;
    return S_ISREG(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0;
}

bool sc_store_make_file(const char *path)
{
    int fd;

    sc_store_make_folders(path);
    fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    if (fd < 0)
        return errno == EEXIST;
    close(fd);
    return true;
}
