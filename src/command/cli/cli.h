/*
 * cli.h - the sub-commands of steadycurl. One file each: src/command/cli/cmd_NAME.c.
 *
 * argv[0] is the sub-command's name. Returns the exit status: 0 good, 1 the thing asked about is
 * bad (an invalid policy, say), 2 wrong usage. Messages to people go to stderr as
 * "steadycurl: TEXT" or "steadycurl NAME: TEXT".
 */
#ifndef SC_CLI_CLI_H
#define SC_CLI_CLI_H

#include "steadycurl/version.h"

#define SC_COMMAND_LIST(X)                                                        \
    X(run, "run a program with steadycurl in front of its LLM calls")             \
    X(init, "write a policy to begin with")                                       \
    X(check, "check a policy file")                                               \
    X(explain, "say which rule a URL matches, and what a response would lead to") \
    X(doctor, "say whether and how a program can be wrapped")                     \
    X(status, "show what all processes share: breakers, limits, gates")           \
    X(top, "show in the terminal, live, what calls do")                           \
    X(metrics, "print counters and histograms for Prometheus")                    \
    X(report, "write a file that tells what calls did")                           \
    X(costs, "say what calls have cost, by model, task, day...")                  \
    X(cache, "list, show and remove the answers that are kept")                   \
    X(log, "show the log")                                                        \
    X(serve, "show on a page, live, what calls do")                               \
    X(mock, "run the mock LLM server")                                            \
    X(try, "say what a program makes of faults, one by one")                      \
    X(cassette, "list, show, compare and convert what run --record has written")  \
    X(simulate, "show what a policy does, in virtual time")                       \
    X(version, "print the version")

#define SC_COMMAND_DECLARE(name, doc) int sc_cmd_##name(int argc, char **argv);
SC_COMMAND_LIST(SC_COMMAND_DECLARE)
#undef SC_COMMAND_DECLARE

#endif
