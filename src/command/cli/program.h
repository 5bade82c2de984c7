/*
 * program.h - can a program be wrapped, and if not, why.
 *
 * A preload that the loader ignores fails silently; users of preload tools complain about nothing
 * more. So the program is looked at before: scripts are followed to their interpreter, the
 * interpreter is the program that counts.
 */
#ifndef SC_CLI_PROGRAM_H
#define SC_CLI_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

#include "cli/binary.h"

/* Exit statuses of `steadycurl run` when it does not run the program. In steadycurl(1). */
enum sc_program_status {
    SC_PROGRAM_OK = 0,
    SC_PROGRAM_NO_LIBRARY = 119, /* our own installation is incomplete */
    SC_PROGRAM_STATIC = 120,
    SC_PROGRAM_SETUID = 121,
    SC_PROGRAM_CAPABILITIES = 122,
    SC_PROGRAM_OTHER_MACHINE = 123,
    SC_PROGRAM_OTHER_LIBC = 124,
    SC_PROGRAM_GO = 125,
    SC_PROGRAM_NOT_EXECUTABLE = 126,
    SC_PROGRAM_NOT_FOUND = 127
};

struct sc_program {
    enum sc_program_status status;
    char path[PATH_MAX];      /* the ELF file that runs */
    char script[PATH_MAX];    /* the script that led to it, "" if none */
    char why[PATH_MAX + 256]; /* one sentence when status is not OK */
    struct sc_elf elf;        /* of path */
    bool clears_environment;  /* "#!/usr/bin/env -i ..." */
};

/* Close with sc_program_close, whatever the status. */
void sc_program_look(struct sc_program *p, const char *name);
void sc_program_close(struct sc_program *p);

#endif
