/* costs_shadow.h - costs --shadow: what rules in shadow would have saved, and done. */
#ifndef SC_CLI_COSTS_SHADOW_H
#define SC_CLI_COSTS_SHADOW_H

#include <stdbool.h>
#include <stdint.h>

/* Reads the log at `path`, lines from since_ms to before until_ms, and prints a row a rule. Returns
 * the exit status. */
int sc_costs_shadow(const char *path, int64_t since_ms, int64_t until_ms, bool json);

#endif
