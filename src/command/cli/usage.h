/*
 * usage.h - options of the sub-commands: reading them, and helping with wrong ones.
 *
 * One table per command. Example:
 *
 *     static const struct sc_option options[] = {
 *         SC_OPTION_POLICY("the policy whose log to show"),
 *         {"follow", 'f', NULL, "go on as the log grows"},
 *         SC_OPTIONS_END,
 *     };
 *     struct sc_usage u = {"log", "[OPTION...] [FILE]", "Shows...", options};
 *     struct sc_args a = sc_args_begin(argc, argv);
 *     while ((opt = sc_args_next(&a, &u)) > 0)
 *         switch on opt (SC_OPT_POLICY: a.value is its argument)
 *     if (opt == SC_ARGS_HELP) return 0; if (opt == SC_ARGS_WRONG) return 2;
 *     operands are argv[a.i] ..
 *
 * Every command has --help and --version by itself. A letter means the same in all commands: what
 * several have in common is a row below, and main.bats compares all tables, the manual page and the
 * completion by what --help prints. Option letters are the return values; where a command has no
 * short form for an option, `letter` is a number above 255.
 *
 * Options may follow operands, up to "--"; short ones may be written together ("-jw"), and
 * "--name=value" is "--name value". A lone "-" is an operand, or a value: standard input. --help
 * prints usage on stdout; what is wrong goes to stderr. Where a value may be left out, it stands
 * behind "=", and sc_args.value is NULL without one.
 */
#ifndef SC_CLI_USAGE_H
#define SC_CLI_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_option {
    const char *name;
    int letter;
    const char *argument; /* NULL: takes none; "[=NAME]": may have one, in the same word */
    const char *doc;
};

enum { SC_OPT_POLICY = 'p', SC_OPT_LOG = 'l', SC_OPT_STATE = 's', SC_OPT_JSON = 'j' };

#define SC_OPTION_POLICY(doc)                \
    {                                        \
        "policy", SC_OPT_POLICY, "FILE", doc \
    }
#define SC_OPTION_LOG(doc)             \
    {                                  \
        "log", SC_OPT_LOG, "FILE", doc \
    }
#define SC_OPTION_STATE(doc)              \
    {                                     \
        "state", SC_OPT_STATE, "DIR", doc \
    }
#define SC_OPTION_JSON(doc)            \
    {                                  \
        "json", SC_OPT_JSON, NULL, doc \
    }
#define SC_OPTIONS_END      \
    {                       \
        NULL, 0, NULL, NULL \
    }

#define SC_OPTION_POLICY_FOUND \
    SC_OPTION_POLICY("policy file (default: the search order of steadycurl(1))")
#define SC_OPTION_STATE_SHARED SC_OPTION_STATE("folder of the state that processes share")

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
    const char *option;   /* the name of the last one, for messages */
    char *cluster;        /* what follows in a word of several letters */
    int held;             /* operands before i that options still follow */
    bool ends_at_operand; /* what follows the first operand is not ours */
};

enum { SC_ARGS_END = 0, SC_ARGS_HELP = -1, SC_ARGS_WRONG = -2 };

struct sc_args sc_args_begin(int argc, char **argv);

/* For commands whose operands are another program's command line. */
struct sc_args sc_args_begin_program(int argc, char **argv);

int sc_args_next(struct sc_args *a, const struct sc_usage *u);

/* "steadycurl NAME: TEXT" on stderr; returns 2. */
int sc_usage_wrong(const struct sc_usage *u, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The value of an option that takes a whole number; false, with a word on stderr, if it is none. */
bool sc_usage_number(const struct sc_usage *u, const char *option, const char *text, int64_t least,
                     int64_t most, int64_t *out);

/* The name that `typed` is most likely meant to be, NULL if none is near. */
const char *sc_usage_nearest(const char *typed, const char *const *names, size_t n);

#endif
