/*
 * cmd_try.c - steadycurl try: a program meets each of many faults, once alone and once with
 * steadycurl, and gets a verdict.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/now.h"
#include "cli/cli.h"
#include "cli/place.h"
#include "cli/usage.h"
#include "fault/outcome.h"
#include "mock/script.h"
#include "try/report.h"

enum {
    OPT_MOCK = 300,
    OPT_MATRIX,
    OPT_ONLY,
    OPT_LIST,
    OPT_JOBS,
    OPT_TIMEOUT,
    OPT_JUNIT,
    OPT_HTML,
    OPT_FAIL_ON,
    OPT_KEEP
};

enum { JOBS = 16, TIMEOUT_S = 10, KEYS_MAX = 64, KEY_MIN = 8, INPUT_MAX = 64 << 20 };

static const struct sc_option options[] = {
    SC_OPTION_POLICY_FOUND,
    {"mock", OPT_MOCK, "[=SCRIPT]", "a mock answers for every known LLM host, as for run"},
    {"matrix", OPT_MATRIX, "FILE", "other faults than the built-in ones: lines of NAME = SCRIPT"},
    {"only", OPT_ONLY, "NAMES", "of the faults these, separated by commas"},
    {"list", OPT_LIST, NULL, "print the faults, as --matrix takes them, and run nothing"},
    {"jobs", OPT_JOBS, "N", "so many runs at a time (default 16); 1 if they disturb each other"},
    {"timeout", OPT_TIMEOUT, "SECONDS", "a run that takes longer hangs (default 10)"},
    SC_OPTION_JSON("the table as JSON"),
    {"junit", OPT_JUNIT, "FILE", "also as JUnit's XML, for CI"},
    {"html", OPT_HTML, "FILE", "also as a page"},
    {"fail-on", OPT_FAIL_ON, "NAMES",
     "which verdicts are bad (default silent,half,wrong,hangs,crashes,early,often,leaks)"},
    {"keep", OPT_KEEP, "DIR", "leave what each run has printed, and its trace, there"},
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "try", "[OPTION...] [--] PROGRAM [ARGUMENT...]",
    "Runs PROGRAM undisturbed, and then once for each of 24 faults alone: as it is (bare), and "
    "with\n"
    "steadycurl's retries between (steady). Says of each run how it ended, how long it took, how\n"
    "many requests were made, whether the output is the same, and what that means. Exit 1 if a\n"
    "verdict is bad.",
    options};

struct asked {
    struct sc_trial_plan plan;
    struct sc_kinds kinds;
    const char *matrix, *only, *junit, *html, *keep;
    uint32_t fail_on;
    bool json, list, mock_given;
    char mock[4096];
};

/* ---- options --------------------------------------------------------------------------------- */

static bool set_number(struct asked *a, int opt, const char *value)
{
    int64_t n;

    if (!sc_usage_number(&usage, opt == OPT_JOBS ? "jobs" : "timeout", value, 1, 100000, &n))
        return false;
    if (opt == OPT_JOBS)
        a->plan.at_once = (unsigned)n;
    else
        a->plan.timeout_ms = n * 1000;
    return true;
}

static bool set_mock(struct asked *a, const char *script)
{
    char err[200];
    struct sc_script *s = script ? sc_mock_script_parse(script, true, err, sizeof err) : NULL;

    if (script && !s) {
        sc_usage_wrong(&usage, "--mock: %s", err);
        return false;
    }
    sc_script_unref(s);
    snprintf(a->mock, sizeof a->mock, "--mock%s%s", script ? "=" : "", script ? script : "");
    a->plan.mock = a->mock;
    return true;
}

static bool set_fail_on(struct asked *a, const char *names)
{
    const char *name;
    size_t n;

    a->fail_on = 0;
    if (sc_try_set(names, &a->fail_on, &name, &n))
        return true;
    sc_usage_wrong(&usage, "--fail-on: there is no verdict '%.*s'", (int)n, name);
    return false;
}

static bool take(struct asked *a, int opt, char *value)
{
    switch (opt) {
    case SC_OPT_POLICY:
        a->plan.policy = value;
        return true;
    case SC_OPT_JSON:
        return a->json = true;
    case OPT_MOCK:
        return set_mock(a, value);
    case OPT_MATRIX:
        a->matrix = value;
        return true;
    case OPT_ONLY:
        a->only = value;
        return true;
    case OPT_LIST:
        return a->list = true;
    case OPT_JUNIT:
        a->junit = value;
        return true;
    case OPT_HTML:
        a->html = value;
        return true;
    case OPT_KEEP:
        a->keep = value;
        return true;
    case OPT_FAIL_ON:
        return set_fail_on(a, value);
    default:
        return set_number(a, opt, value);
    }
}

