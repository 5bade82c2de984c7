/* logfile.h - which log a command is about: FILE, else $STEADYCURL_LOG, else the policy's, without
 * one the default. */
#ifndef SC_CLI_LOGFILE_H
#define SC_CLI_LOGFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/usage.h"

/* file, policy: what was typed, or NULL. False with a word on stderr. */
bool sc_logfile_find(const struct sc_usage *u, const char *file, const char *policy, char *buf,
                     size_t n);

/* The one of programs that have no policy file. False: there is no place for it. */
bool sc_logfile_default(char *buf, size_t n);

/* Writes out the lines of the log that programs would use now, as far as any wait in the state
 * (NULL: that of programs). */
void sc_logfile_write_out(const char *state);

/* Why programs cannot write the log that they would use now: a word, and the path in `buf`. NULL:
 * they can, or use none. */
const char *sc_logfile_trouble(char *buf, size_t n);

#endif
