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
#include "cli/program.h"
#include "cli/policy_file.h"
#include "cli/run_cassette.h"
#include "cli/run_faults.h"
#include "cli/run_trial.h"
#include "cli/usage.h"
#include "policy/faults.h"
#include "policy/policy.h"

enum {
    OPT_STRICT = 300,
    OPT_DEEP,
    OPT_FAULT,
    OPT_SEED,
    OPT_STEADY,
    OPT_UNMARKED,
    OPT_MOCK,
    OPT_TRACE,
    OPT_RECORD,
    OPT_REPLAY,
    OPT_MODE,
    OPT_MATCH,
    OPT_PACE,
    OPT_MISS,
    OPT_BODIES,
    OPT_ONCE
};

static const struct sc_option options[] = {
    SC_OPTION_POLICY_FOUND,
    SC_OPTION_LOG("log file, instead of the policy's"),
    SC_OPTION_STATE_SHARED,
    {"strict", OPT_STRICT, NULL, "a policy that becomes invalid makes calls fail"},
    {"deep", OPT_DEEP, NULL, "also reach functions bound where a preload cannot (LD_AUDIT)"},
    {"fault", OPT_FAULT, "SPEC", "a fault on purpose: HOST=503*2,ok; may be repeated"},
    {"seed", OPT_SEED, "N", "of faults by chance (HOST:10%=503): the same seed, the same faults"},
    {"steady", OPT_STEADY, NULL, "retries and the rest stand between faults and PROGRAM"},
    {"unmarked", OPT_UNMARKED, NULL, "made-up answers come without x-steadycurl: fault"},
    {"trace", OPT_TRACE, "FILE", "log there, each attempt a line of JSON"},
    {"mock", OPT_MOCK, "[=SCRIPT]", "a mock of this run alone answers for every known LLM host"},
    {"record", OPT_RECORD, "FILE", "write each call and its answer there: a cassette"},
    {"mode", OPT_MODE, "WORD",
     "--record: once (where FILE is there, replay it), new (what it has not), all"},
    {"bodies", OPT_BODIES, NULL, "--record: with the bodies of requests"},
    {"replay", OPT_REPLAY, "FILE", "answer calls from that cassette, without a network"},
    {"match", OPT_MATCH, "LIST", "by what a call is found in it: method,host,path,query,body"},
    {"pace", OPT_PACE, "N", "--replay: 1 (as it was), 0 (at once), 0.1..."},
    {"miss", OPT_MISS, "WORD", "--replay, of what is not in it: fail, pass, record"},
    {"once", OPT_ONCE, NULL, "--replay: each exchange is given once, not again and again"},
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "run", "[OPTION...] [--] PROGRAM [ARGUMENT...]",
    "Runs PROGRAM with steadycurl in front of its LLM calls. The program replaces this process:\n"
    "pid, signals and exit status are its own.",
    options};

static bool set_path(const char *variable, const char *path)
{
    char absolute[PATH_MAX * 2];
    if (strcmp(path, "-") == 0) /* what the program reads itself, and more than once */
        return false;
    return sc_place_absolute(path, absolute, sizeof absolute) && setenv(variable, absolute, 1) == 0;
}

/* A policy that is named and bad is wrong usage. One that was only found must not keep a program
 * from running: the library does without it, and so does this. */
static bool policy_is_good(bool *faults)
{
    const char *named = getenv("STEADYCURL_POLICY");
    struct sc_policy_error error;
    char path[PATH_MAX];
    if (!sc_policy_find(path, sizeof path))
        return true;
    struct sc_policy *policy = sc_policy_load(path, &error);
    if (!policy)
        sc_usage_wrong(&usage, "%s", error.text);
    bool good = policy && sc_policy_file_trusted(&usage, path);
    *faults = good && sc_policy_faults(policy);
    sc_policy_free(policy);
    if (good || (named && *named))
        return good;
    sc_usage_wrong(&usage, "without a policy the program's calls are not managed");
    return true;
}

static bool is_sanitizer(const char *item, size_t n)
{
    return memmem(item, n, "libasan.so", 10) || memmem(item, n, "libclang_rt.asan", 16);
}

static char *add(char *end, const char *item, size_t n)
{
    *end = ':';
    return mempcpy(end + 1, item, n);
}

/* The items of `old` (separated by blanks or colons) that are sanitizers or that are not. */
static char *add_old(char *end, const char *old, const char *library, bool sanitizers)
{
    for (const char *p = old; *p;) {
        size_t n = strcspn(p, " :");
        bool ours = n == strlen(library) && memcmp(p, library, n) == 0;
        if (n && !ours && is_sanitizer(p, n) == sanitizers)
            end = add(end, p, n);
        p += n + (p[n] != '\0');
    }
    return end;
}

/* Puts our library before what LD_PRELOAD holds already, once. Only a sanitizer's runtime comes
 * first: it refuses to run otherwise. */
static bool set_preload(const char *library, const struct sc_elf *elf)
{
    const char *old = getenv("LD_PRELOAD");
    const char *runtime = sc_elf_needs(elf, "libasan.so");
    if (!old)
        old = "";
    if (!runtime || is_sanitizer(old, strlen(old)))
        runtime = "";
    char *list = malloc(strlen(library) + strlen(old) + strlen(runtime) + 4);
    if (!list)
        return false;
    char *end = list;
    if (*runtime)
        end = add(end, runtime, strlen(runtime));
    end = add_old(end, old, library, true);
    end = add(end, library, strlen(library));
    end = add_old(end, old, library, false);
    *end = '\0';
    bool ok = setenv("LD_PRELOAD", list + 1, 1) == 0;
    free(list);
    return ok;
}

