#include "policy/trust.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum writers { NOBODY_ELSE, SOMEBODY, ANYBODY };

static enum writers writers_of(const struct stat *st, uid_t who)
{
    bool sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX);

    if (!S_ISLNK(st->st_mode) && !sticky && (st->st_mode & S_IWOTH))
        return ANYBODY;
    if (st->st_uid != 0 && st->st_uid != who)
        return SOMEBODY;
    /* Who is in root's group is as good as root. */
    if (!S_ISLNK(st->st_mode) && !sticky && (st->st_mode & S_IWGRP) && st->st_gid != 0)
        return SOMEBODY;
    return NOBODY_ELSE;
}

/* On the heap: the stack is a program's thread's. */
struct look {
    uid_t who;
    enum writers worst;
    struct stat st; /* of the worst */
    char path[PATH_MAX];
    char full[PATH_MAX], part[PATH_MAX];
};

/* part: without its slash at the end; "" is the root. */
static void look_at(struct look *l, const char *part)
{
    struct stat st;
    enum writers found;

    if (lstat(*part ? part : "/", &st) != 0)
        return;
    found = writers_of(&st, l->who);
    if (found <= l->worst)
        return;
    l->worst = found;
    l->st = st;
    snprintf(l->path, sizeof l->path, "%s", *part ? part : "/");
}

/* The file and its folders, an absolute path. */
static void look_along(struct look *l, const char *path)
{
    size_t n = strlen(path);

    if (n >= sizeof l->part)
        return;
    memcpy(l->part, path, n + 1);
    look_at(l, l->part);
    for (char *slash = strrchr(l->part, '/'); slash; slash = strrchr(l->part, '/')) {
        *slash = '\0';
        look_at(l, l->part);
    }
}

static void look_everywhere(struct look *l, const char *path)
{
    size_t n = 0;

    if (path[0] != '/') {
        if (!getcwd(l->full, sizeof l->full))
            return;
        n = strlen(l->full);
        if (n + 1 < sizeof l->full)
            l->full[n++] = '/';
    }
    if (n + strlen(path) < sizeof l->full) {
        strcpy(l->full + n, path);
        look_along(l, l->full);
    }
    if (realpath(path, l->full))
        look_along(l, l->full);
}

static void explain(const struct look *l, char *why, size_t n)
{
    unsigned mode = (unsigned)l->st.st_mode & 07777;

    if (l->worst == ANYBODY)
        snprintf(why, n, "anybody may write to %s (mode %04o): chmod o-w %s", l->path, mode,
                 l->path);
    else if (l->st.st_uid != 0 && l->st.st_uid != l->who)
        snprintf(why, n, "%s belongs to another user, uid %u: chown root %s", l->path,
                 (unsigned)l->st.st_uid, l->path);
    else
        snprintf(why, n, "group %u may write to %s (mode %04o): chmod g-w %s",
                 (unsigned)l->st.st_gid, l->path, mode, l->path);
}

enum sc_trust sc_policy_trust(const char *path, uid_t who, char *why, size_t n)
{
    static const enum sc_trust table[2][3] = {
        {SC_TRUST_GOOD, SC_TRUST_GOOD, SC_TRUST_DOUBTFUL},    /* another user */
        {SC_TRUST_GOOD, SC_TRUST_DOUBTFUL, SC_TRUST_REFUSED}, /* root */
    };
    int saved = errno;
    struct look *l = calloc(1, sizeof *l);
    enum writers worst = NOBODY_ELSE;

    if (l) {
        l->who = who;
        look_everywhere(l, path);
        worst = l->worst;
        if (worst != NOBODY_ELSE)
            explain(l, why, n);
    }
    free(l);
    errno = saved;
    return table[who == 0][worst];
}
