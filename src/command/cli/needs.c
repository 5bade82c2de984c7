/* needs.c - see needs.h. Each line that tells of something wrong names its remedy. */
#include "cli/needs.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/logfile.h"
#include "cli/place.h"
#include "log/file.h"
#include "log/place.h"
#include "policy/advice_targets.h"
#include "policy/home.h"
#include "policy/policy.h"
#include "policy/trust.h"
#include "state/folder.h"
#include "state/region.h"

bool sc_needs_switch(const char *name)
{
    const char *v = getenv(name);
    return v && *v && strcmp(v, "0") != 0;
}

/* ---- our own files ---- */

static void load_and_tell(const char *path, int out)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    const char *why = dlopen(path, RTLD_NOW | RTLD_LOCAL) ? "" : dlerror();
    _exit(!why || write(out, why, strlen(why)) < 0 ? 1 : 0);
}

/* In a process of its own: a library that was cut off kills whoever loads it. */
static bool loadable(const char *path, char *why, size_t n)
{
    int ends[2], status;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return true;
    pid_t pid = fork();
    if (pid == 0)
        load_and_tell(path, ends[1]);
    close(ends[1]);
    ssize_t got = read(ends[0], why, n - 1);
    close(ends[0]);
    why[got > 0 ? got : 0] = '\0';
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return true;
    if (WIFSIGNALED(status))
        snprintf(why, n, "the file is damaged");
    return !WIFSIGNALED(status) && got <= 0;
}

static void look_at_ours(struct sc_diagnosis *d, const char *what, const char *file)
{
    char path[PATH_MAX], why[1024];
    if (!sc_place_library(file, path, sizeof path)) {
        sc_fact(what,
                "MISSING: %s is neither beside this command nor in ../lib/steadycurl; "
                "install again",
                file);
        sc_diagnose(d, SC_NOT_COVERED, "%s is missing; install steadycurl again", file);
    } else if (strpbrk(path, " :")) {
        sc_fact(what,
                "UNUSABLE: %s has a blank or colon, where the loader splits LD_PRELOAD; "
                "install under another prefix",
                path);
        sc_diagnose(d, SC_NOT_COVERED,
                    "the loader takes no preload with a blank or colon in its path; install "
                    "steadycurl under another prefix");
    } else if (!loadable(path, why, sizeof why)) {
        sc_fact(what, "UNUSABLE: %s; install again", why);
        sc_diagnose(d, SC_NOT_COVERED, "%s cannot be loaded (%s); install steadycurl again", file,
                    why);
    } else {
        sc_fact(what, "%s", path);
    }
}

/* ---- policy ---- */

static void look_at_trust(struct sc_diagnosis *d, const char *path)
{
    char why[PATH_MAX * 2 + 128];
    enum sc_trust trust = sc_policy_trust(path, geteuid(), why, sizeof why);
    if (trust == SC_TRUST_GOOD)
        return;
    sc_fact("policy", "%s: %s", trust == SC_TRUST_REFUSED ? "REFUSED for root" : "warning", why);
    if (trust == SC_TRUST_REFUSED)
        sc_diagnose(d, SC_NOT_COVERED, "the policy is refused: %s", why);
}

/* What a target lacks here; a program's environment may have it. */
static void tell_of_target(const char *text, void *arg)
{
    (void)arg;
    sc_fact("target", "warning: %s", text);
}

/* Freed by the caller; NULL: nothing usable, which was said. */
static struct sc_policy *look_at_policy(struct sc_diagnosis *d, const char *named, bool *built_in)
{
    struct sc_policy_error error;
    char path[PATH_MAX];
    bool found = named ? snprintf(path, sizeof path, "%s", named) < (int)sizeof path
                       : sc_policy_find(path, sizeof path);
    *built_in = !found;
    if (!found) {
        sc_fact("policy", "built-in (no file found)");
        return sc_policy_builtin();
    }
    struct sc_policy *p = sc_policy_load(path, &error);
    if (!p) {
        sc_fact("policy", "INVALID: %s", error.text);
        sc_diagnose(d, SC_NOT_COVERED, "the policy is invalid; steadycurl check %s says more",
                    path);
        return NULL;
    }
    size_t n = sc_policy_rule_count(p);
    sc_fact("policy", "%s (valid, %zu rule%s)", path, n, n == 1 ? "" : "s");
    if (n == 0)
        sc_diagnose(d, SC_NOT_COVERED, "the policy has no rule; add one for each host");
    look_at_trust(d, path);
    sc_targets_advise(p, tell_of_target, NULL);
    return p;
}

/* ---- log ---- */

/* Which one a program would write; false: none, which was said. */
static bool find_log(struct sc_diagnosis *d, const struct sc_policy *policy, bool built_in,
                     const char *named, char path[PATH_MAX])
{
    const char *variable = getenv("STEADYCURL_LOG");
    const char *log = named ? named : variable ? variable : NULL;
    if (!log && policy && !built_in)
        log = sc_policy_log(policy)->path;
    if (!log && built_in && sc_logfile_default(path, PATH_MAX))
        return true;
    if (log && *log)
        return snprintf(path, PATH_MAX, "%s", log) < PATH_MAX;
    if (!log && (built_in || (policy && sc_policy_log(policy)->homeless))) {
        sc_fact("log", "UNUSABLE: it lies at home, and HOME is not set; set it (systemd: "
                       "Environment=HOME=...)");
        sc_diagnose(d, SC_DEPENDS, "calls are covered, but not logged: HOME is not set");
    } else {
        sc_fact("log", "none; name one with --log, STEADYCURL_LOG or in the policy");
    }
    return false;
}

