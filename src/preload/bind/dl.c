/* dl.c - see dl.h. */
#include "bind/dl.h"

#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "bind/deepbind.h"
#include "bind/elf.h"

typedef void *(*dlopen_fn)(const char *, int);
typedef void *(*dlsym_fn)(void *, const char *);

/* Read by the trampoline, which asks sc_dl_find_open while it is NULL. */
_Atomic(void *) sc_dl_real_open;
_Atomic(void *) sc_dl_real_symbol;

struct wanted {
    const char *name;
    void *found;
};

/* Not strncmp: see elf.c. */
static bool begins(const char *s, const char *prefix)
{
    while (*prefix && *s == *prefix) {
        s++;
        prefix++;
    }
    return *prefix == '\0';
}

/* Only the C library (libdl before glibc 2.34) counts: other objects may export a dlopen too. */
static bool find_in_libc(const struct sc_object *o, void *arg)
{
    static const char *const sonames[] = {"libc.so", "libdl.so", "libc.musl", "ld-musl"};
    struct wanted *w = arg;
    size_t i;

    for (i = 0; o->soname && i < sizeof sonames / sizeof *sonames; i++)
        if (begins(o->soname, sonames[i]))
            w->found = sc_elf_define(o, w->name);
    return w->found != NULL;
}

/* The linker's list of objects, which only grows at its end. A sanitizer's runtime replaces
 * dl_iterate_phdr by a function that crashes before it is initialised, and it asks dlsym before
 * that. musl has another name for it: then dl_iterate_phdr has to do. */
extern struct r_debug _r_debug __attribute__((weak));

static void *find_by_list(const char *name)
{
    struct wanted w = {name, NULL};
    const struct link_map *map;
    struct sc_object o;

    for (map = &_r_debug ? _r_debug.r_map : NULL; map && !w.found; map = map->l_next)
        if (sc_elf_of_map(map, &o))
            find_in_libc(&o, &w);
    return w.found;
}

static void *find(_Atomic(void *) *cache, const char *name)
{
    void *f = atomic_load_explicit(cache, memory_order_acquire);

    if (!f) {
        struct wanted w = {name, find_by_list(name)};

        if (!w.found)
            sc_elf_each(find_in_libc, &w);
        f = w.found;
        atomic_store_explicit(cache, f, memory_order_release);
    }
    return f;
}

void *sc_dl_find_open(void)
{
    return find(&sc_dl_real_open, "dlopen");
}

void *sc_dl_find_symbol(void)
{
    return find(&sc_dl_real_symbol, "dlsym");
}

void *sc_dl_open(const char *path, int flags)
{
    dlopen_fn f;

    *(void **)(void *)&f = sc_dl_find_open();
    return f ? f(path, flags) : NULL;
}

void *sc_dl_symbol(void *handle, const char *name)
{
    dlsym_fn f;

    *(void **)(void *)&f = sc_dl_find_symbol();
    return f ? f(handle, name) : NULL;
}

void *sc_dl_next(const char *name)
{
    dlsym_fn f;
    void *volatile found;

    *(void **)(void *)&f = sc_dl_find_symbol();
    /* volatile: as a tail call this would be relative to our caller's object, not to ours. */
    found = f ? f(RTLD_NEXT, name) : NULL;
    return found;
}

void sc_dl_pin(const char *path)
{
    if (path && *path)
        sc_dl_open(path, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}
