/* place.c - see place.h. */
#include "log/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log/open.h"

/* Who has become root may have the environment of before: root's files there would be in the
 * user's way. A folder that is not there yet would be made in the next one above it. */
static bool is_own(const char *folder)
{
    char above[PATH_MAX];
    struct stat st;
    char *slash;

    if (geteuid() != 0)
        return true;
    if (snprintf(above, sizeof above, "%s", folder) >= (int)sizeof above)
        return false;
    while (stat(above, &st) != 0) {
        slash = strrchr(above, '/');
        if (!slash || slash == above)
            return true;
        *slash = '\0';
    }
    return st.st_uid == 0;
}

bool sc_log_default_path(const char *home, char *buf, size_t n)
{
    const char *state = secure_getenv("XDG_STATE_HOME");

    if (state && state[0] == '/' && is_own(state))
        return snprintf(buf, n, "%s/steadycurl/steadycurl.log", state) < (int)n;
    if (geteuid() == 0)
        return snprintf(buf, n, "/var/log/steadycurl.log") < (int)n;
    return home[0] && snprintf(buf, n, "%s/.local/state/steadycurl/steadycurl.log", home) < (int)n;
}

/* The nearest folder above that is there decides what can be made. */
static int try_above(char *path)
{
    struct stat st;
    char *slash;

    do {
        slash = strrchr(path, '/');
        if (!slash)
            strcpy(path, ".");
        else
            slash[slash == path] = '\0';
    } while (stat(path, &st) != 0 && errno == ENOENT && strcmp(path, "/") != 0);
    if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        return ENOTDIR;
    return faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

int sc_log_try(const char *path)
{
    char real[PATH_MAX];
    struct stat st;

    if (!sc_log_resolve(path, real))
        return errno;
    if (stat(real, &st) == 0 && S_ISDIR(st.st_mode))
        return EISDIR;
    if (faccessat(AT_FDCWD, real, W_OK, AT_EACCESS) == 0)
        return 0;
    return errno == ENOENT ? try_above(real) : errno;
}