/* The preload fails silently without its engine: both must be there, and whole, or the loader
 * would kill the program. */
static bool find_ours(const char *name, char *path, size_t n)
{
    if (!sc_place_library(name, path, n))
        sc_usage_wrong(&usage, "%s is neither beside this command nor in ../lib/steadycurl", name);
    else if (!sc_place_is_whole(path))
        sc_usage_wrong(&usage, "%s is cut off: install it again", path);
    else
        return true;
    return false;
}

/* --deep: the dynamic linker asks our audit library what to bind to. An audit library that is
 * there already stays, behind ours. */
static bool set_audit(void)
{
    const char *old = getenv("LD_AUDIT");
    char library[PATH_MAX], list[PATH_MAX * 2];
    int n;

    if (!find_ours("steadycurl-audit.so", library, sizeof library))
        return false;
    if (old && strstr(old, library))
        return true;
    n = snprintf(list, sizeof list, "%s%s%s", library, old && *old ? ":" : "", old ? old : "");
    return n > 0 && (size_t)n < sizeof list && setenv("LD_AUDIT", list, 1) == 0;
}

static int start(char **argv)
{
    static struct sc_program program;
    char library[PATH_MAX];
    sc_program_look(&program, argv[0]);
    if (program.status != SC_PROGRAM_OK) {
        sc_usage_wrong(&usage, "%s", program.why);
        return (int)program.status;
    }
    if (!find_ours("steadycurl-engine.so", library, sizeof library) ||
        !find_ours("libsteadycurl.so", library, sizeof library))
        return SC_PROGRAM_NO_LIBRARY;
    if (strpbrk(library, " :")) {
        sc_usage_wrong(&usage, "%s: the loader takes no preload with a blank or colon in its path",
                       library);
        return SC_PROGRAM_NO_LIBRARY;
    }
    if (!set_preload(library, &program.elf))
        return sc_usage_wrong(&usage, "out of memory");
    execvp(argv[0], argv);
    int error = errno;
    sc_usage_wrong(&usage, "%s: cannot be executed: %s", argv[0], strerror(error));
    return error == ENOENT ? SC_PROGRAM_NOT_FOUND : SC_PROGRAM_NOT_EXECUTABLE;
}

static bool is_about_faults(int opt)
{
    return opt >= OPT_FAULT && opt <= OPT_MOCK;
}

static bool is_about_cassettes(int opt)
{
    return opt >= OPT_RECORD && opt <= OPT_ONCE;
}

static bool take_cassette(int opt, const char *value)
{
    static const char *const names[] = {"record", "replay", "mode",   "match",
                                        "pace",   "miss",   "bodies", "once"};

    return sc_run_cassette(&usage, names[opt - OPT_RECORD], value);
}

static bool take_fault(int opt, const char *value)
{
    if (opt == OPT_FAULT)
        return sc_run_fault(&usage, value);
    if (opt == OPT_SEED)
        return sc_run_fault_seed(&usage, value);
    if (opt == OPT_MOCK)
        return sc_run_mock(&usage, value);
    sc_run_fault_flag(opt == OPT_STEADY ? "--steady" : "--unmarked");
    return true;
}

int sc_cmd_run(int argc, char **argv)
{
    struct sc_args a = sc_args_begin_program(argc, argv);
    bool faults = false;
    int opt;
    while ((opt = sc_args_next(&a, &usage)) > 0) {
        bool ok = true;
        if (opt == OPT_TRACE)
            sc_run_fault_trace();
        if (is_about_faults(opt)) {
            if (!take_fault(opt, a.value))
                return 2;
        } else if (is_about_cassettes(opt)) {
            if (!take_cassette(opt, a.value))
                return 2;
        } else if (opt == OPT_DEEP)
            ok = set_audit();
        else if (opt == SC_OPT_POLICY)
            ok = set_path("STEADYCURL_POLICY", a.value);
        else if (opt == SC_OPT_LOG || opt == OPT_TRACE)
            ok = set_path("STEADYCURL_LOG", a.value);
        else if (opt == SC_OPT_STATE)
            ok = set_path("STEADYCURL_STATE", a.value);
        else
            ok = setenv("STEADYCURL_STRICT", "1", 1) == 0;
        if (!ok && opt == OPT_DEEP)
            return SC_PROGRAM_NO_LIBRARY;
        if (!ok)
            return sc_usage_wrong(&usage, "cannot use \"%s\"", a.value);
    }
    if (opt < 0)
        return opt == SC_ARGS_HELP ? 0 : 2;
    if (a.i >= argc)
        return sc_usage_wrong(&usage, "which program? see steadycurl run --help");
    if (!policy_is_good(&faults) || !sc_run_cassette_ready(&usage) ||
        !sc_run_trial_begin(&usage, sc_run_faults_steady() || sc_run_cassette_replays()) ||
        !sc_run_faults_export(&usage, faults))
        return 2;
    return start(argv + a.i);
}
