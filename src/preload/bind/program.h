/*
 * program.h - the name that the program was started by.
 *
 * PostgreSQL, PHP-FPM and others write a title over their arguments, and libc's
 * program_invocation_short_name points there: minutes later it reads "ool www".
 * So the name is kept when the preload is loaded, before main. It is the only
 * thing done then: a few bytes copied. Nothing that can be asked later says the
 * same: AT_EXECFN and /proc/self/comm name a script, not its interpreter,
 * /proc/self/exe what a link leads to.
 */
#ifndef SC_BIND_PROGRAM_H
#define SC_BIND_PROGRAM_H

/* Cut at 63 bytes; "" when the preload was called before it was initialised. */
extern char sc_program_name[64];

#endif
