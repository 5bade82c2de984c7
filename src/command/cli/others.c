/* others.c - see others.h. */
#include "cli/others.h"

#include <errno.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/print.h"

#define USERS_MAX 1024

static bool read_number(const char *text, uid_t *uid)
{
    char *end;
    unsigned long v = strtoul(text, &end, 10);
    *uid = (uid_t)v;
    return *text >= '0' && *text <= '9' && !*end && v < (uid_t)-1;
}

/* Where that user's programs would have their state. */
static void use_folders_of(uid_t uid, const struct passwd *pw)
{
    char runtime[64];
    snprintf(runtime, sizeof runtime, "/run/user/%u", (unsigned)uid);
    if (access(runtime, F_OK) == 0)
        setenv("XDG_RUNTIME_DIR", runtime, 1);
    else
        unsetenv("XDG_RUNTIME_DIR");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    unsetenv("STEADYCURL_STATE");
    unsetenv("STEADYCURL_POLICY");
    if (pw)
        setenv("HOME", pw->pw_dir, 1);
    else
        unsetenv("HOME");
}

static bool become(const struct sc_usage *u, uid_t uid, const struct passwd *pw)
{
    gid_t group = pw ? pw->pw_gid : (gid_t)uid;
    if (uid == geteuid())
        return true;
    if (geteuid() != 0) {
        sc_usage_wrong(u, "only root may look at another user's state");
        return false;
    }
    use_folders_of(uid, pw);
    if ((pw ? initgroups(pw->pw_name, group) : setgroups(0, NULL)) == 0 && setgid(group) == 0 &&
        setuid(uid) == 0)
        return true;
    sc_usage_wrong(u, "cannot become uid %u: %s", (unsigned)uid, strerror(errno));
    return false;
}

bool sc_others_become(const struct sc_usage *u, const char *name)
{
    const struct passwd *pw = getpwnam(name);
    uid_t uid;
    if (pw)
        return become(u, pw->pw_uid, pw);
    if (read_number(name, &uid))
        return become(u, uid, getpwuid(uid));
    sc_usage_wrong(u, "no user \"%s\"", name);
    return false;
}

/* ---- all of them ---- */

struct users {
    uid_t list[USERS_MAX];
    size_t n;
};

static int by_number(const void *a, const void *b)
{
    uid_t x = *(const uid_t *)a, y = *(const uid_t *)b;
    return x < y ? -1 : x > y;
}

static void note_owner(struct users *l, const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) || l->n == USERS_MAX ||
        (geteuid() != 0 && st.st_uid != geteuid()))
        return;
    for (size_t i = 0; i < l->n; i++)
        if (l->list[i] == st.st_uid)
            return;
    l->list[l->n++] = st.st_uid;
}

static void find_users(struct users *l)
{
    static const char *const places[] = {"/run/user/*/steadycurl", "/dev/shm/steadycurl-*"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        glob_t g;
        if (glob(places[i], 0, NULL, &g) != 0)
            continue;
        for (size_t k = 0; k < g.gl_pathc; k++)
            note_owner(l, g.gl_pathv[k]);
        globfree(&g);
    }
    qsort(l->list, l->n, sizeof *l->list, by_number);
}

static void announce(uid_t uid, bool json, bool first)
{
    const struct passwd *pw = getpwuid(uid);
    const char *name = pw ? pw->pw_name : "";
    if (json) {
        printf("%s{\"user\":", first ? "" : ",");
        sc_print_json(stdout, name);
        printf(",\"uid\":%u,\"status\":", (unsigned)uid);
    } else {
        sc_print(stdout, "%suser %s%suid %u\n", first ? "" : "\n", name, *name ? ", " : "",
                 (unsigned)uid);
    }
    fflush(stdout);
}

/* In a process of its own: there is no way back from being a user. */
static int show_as(const struct sc_usage *u, uid_t uid, bool json, int (*show)(bool json))
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        status = become(u, uid, getpwuid(uid)) ? show(json) : 1;
        fflush(stdout);
        _exit(status);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status)
                                                                           : 1;
}

int sc_others_each(const struct sc_usage *u, bool json, int (*show)(bool json))
{
    static struct users users;
    int worst = 0;
    find_users(&users);
    if (json)
        printf("{\"users\":[");
    else if (users.n == 0)
        printf("no user has state in /run/user or /dev/shm\n");
    for (size_t i = 0; i < users.n; i++) {
        announce(users.list[i], json, i == 0);
        int status = show_as(u, users.list[i], json, show);
        worst = status > worst ? status : worst;
        if (json)
            putchar('}');
    }
    if (json)
        printf("]}\n");
    return ferror(stdout) ? 1 : worst;
}
