/* shell.h - which programs a shell script calls. */
#ifndef SC_CLI_SHELL_H
#define SC_CLI_SHELL_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/ways.h"

/* env, timeout, nice...: what follows is a command. */
bool sc_shell_starts(const char *name);

void sc_shell_scan(const char *text, size_t n, struct sc_ways *out);

#endif
