/* place.c - see place.h. */
#include "log/place.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/home.h"

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

bool sc_log_default_path(char *buf, size_t n)
{
    const char *state = secure_getenv("XDG_STATE_HOME");
    char home[PATH_MAX];

    if (state && state[0] == '/' && is_own(state))
        return snprintf(buf, n, "%s/steadycurl/steadycurl.log", state) < (int)n;
    if (geteuid() == 0)
        return snprintf(buf, n, "/var/log/steadycurl.log") < (int)n;
    return sc_home(home, sizeof home) &&
           snprintf(buf, n, "%s/.local/state/steadycurl/steadycurl.log", home) < (int)n;
}

/* The nearest folder above that is there decides what can be made. */
static int try_above(const char *path)
{
    char above[PATH_MAX];
    char *slash;

    if (snprintf(above, sizeof above, "%s", path) >= (int)sizeof above)
        return ENAMETOOLONG;
    while ((slash = strrchr(above, '/')) && slash != above) {
        *slash = '\0';
        if (access(above, W_OK | X_OK) == 0)
            return 0;
        if (errno != ENOENT)
            return errno;
    }
    return access("/", W_OK) == 0 ? 0 : errno;
}

int sc_log_try(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return EISDIR;
    if (access(path, W_OK) == 0)
        return 0;
    return errno == ENOENT ? try_above(path) : errno;
}
