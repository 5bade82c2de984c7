/*
 * script.h - what a script's own text says of how it makes its calls.
 *
 * Reading is no running: a script can build a module's name as it goes. So what is found decides
 * only as far as it goes, and nothing found means "depends".
 */
#ifndef SC_CLI_SCRIPT_H
#define SC_CLI_SCRIPT_H

#include <stddef.h>

#include "cli/language.h"
#include "cli/ways.h"

/* A NUL stands behind the text. */
void sc_script_scan(const struct sc_language *l, const char *text, size_t n, struct sc_ways *out);

#endif