static bool read_kinds(struct asked *a)
{
    char err[300];
    FILE *f;
    bool good = true;

    sc_kinds_builtin(&a->kinds);
    if (a->matrix) {
        f = strcmp(a->matrix, "-") == 0 ? stdin : fopen(a->matrix, "r");
        if (!f) {
            sc_usage_wrong(&usage, "%s: %s", a->matrix, strerror(errno));
            return false;
        }
        good = sc_kinds_read(&a->kinds, f, err, sizeof err);
        if (f != stdin)
            fclose(f);
    }
    if (!good)
        sc_usage_wrong(&usage, "%s: %s", a->matrix, err);
    else if (a->only && !sc_kinds_only(&a->kinds, a->only, err, sizeof err))
        good = sc_usage_wrong(&usage, "--only: %s", err) == 0;
    return good;
}

static int print_kinds(const struct sc_kinds *k)
{
    for (size_t i = 0; i < k->n; i++)
        printf("%-18s = %s\n", k->list[i].name, k->list[i].script);
    return 0;
}

/* Before any run: who has waited for minutes wants to keep what was seen. What is there stays, and
 * what is not is not there yet. */
static bool can_write(const char *path)
{
    bool is_there = path && access(path, F_OK) == 0;
    FILE *f = path ? fopen(path, "a") : NULL;

    if (f)
        fclose(f);
    if (f && !is_there)
        unlink(path);
    if (!f && path)
        sc_usage_wrong(&usage, "cannot write %s: %s", path, strerror(errno));
    return f || !path;
}

/* ---- where, and with what -------------------------------------------------------------------- */

static bool make_folder(const struct asked *a, char *folder, size_t n)
{
    const char *tmp = getenv("TMPDIR");

    if (a->keep && !sc_place_absolute(a->keep, folder, n))
        return false;
    if (a->keep)
        return mkdir(folder, 0700) == 0 || errno == EEXIST;
    snprintf(folder, n, "%s/steadycurl-try-XXXXXX", tmp && tmp[0] == '/' ? tmp : "/tmp");
    return mkdtemp(folder) != NULL;
}

/* Each run reads what this one was given to read; a terminal none of them does. */
static void copy_input(const char *folder)
{
    char path[PATH_MAX + 16], block[1 << 14];
    size_t n, all = 0;
    FILE *f;

    if (isatty(0))
        return;
    snprintf(path, sizeof path, "%s/input", folder);
    f = fopen(path, "w");
    while (f && all < INPUT_MAX && (n = fread(block, 1, sizeof block, stdin)) > 0)
        all += fwrite(block, 1, n, f);
    if (f)
        fclose(f);
}

/* What nobody may print: the values of variables that are named like one. */
static void find_keys(const char *keys[KEYS_MAX])
{
    extern char **environ;
    size_t n = 0;

    for (char **e = environ; *e && n < KEYS_MAX - 1; e++) {
        const char *value = strchr(*e, '=');
        size_t name = value ? (size_t)(value - *e) : 0;

        if (name > 0 && strlen(value + 1) >= KEY_MIN &&
            (memmem(*e, name, "KEY", 3) || memmem(*e, name, "TOKEN", 5) ||
             memmem(*e, name, "SECRET", 6)))
            keys[n++] = value + 1;
    }
    keys[n] = NULL;
}

/* ---- the runs -------------------------------------------------------------------------------- */

static bool try_calm(struct asked *a, struct sc_trial *calm)
{
    char err[200];

    snprintf(calm->name, sizeof calm->name, "undisturbed");
    if (!sc_trials_run(&a->plan, calm, 1, NULL, NULL, err, sizeof err)) {
        sc_usage_wrong(&usage, "%s", err);
        return false;
    }
    if (calm->hosts.n > 0 && !calm->seen.timed_out)
        return true;
    if (calm->seen.timed_out)
        sc_usage_wrong(&usage, "undisturbed the program takes longer than --timeout");
    else
        sc_usage_wrong(&usage,
                       "undisturbed the program ended with %d and made no call that can be seen; "
                       "see steadycurl doctor -- %s",
                       calm->seen.exit, a->plan.program[0]);
    fprintf(stderr, "%.*s", (int)(calm->err_len < 2000 ? calm->err_len : 2000),
            calm->err ? calm->err : "");
    return false;
}

static void traits_of(const struct sc_kind *k, const struct sc_trial *calm,
                      struct sc_kind_traits *out)
{
    const char *script = sc_kind_script(k, calm->hosts.list[0].provider);
    struct sc_script_error err;
    struct sc_script *s = sc_script_parse(script, strlen(script), SC_SCRIPT_CLIENT, &err);

    memset(out, 0, sizeof *out);
    if (s)
        sc_kind_traits(s, out);
    sc_script_unref(s);
}

