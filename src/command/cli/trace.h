/*
 * trace.h - which libraries the loader would load for a program.
 *
 * Asks the program's own loader (`ld.so --list PROGRAM`): nothing else knows its search path. The
 * program itself does not run.
 */
#ifndef SC_CLI_TRACE_H
#define SC_CLI_TRACE_H

#include <stdbool.h>

/* Calls `found` with each library's path; false if the loader could not be asked. */
bool sc_trace_libraries(const char *loader, const char *file,
                        void (*found)(const char *path, void *arg), void *arg);

#endif