static void look_at_log(struct sc_diagnosis *d, const struct sc_policy *policy, bool built_in,
                        const char *named)
{
    char path[PATH_MAX];
    if (!find_log(d, policy, built_in, named, path))
        return;
    int error = sc_log_try(path);
    if (error == 0) {
        sc_fact("log", "%s", path);
        return;
    }
    sc_fact("log", "UNUSABLE: %s: %s; name another with --log, or let this user write there", path,
            sc_log_errno_words(error));
    sc_diagnose(d, SC_DEPENDS, "calls are covered, but not logged: %s: %s", path,
                sc_log_errno_words(error));
}

static void look_at_home(void)
{
    char home[PATH_MAX];
    const char *variable = getenv("HOME");
    if (variable && variable[0] == '/')
        return;
    if (sc_home(home, sizeof home))
        sc_fact("HOME", "not set; %s by /etc/passwd. ~/.config is not searched for a policy", home);
    else
        sc_fact("HOME", "not set, nor known to /etc/passwd: ~ means nothing; set it (systemd: "
                        "Environment=HOME=...)");
}

/* ---- state ---- */

/* The nearest folder above that is there. */
static void folder_above(char *path)
{
    do {
        char *slash = strrchr(path, '/');
        if (!slash) {
            strcpy(path, ".");
            return;
        }
        slash[slash == path] = '\0';
    } while (access(path, F_OK) != 0 && strcmp(path, "/") != 0);
}

static const char state_alone[] = "calls are covered, but limits, breaker and budgets count for "
                                  "each process alone";

static void look_at_memory(struct sc_diagnosis *d)
{
    int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    if (id >= 0) {
        shmctl(id, IPC_RMID, NULL);
        return;
    }
    const char *why = strerror(errno);
    sc_fact("state", "UNUSABLE: no shared memory (%s); ipcs -m shows who holds it, ipcrm frees it",
            why);
    sc_diagnose(d, SC_DEPENDS, "%s: no shared memory (%s)", state_alone, why);
}

static void look_at_state(struct sc_diagnosis *d)
{
    char path[PATH_MAX], why[PATH_MAX + 256];
    bool there;
    if (!sc_region_folder(path, sizeof path)) {
        sc_fact("state", "UNUSABLE: no folder can be named; set STEADYCURL_STATE to one");
        sc_diagnose(d, SC_DEPENDS, "%s: no folder can be named", state_alone);
        return;
    }
    there = access(path, F_OK) == 0 || errno != ENOENT;
    int fd = sc_folder_open(path, false, why, sizeof why);
    if (fd >= 0) {
        close(fd);
        sc_fact("state", "%s", path);
        look_at_memory(d);
        return;
    }
    if (!there) {
        char above[PATH_MAX];
        strcpy(above, path);
        folder_above(above);
        if (faccessat(AT_FDCWD, above, W_OK | X_OK, AT_EACCESS) == 0) {
            sc_fact("state", "%s (made by the first call)", path);
            look_at_memory(d);
            return;
        }
        snprintf(why, sizeof why, "%.4000s cannot be made: %s", path, strerror(errno));
    }
    sc_fact("state", "UNUSABLE: %s; name a folder of this user's own with --state", why);
    sc_diagnose(d, SC_DEPENDS, "%s: %s", state_alone, why);
}

/* ---- switches ---- */

static void look_at_switches(struct sc_diagnosis *d)
{
    if (sc_needs_switch("STEADYCURL_DISABLE")) {
        sc_fact("switch", "STEADYCURL_DISABLE=%s: everything is off; unset it",
                getenv("STEADYCURL_DISABLE"));
        sc_diagnose(d, SC_NOT_COVERED, "STEADYCURL_DISABLE=%s switches everything off; unset it",
                    getenv("STEADYCURL_DISABLE"));
    }
    if (sc_needs_switch("STEADYCURL_KEEP_DLSYM"))
        sc_fact("switch", "STEADYCURL_KEEP_DLSYM: functions looked up by name are not covered");
    if (sc_needs_switch("STEADYCURL_KEEP_DEEPBIND"))
        sc_fact("switch", "STEADYCURL_KEEP_DEEPBIND: PHP's curl extension is not covered");
}

void sc_needs_look(struct sc_diagnosis *d, const char *policy, const char *log)
{
    look_at_ours(d, "library", "libsteadycurl.so");
    look_at_ours(d, "engine", "steadycurl-engine.so");
    bool built_in;
    struct sc_policy *p = look_at_policy(d, policy, &built_in);
    look_at_home();
    look_at_log(d, p, built_in, log);
    sc_policy_free(p);
    look_at_state(d);
    look_at_switches(d);
}