/* Those that wait for longest begin first, so that all ends early. */
static size_t put_trials(struct asked *a, const struct sc_trial *calm, struct sc_trial *list,
                         struct sc_try_row *rows)
{
    size_t n = 0;

    for (int late = 0; late < 2; late++)
        for (size_t i = 0; i < a->kinds.n; i++) {
            const struct sc_kind *k = &a->kinds.list[i];
            struct sc_kind_traits t;

            traits_of(k, calm, &t);
            if ((t.silent || (!t.passes && !t.final)) == late)
                continue;
            for (int w = 0; w < 2; w++) {
                struct sc_trial *trial = &list[n++];

                trial->kind = k;
                trial->script = k->script;
                trial->steady = w == 1;
                snprintf(trial->name, sizeof trial->name, "%s.%s", k->name, sc_try_way[w]);
                rows[i].kind = k;
                rows[i].run[w] = trial;
            }
        }
    return n;
}

static void judge(struct sc_try_report *r, struct sc_try_row *rows)
{
    for (size_t i = 0; i < r->n; i++) {
        struct sc_kind_traits traits;

        traits_of(rows[i].kind, r->calm, &traits);
        for (int w = 0; w < 2; w++)
            rows[i].verdict[w] = sc_try_judge(&traits, &r->calm->seen, &rows[i].run[w]->seen);
    }
}

/* ---- the report ------------------------------------------------------------------------------ */

static bool write_file(const char *path, void (*form)(FILE *, const struct sc_try_report *),
                       const struct sc_try_report *r)
{
    FILE *f = fopen(path, "w");
    bool good = f != NULL;

    if (f)
        form(f, r);
    good = f && fclose(f) == 0;
    if (!good)
        sc_usage_wrong(&usage, "cannot write %s: %s", path, strerror(errno));
    return good;
}

static int tell(const struct asked *a, const struct sc_try_report *r)
{
    bool good = (!a->junit || write_file(a->junit, sc_try_junit, r)) &&
                (!a->html || write_file(a->html, sc_try_html, r));

    if (a->json)
        sc_try_json(stdout, r);
    else
        sc_try_text(stdout, r);
    return !good || sc_try_bad_runs(r) > 0;
}

static int try_all(struct asked *a, const struct sc_trial *calm, int64_t began)
{
    struct sc_trial *list = calloc(2 * a->kinds.n, sizeof *list);
    struct sc_try_row *rows = calloc(a->kinds.n, sizeof *rows);
    struct sc_try_report r = {&a->plan, calm, rows, a->kinds.n, a->fail_on, 0};
    char err[200] = "out of memory";
    int status = 2;
    size_t n;

    if (list && rows) {
        n = put_trials(a, calm, list, rows);
        if (sc_trials_run(&a->plan, list, n, &calm->hosts, calm, err, sizeof err)) {
            judge(&r, rows);
            r.ms = sc_monotonic_ms() - began;
            status = tell(a, &r);
        } else {
            sc_usage_wrong(&usage, "%s", err);
        }
        for (size_t i = 0; i < n; i++)
            sc_trial_free(&list[i]);
    }
    free(list);
    free(rows);
    return status;
}

static int try_program(struct asked *a)
{
    static struct sc_trial calm;
    static char folder[PATH_MAX], self[PATH_MAX];
    static const char *keys[KEYS_MAX];
    int64_t began = sc_monotonic_ms();
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    int status = 2;

    if (n <= 0 || !make_folder(a, folder, sizeof folder))
        return sc_usage_wrong(&usage, "there is no place for the runs: %s", strerror(errno));
    self[n] = '\0';
    copy_input(folder);
    find_keys(keys);
    a->plan.self = self;
    a->plan.folder = folder;
    a->plan.keys = keys;
    if (try_calm(a, &calm))
        status = try_all(a, &calm, began);
    sc_trial_free(&calm);
    if (!a->keep)
        sc_folder_remove(folder);
    return status;
}

int sc_cmd_try(int argc, char **argv)
{
    static struct asked a;
    struct sc_args args = sc_args_begin_program(argc, argv);
    int opt, status;

    a.fail_on = sc_try_bad();
    a.plan.at_once = JOBS;
    a.plan.timeout_ms = TIMEOUT_S * 1000;
    while ((opt = sc_args_next(&args, &usage)) > 0)
        if (!take(&a, opt, args.value))
            return 2;
    if (opt < 0)
        return opt == SC_ARGS_HELP ? 0 : 2;
    if (!read_kinds(&a))
        return 2;
    a.plan.program = argv + args.i;
    if (a.list)
        status = print_kinds(&a.kinds);
    else if (args.i >= argc)
        status = sc_usage_wrong(&usage, "which program? see steadycurl try --help");
    else if (!can_write(a.junit) || !can_write(a.html))
        status = 2;
    else
        status = try_program(&a);
    sc_kinds_free(&a.kinds);
    return status;
}
