/*
 * cmd_run.c - steadycurl run: sets the environment and execs.
 *
 * No fork: pid, signals and exit status are the program's own. What would make the preload
 * silently do nothing is found out before, and said.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/place.h"
#include "cli/usage.h"
#include "policy/policy.h"

enum { OPT_POLICY = 'p', OPT_LOG = 'l', OPT_STATE = 's', OPT_STRICT = 300, OPT_DEEP, OPT_FORCE };

static const struct sc_option options[] = {
    {"policy", OPT_POLICY, "FILE", "policy file (default: the search order of steadycurl(1))"},
    {"log", OPT_LOG, "FILE", "log file, instead of the policy's"},
    {"state", OPT_STATE, "DIR", "folder of the state that processes share"},
    {"strict", OPT_STRICT, NULL, "a policy that becomes invalid makes calls fail"},
    {NULL, 0, NULL, NULL},
};

static const struct sc_usage usage = {
    "run", "[OPTION...] [--] PROGRAM [ARGUMENT...]",
    "Runs PROGRAM with steadycurl in front of its LLM calls. The program replaces this process:\n"
    "pid, signals and exit status are its own.",
    options};

/* Weak until the policy layer is part of the build. */
#pragma weak sc_policy_load
#pragma weak sc_policy_free

static bool set_path(const char *variable, const char *path)
{
    char absolute[PATH_MAX * 2];
    return sc_place_absolute(path, absolute, sizeof absolute) && setenv(variable, absolute, 1) == 0;
}

static bool policy_is_good(const char *path)
{
    struct sc_policy_error error;
    if (!sc_policy_load)
        return true;
    struct sc_policy *policy = sc_policy_load(path, &error);
    if (!policy) {
        fprintf(stderr, "steadycurl run: %s\n", error.text);
        return false;
    }
    sc_policy_free(policy);
    return true;
}

/* Puts our library before what LD_PRELOAD holds already (separated by blanks or colons), once. */
static bool set_preload(const char *library)
{
    const char *old = getenv("LD_PRELOAD");
    size_t n = strlen(library);
    char *list = malloc(n + (old ? strlen(old) : 0) + 2);
    if (!list)
        return false;
    char *end = stpcpy(list, library);
    for (const char *p = old ? old : ""; *p;) {
        size_t k = strcspn(p, " :");
        bool ours = k == n && memcmp(p, library, n) == 0;
        if (k && !ours) {
            *end++ = ':';
            end = mempcpy(end, p, k);
        }
        p += k;
        if (*p)
            p++;
    }
    *end = '\0';
    bool ok = setenv("LD_PRELOAD", list, 1) == 0;
    free(list);
    return ok;
}

static int cannot_exec(const char *name, int error)
{
    if (error == ENOENT) {
        fprintf(stderr, "steadycurl run: %s: not found\n", name);
        return 127;
    }
    fprintf(stderr, "steadycurl run: %s: cannot be executed: %s\n", name, strerror(error));
    return 126;
}

static int start(char **argv)
{
    char library[PATH_MAX];
    if (!sc_place_library("libsteadycurl.so", library, sizeof library))
        return sc_usage_wrong(&usage, "libsteadycurl.so is neither beside this command nor in "
                                      "../lib/steadycurl");
    if (!set_preload(library))
        return sc_usage_wrong(&usage, "out of memory");
    execvp(argv[0], argv);
    return cannot_exec(argv[0], errno);
}

int sc_cmd_run(int argc, char **argv)
{
    struct sc_args a = sc_args_begin(argc, argv);
    int opt;
    while ((opt = sc_args_next(&a, &usage)) > 0) {
        bool ok = true;
        if (opt == OPT_POLICY)
            ok = set_path("STEADYCURL_POLICY", a.value);
        else if (opt == OPT_LOG)
            ok = set_path("STEADYCURL_LOG", a.value);
        else if (opt == OPT_STATE)
            ok = set_path("STEADYCURL_STATE", a.value);
        else
            ok = setenv("STEADYCURL_STRICT", "1", 1) == 0;
        if (!ok)
            return sc_usage_wrong(&usage, "cannot use \"%s\"", a.value);
    }
    if (opt < 0)
        return opt == SC_ARGS_HELP ? 0 : 2;
    if (a.i >= argc)
        return sc_usage_wrong(&usage, "which program? see steadycurl run --help");
    char policy[PATH_MAX];
    const char *named = getenv("STEADYCURL_POLICY");
    if (named && *named && snprintf(policy, sizeof policy, "%s", named) < (int)sizeof policy &&
        !policy_is_good(policy))
        return 2;
    return start(argv + a.i);
}
