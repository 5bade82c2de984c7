/* needs.h - what every run needs, whatever the program: libraries, policy, log, state, switches. */
#ifndef SC_CLI_NEEDS_H
#define SC_CLI_NEEDS_H

#include <stdbool.h>

#include "cli/diagnosis.h"

/* policy, log: what was typed, or NULL. */
void sc_needs_look(struct sc_diagnosis *d, const char *policy, const char *log);

/* Whether a variable is set to something that switches on. */
bool sc_needs_switch(const char *name);

#endif
