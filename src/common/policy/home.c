/* home.c - see home.h. */
#include "policy/home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "name:x:UID:gid:gecos:HOME:shell": the home of this user; NULL if the line is another's. */
static const char *home_in(char *line, const char *uid)
{
    char *field[7], *rest = line;

    for (int i = 0; i < 7; i++) {
        field[i] = strsep(&rest, ":");
        if (!field[i])
            return NULL;
    }
    return strcmp(field[2], uid) == 0 && field[5][0] == '/' ? field[5] : NULL;
}

static bool from_passwd(char *buf, size_t n)
{
    FILE *f = fopen("/etc/passwd", "re");
    char line[1024], uid[16];
    const char *home = NULL;
    bool fits = false;

    snprintf(uid, sizeof uid, "%u", (unsigned)geteuid());
    while (f && !home && fgets(line, sizeof line, f))
        home = home_in(line, uid);
    if (home)
        fits = snprintf(buf, n, "%s", home) < (int)n;
    if (f)
        fclose(f);
    return fits;
}

bool sc_home(char *buf, size_t n)
{
    const char *home = getenv("HOME");
    int before = errno;
    bool found;

    if (home && home[0] == '/')
        return snprintf(buf, n, "%s", home) < (int)n;
    found = from_passwd(buf, n);
    errno = before;
    return found;
}
