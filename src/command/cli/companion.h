/*
 * companion.h - a process of ours beside a program that `run` becomes: it ends with the program.
 *
 * It is no child of the program, which may count its children; it holds none of its descriptors, so
 * nobody who reads the program's output waits for it; and it goes however the program goes. It does
 * what a process that is replaced cannot: serves a mock, and removes the state of this run alone.
 */
#ifndef SC_CLI_COMPANION_H
#define SC_CLI_COMPANION_H

#include <stdbool.h>
#include <stddef.h>

struct sc_companion {
    struct sc_script *script; /* of the mock; NULL: good answers */
    bool mock;
    const char *folder; /* to be removed at the end, with what is in it; NULL: none */
};

/* Begins, for as long as this very process lives. *port: the mock's, 0 without one. False with the
 * reason in err. */
bool sc_companion_start(const struct sc_companion *c, int *port, char *err, size_t err_n);

#endif
