/* program.c - see program.h. */
#include "bind/program.h"

#include <errno.h>
#include <stddef.h>

char sc_program_name[64];

static void __attribute__((constructor)) keep(void)
{
    const char *name = program_invocation_short_name;
    size_t i;

    for (i = 0; name && name[i] && i < sizeof sc_program_name - 1; i++)
        sc_program_name[i] = name[i];
}
