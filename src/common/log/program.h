/* program.h - the name of the program in the log. */
#ifndef SC_LOG_PROGRAM_H
#define SC_LOG_PROGRAM_H

/* What lines have as `program`, and budgets by program go by. Kept, not copied; "" or never set:
 * what libc reads from the arguments, over which some programs write. */
void sc_log_set_program(const char *name);
const char *sc_log_program(void);

#endif
