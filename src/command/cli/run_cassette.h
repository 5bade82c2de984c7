/* run_cassette.h - what `run --record` and `run --replay` ask of a cassette (cassette/asked.h). */
#ifndef SC_CLI_RUN_CASSETTE_H
#define SC_CLI_RUN_CASSETTE_H

#include <stdbool.h>

#include "cli/usage.h"

/* One of their options, by its name. False, and said, if it is wrong. */
bool sc_run_cassette(const struct sc_usage *usage, const char *option, const char *value);

/* All have been read: looks at the file, and hands over what is asked. False, and said, if it
 * cannot be. */
bool sc_run_cassette_ready(const struct sc_usage *usage);

/* Whether calls are answered from it; known once it is ready. */
bool sc_run_cassette_replays(void);

#endif
