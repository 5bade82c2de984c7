/* cmd_check.c - steadycurl check [FILE...]: every error of a policy, with its place. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/policy_file.h"
#include "cli/print.h"
#include "cli/usage.h"
#include "policy/describe.h"
#include "policy/policy.h"

enum { OPT_SCHEMA = 256, OPT_OPTIONS_MAN };

static const struct sc_option options[] = {
    {"schema", OPT_SCHEMA, NULL, "print the JSON Schema of policy files"},
    {"options-man", OPT_OPTIONS_MAN, NULL, "print the list of options in mdoc"},
    SC_OPTIONS_END,
};
static const struct sc_usage usage = {
    "check", "[FILE...]",
    "Checks policy files; without FILE the one that a wrapped program would use.", options};

static void report(const struct sc_policy_error *e, void *arg)
{
    (void)arg;
    sc_print(stderr, "%s\n", e->text);
}

static int check(const char *path)
{
    struct sc_policy_error err;
    struct sc_policy *p;

    if (sc_policy_check(path, report, NULL) != 0)
        return 1;
    p = sc_policy_load(path, &err);
    if (p == NULL) {
        report(&err, NULL);
        return 1;
    }
    printf("%s: good, %zu rule%s\n", path, sc_policy_rule_count(p),
           sc_policy_rule_count(p) == 1 ? "" : "s");
    sc_policy_free(p);
    return sc_policy_file_trusted(&usage, path) ? 0 : 1;
}

/* Without an operand: the policy that a wrapped program would use. */
static int check_found(void)
{
    char path[4096];

    if (sc_policy_find(path, sizeof path))
        return check(path);
    printf("no policy file: the built-in policy applies\n");
    return 0;
}

int sc_cmd_check(int argc, char **argv)
{
    struct sc_args a = sc_args_begin(argc, argv);
    int opt, bad = 0;

    while ((opt = sc_args_next(&a, &usage)) > 0) {
        if (opt == OPT_SCHEMA)
            sc_describe_schema(stdout);
        else
            sc_describe_man(stdout);
        return 0;
    }
    if (opt != SC_ARGS_END)
        return opt == SC_ARGS_HELP ? 0 : 2;
    if (a.i == argc)
        return check_found();
    for (; a.i < argc; a.i++)
        bad |= check(argv[a.i]);
    return bad;
}
