/* deepbind.h - the C half of the exported dlopen (see dlopen.S). */
#ifndef SC_BIND_DEEPBIND_H
#define SC_BIND_DEEPBIND_H

#include <stdatomic.h>

/* libc's dlopen once it is known, and the function that finds it. */
extern _Atomic(void *) sc_dl_real_open;
void *sc_dl_find_open(void);

/* The same for dlsym (dlsym.S). */
extern _Atomic(void *) sc_dl_real_symbol;
void *sc_dl_find_symbol(void);

/* The flags a dlopen with RTLD_DEEPBIND goes on with. Keeps errno. */
int sc_dl_open_flags(const char *path, int flags);

#endif
