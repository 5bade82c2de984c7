/* policy_file.h - the policy that a command is about, and files that it reads as a whole. */
#ifndef SC_CLI_POLICY_FILE_H
#define SC_CLI_POLICY_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "cli/usage.h"
#include "policy/policy.h"

/* A whole file, "-" for standard input, with a NUL behind it; cut after `most` bytes. NULL if it
 * cannot be read. */
char *sc_read_whole(const char *path, size_t most, size_t *n);

/* What was typed ("-": standard input), else what wrapped programs would find, else what is built
 * in. `path` tells which for people. NULL with a word on stderr. */
struct sc_policy *sc_policy_file_load(const struct sc_usage *u, const char *named,
                                      char path[PATH_MAX]);

/* Who else may write to the policy (trust.h). Says so on stderr if it is not good; false if the
 * library would refuse it. */
bool sc_policy_file_trusted(const struct sc_usage *u, const char *path);

#endif
