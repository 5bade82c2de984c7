/* when.h - times as people type them: "2025-08-08", "2025-08-08T07:00:00Z", "36h", "7d". */
#ifndef SC_CLI_WHEN_H
#define SC_CLI_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/usage.h"

/* As milliseconds since 1970; until: of a date, its end (UTC). False with a word on stderr. */
bool sc_when_read(const struct sc_usage *u, const char *text, bool until, int64_t *ms);

/* "2025-08-08T07:32:01.123Z"; without milliseconds if `exact` is false. Returns buf. */
const char *sc_when_write(int64_t ms, bool exact, char buf[40]);

#endif
