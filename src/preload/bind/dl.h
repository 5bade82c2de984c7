/*
 * dl.h - the process's own dlopen and dlsym, found without naming them.
 *
 * The preload has no undefined reference to dlopen or dlsym: it exports dlopen itself, and before
 * glibc 2.34 both live in libdl, which libc.so.6 alone does not bring.
 */
#ifndef SC_BIND_DL_H
#define SC_BIND_DL_H

/* dlopen and dlsym as the C library has them; NULL if it has none. */
void *sc_dl_open(const char *path, int flags);
void *sc_dl_symbol(void *handle, const char *name);

/* dlsym(RTLD_NEXT, name), seen from this library. */
void *sc_dl_next(const char *name);

/* Keeps a loaded object mapped for the life of the process. */
void sc_dl_pin(const char *path);

#endif
