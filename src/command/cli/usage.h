/*
 * usage.h - options of the sub-commands: reading them, and helping with wrong ones.
 *
 * One table per command. Example:
 *
 *     static const struct sc_option options[] = {
 *         {"policy", 'p', "FILE", "policy file"},
 *         {"follow", 'f', NULL, "go on as the log grows"},
 *         {NULL, 0, NULL, NULL},
 *     };
 *     struct sc_usage u = {"run", "[OPTION...] -- PROGRAM", "Runs...", options};
 *     struct sc_args a = sc_args_begin(argc, argv);
 *     while ((opt = sc_args_next(&a, &u)) > 0)
 *         switch on opt ('p': a.value is its argument)
 *     if (opt == SC_ARGS_HELP) return 0; if (opt == SC_ARGS_WRONG) return 2;
 *     operands are argv[a.i] ..
 *
 * Options end at "--" or at the first operand. "--name=value" and "--name value" are the same.
 * Option letters are the return values; where a command has no short form for an option, `letter`
 * is a number above 255. --help prints usage on stdout; what is wrong goes to stderr.
 */
#ifndef SC_CLI_USAGE_H
#define SC_CLI_USAGE_H

#include <stddef.h>

struct sc_option {
    const char *name;
    int letter;
    const char *argument; /* NULL: takes none */
    const char *doc;
};

struct sc_usage {
    const char *command;
    const char *operands;
    const char *doc;
    const struct sc_option *options; /* ends with a row without name */
};

struct sc_args {
    int argc, i;
    char **argv;
    char *value;
};

enum { SC_ARGS_END = 0, SC_ARGS_HELP = -1, SC_ARGS_WRONG = -2 };

struct sc_args sc_args_begin(int argc, char **argv);
int sc_args_next(struct sc_args *a, const struct sc_usage *u);

/* "steadycurl NAME: TEXT" on stderr; returns 2. */
int sc_usage_wrong(const struct sc_usage *u, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The name that `typed` is most likely meant to be, NULL if none is near. */
const char *sc_usage_nearest(const char *typed, const char *const *names, size_t n);

#endif
