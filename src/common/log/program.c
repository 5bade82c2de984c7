/* program.c - the program's name in the log; see program.h. */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

#include "log/program.h"

static _Atomic(const char *) program;

void sc_log_set_program(const char *name)
{
    if (name && *name)
        atomic_store_explicit(&program, name, memory_order_relaxed);
}

const char *sc_log_program(void)
{
    const char *name = atomic_load_explicit(&program, memory_order_relaxed);

    return name ? name : program_invocation_short_name;
}
