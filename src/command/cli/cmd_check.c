/* cmd_check.c - steadycurl check [FILE...]: every error of a policy, with its place. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/policy_file.h"
#include "base/print.h"
#include "cli/usage.h"
#include "http/json.h"
#include "log/file.h"
#include "log/place.h"
#include "policy/advice.h"
#include "policy/describe.h"
#include "policy/document.h"
#include "policy/policy.h"

enum { OPT_SCHEMA = 256, OPT_OPTIONS_MAN, OPT_STRICT };

static const struct sc_option options[] = {
    {"schema", OPT_SCHEMA, NULL, "print the JSON Schema of policy files"},
    {"options-man", OPT_OPTIONS_MAN, NULL, "print the list of options in mdoc"},
    {"strict", OPT_STRICT, NULL, "a warning is as bad as an error: exit status 1"},
    SC_OPTIONS_END,
};
static const struct sc_usage usage = {
    "check", "[OPTION...] [FILE...]",
    "Checks policy files (\"-\": standard input); without FILE the one that a wrapped program "
    "would "
    "use.\nWarnings tell of what is allowed and probably not meant.",
    options};

static void report(const struct sc_policy_error *e, void *arg)
{
    (void)arg;
    sc_print(stderr, "%s\n", e->text);
}

static void warn(const char *text, void *arg)
{
    sc_print(stderr, "%s: warning: %s\n", (const char *)arg, text);
}

static bool warn_of_log(const struct sc_log_settings *log, const char *name)
{
    int error = log->path ? sc_log_try(log->path) : 0;
    char text[SC_ADVICE_MAX];

    if (log->homeless)
        snprintf(text, sizeof text, "log.path: there is no home that ~ could stand for: no log");
    else if (error)
        snprintf(text, sizeof text, "log.path: %.300s cannot be written: %s", log->path,
                 sc_log_errno_words(error));
    else
        return false;
    warn(text, (void *)(uintptr_t)name);
    return true;
}

/* One for tests is not to be taken for one that is meant for work. */
static void list_faults(const struct sc_faults *all, const char *name)
{
    for (const struct sc_fault_spec *f = all ? all->specs : NULL; f; f = f->next)
        sc_print(stdout, "%s: a fault on purpose%s: %s\n", name,
                 all->steady ? ", with retries between" : "", f->text);
}

/* A policy without errors: what may not be meant in it. */
static int advise(struct sc_policy *p, const char *name, bool strict)
{
    size_t n = sc_policy_advise(p, warn, (void *)(uintptr_t)name);

    n += warn_of_log(sc_policy_log(p), name);
    sc_print(stdout, "%s: good, %zu rule%s\n", name, sc_policy_rule_count(p),
             sc_policy_rule_count(p) == 1 ? "" : "s");
    list_faults(sc_policy_faults(p), name);
    sc_policy_free(p);
    return strict && n > 0;
}

/* The schema lies beside the policies, and is none. */
static bool is_schema(const char *path)
{
    struct sc_json_want wants[] = {{.path = "$schema"}, {.path = "properties"}};
    struct stat st;
    size_t n = 0;
    char *text = stat(path, &st) == 0 && S_ISREG(st.st_mode)
                     ? sc_read_whole(path, SC_DOCUMENT_MAX, &n)
                     : NULL;

    if (text)
        sc_json_pick(text, n, wants, 2);
    free(text);
    return wants[0].value.p && wants[1].value.p;
}

static int check(const char *path, bool strict)
{
    struct sc_policy_error err;
    struct sc_policy *p;

    if (is_schema(path)) {
        sc_print(stdout, "%s: the schema of policies, skipped\n", path);
        return 0;
    }
    if (sc_policy_check(path, report, NULL) != 0)
        return 1;
    p = sc_policy_load(path, &err);
    if (p == NULL) {
        report(&err, NULL);
        return 1;
    }
    return advise(p, path, strict) | (sc_policy_file_trusted(&usage, path) ? 0 : 1);
}

static int check_stdin(bool strict)
{
    static const char name[] = "standard input";
    struct sc_policy_error err = {.text = "standard input cannot be read"};
    struct sc_policy *p = NULL;
    size_t n;
    char *text = sc_read_whole("-", SC_DOCUMENT_MAX + 1, &n);
    bool good = text && sc_policy_check_text(text, n, name, report, NULL) == 0;

    if (good)
        p = sc_policy_parse(text, n, name, &err);
    if (!text || (good && !p))
        report(&err, NULL);
    free(text);
    return p ? advise(p, name, strict) : 1;
}

/* Without an operand: the policy that a wrapped program would use. */
static int check_found(bool strict)
{
    char path[4096];

    if (sc_policy_find(path, sizeof path))
        return check(path, strict);
    printf("no policy file: the built-in policy applies\n");
    return 0;
}

int sc_cmd_check(int argc, char **argv)
{
    struct sc_args a = sc_args_begin(argc, argv);
    bool strict = false;
    int opt, bad = 0;

    while ((opt = sc_args_next(&a, &usage)) > 0) {
        if (opt == OPT_STRICT) {
            strict = true;
            continue;
        }
        if (opt == OPT_SCHEMA)
            sc_describe_schema(stdout);
        else
            sc_describe_man(stdout);
        return 0;
    }
    if (opt != SC_ARGS_END)
        return opt == SC_ARGS_HELP ? 0 : 2;
    if (a.i == argc)
        return check_found(strict);
    for (; a.i < argc; a.i++)
        bad |= strcmp(argv[a.i], "-") == 0 ? check_stdin(strict) : check(argv[a.i], strict);
    return bad;
}
