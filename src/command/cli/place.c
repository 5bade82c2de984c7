/* place.c - see place.h. */
#include "cli/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steadycurl/whole.h"

static bool join(char *buf, size_t n, const char *a, const char *b, const char *c)
{
    int k = snprintf(buf, n, "%s%s%s", a, b, c);
    return k >= 0 && (size_t)k < n;
}

bool sc_place_library(const char *name, char *buf, size_t n)
{
    static const char *const folders[] = {
        "/",
        "/../lib/steadycurl/",
        "/../lib64/steadycurl/",
#if defined __x86_64__
        "/../lib/x86_64-linux-gnu/steadycurl/",
#elif defined __aarch64__
        "/../lib/aarch64-linux-gnu/steadycurl/",
#endif
#ifdef SC_LIBDIR
        "//" SC_LIBDIR "/steadycurl/",
#endif
    };
    char self[PATH_MAX], path[PATH_MAX * 2], real[PATH_MAX];
    ssize_t k = readlink("/proc/self/exe", self, sizeof self - 1);
    if (k <= 0)
        return false;
    self[k] = '\0';
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = '\0';
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        bool fixed = folders[i][1] == '/'; /* "//": not relative to the command */
        if (join(path, sizeof path, fixed ? "" : self, folders[i] + fixed, name) &&
            realpath(path, real) && access(real, R_OK) == 0)
            return join(buf, n, real, "", "");
    }
    return false;
}

bool sc_place_is_whole(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool whole = fd >= 0 && sc_whole_object(fd);

    if (fd >= 0)
        close(fd);
    return whole;
}

bool sc_place_absolute(const char *path, char *buf, size_t n)
{
    char cwd[PATH_MAX];
    if (path[0] == '/')
        return join(buf, n, path, "", "");
    return getcwd(cwd, sizeof cwd) && join(buf, n, cwd, "/", path);
}

static int runnable(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return errno == EACCES ? EACCES : ENOENT;
    return S_ISREG(st.st_mode) && access(path, X_OK) == 0 ? 0 : EACCES;
}

int sc_place_program(const char *name, char *buf, size_t n)
{
    if (*name == '\0')
        return ENOENT;
    if (strchr(name, '/'))
        return join(buf, n, name, "", "") ? runnable(buf) : ENOENT;
    const char *path = getenv("PATH");
    int result = ENOENT;
    for (const char *p = path ? path : "/bin:/usr/bin"; p;) {
        const char *colon = strchrnul(p, ':');
        char folder[PATH_MAX];
        if (join(folder, sizeof folder, "", "", "") && (size_t)(colon - p) < sizeof folder) {
            memcpy(folder, p, (size_t)(colon - p));
            folder[colon - p] = '\0';
            if (join(buf, n, folder, *folder ? "/" : "", name)) {
                int r = runnable(buf);
                if (r == 0)
                    return 0;
                if (r == EACCES)
                    result = EACCES;
            }
        }
        p = *colon ? colon + 1 : NULL;
    }
    return result;
}
