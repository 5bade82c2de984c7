/* cassette.h - the cassette of this run, read when the first call looks for its answer. */
#ifndef SC_PROCESS_CASSETTE_H
#define SC_PROCESS_CASSETTE_H

#include "cassette/cassette.h"

/* NULL, with an errno: it cannot be read. A process has one, and keeps it. */
struct sc_cassette *sc_cassette_of_run(const char *path, int *error);

#endif
