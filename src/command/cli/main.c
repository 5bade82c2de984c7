/*
 * main.c - finds the sub-command and runs it.
 *
 * Commands are referred to weakly: the list in cli.h is what exists when the project is complete,
 * a build that lacks one says so instead of failing to link.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/usage.h"

#define WEAK_COMMAND(name, doc) \
    extern __typeof__(sc_cmd_##name) sc_cmd_##name __attribute__((weak));
SC_COMMAND_LIST(WEAK_COMMAND)
#undef WEAK_COMMAND

struct command {
    const char *name;
    const char *doc;
    int (*run)(int argc, char **argv);
};

#define COMMAND_ROW(name, doc) {#name, doc, sc_cmd_##name},
static const struct command commands[] = {SC_COMMAND_LIST(COMMAND_ROW)};
#undef COMMAND_ROW

#define COUNT(a) (sizeof(a) / sizeof *(a))

static int usage(FILE *to)
{
    fputs("usage: steadycurl COMMAND [ARGUMENT...]\n"
          "       steadycurl run [--policy FILE] [--log FILE] -- PROGRAM [ARGUMENT...]\n\n"
          "Makes the LLM calls of programs that use libcurl dependable.\n\n",
          to);
    for (size_t i = 0; i < COUNT(commands); i++)
        if (commands[i].run)
            fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].doc);
    fputs("\n`steadycurl COMMAND --help` says more; see also steadycurl(1).\n", to);
    return to == stdout ? 0 : 2;
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int unknown(const char *name)
{
    const char *names[COUNT(commands) + 1];
    size_t n = 0;
    for (size_t i = 0; i < COUNT(commands); i++)
        if (commands[i].run)
            names[n++] = commands[i].name;
    const char *near = sc_usage_nearest(name, names, n);
    if (near)
        fprintf(stderr, "steadycurl: no command \"%s\"; did you mean \"%s\"?\n", name, near);
    else
        fprintf(stderr, "steadycurl: no command \"%s\"; see steadycurl --help\n", name);
    return 2;
}

/* "help run" is "run --help". */
static int help(int argc, char **argv)
{
    char option[] = "--help";
    if (argc < 3)
        return usage(stdout);
    const struct command *c = find(argv[2]);
    if (!c || !c->run)
        return unknown(argv[2]);
    char *arguments[] = {argv[2], option, NULL};
    return c->run(2, arguments);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return usage(stderr);
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return usage(stdout);
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    if (strcmp(name, "help") == 0)
        return help(argc, argv);
    const struct command *c = find(name);
    if (!c)
        return unknown(name);
    if (!c->run) {
        fprintf(stderr, "steadycurl: this build has no \"%s\" command\n", name);
        return 2;
    }
    return c->run(argc - 1, argv + 1);
}
