/* said.h - what the server said about a failure, as far as a log may hold it (log/wording.h). */
#ifndef SC_CALL_SAID_H
#define SC_CALL_SAID_H

#include "call/transfer.h"

enum { SC_SAID_MAX = 512 };

/* The message of the attempt's error, in `buf`; NULL: it has none, or nothing of it may be said.
 * Takes microseconds: for level debug. */
const char *sc_said(const struct sc_transfer *t, char buf[SC_SAID_MAX]);

#endif
