/*
 * place.h - where this installation's files are, and paths in general.
 *
 * In a build tree the libraries lie beside the command; installed, they are in
 * ../lib/steadycurl/ (or a lib64 or multi-arch folder) of the folder of the command.
 */
#ifndef SC_CLI_PLACE_H
#define SC_CLI_PLACE_H

#include <stdbool.h>
#include <stddef.h>

/* Absolute path of a file of ours ("libsteadycurl.so"); false if it is nowhere. */
bool sc_place_library(const char *name, char *buf, size_t n);

/* Whether the file has all the bytes that it should: the loader would not look. */
bool sc_place_is_whole(const char *path);

/* path made absolute against the current folder, links left alone; false if it does not fit. */
bool sc_place_absolute(const char *path, char *buf, size_t n);

/* As execvp finds a program. Returns 0 and the path, ENOENT, or EACCES. */
int sc_place_program(const char *name, char *buf, size_t n);

#endif
