/*
 * elf.h - reads the loaded objects of this process without asking the dynamic linker.
 *
 * dlsym and friends are observable (dlerror state, search order relative to the caller), need
 * symbols that older C libraries keep in libdl, and may themselves be interposed. Walking
 * dl_iterate_phdr and the objects' own hash tables has none of these effects. No allocation.
 */
#ifndef SC_BIND_ELF_H
#define SC_BIND_ELF_H

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One loaded object; pointers stay valid while it is loaded. */
struct sc_object {
    uintptr_t base;   /* load bias */
    uintptr_t lo, hi; /* address range of its segments */
    const char *path; /* "" for the main program */
    const ElfW(Dyn) * dynamic;
    const ElfW(Sym) * symbols;
    const char *strings;
    const uint32_t *gnu_hash;
    const uint32_t *sysv_hash;
    const char *soname; /* NULL if it has none */
};

/* Calls visit for each object in load order until it returns true; returns whether one did. */
bool sc_elf_each(bool (*visit)(const struct sc_object *, void *), void *arg);

/* An object by its link map, also of another namespace; its address range stays unknown. */
bool sc_elf_of_map(const struct link_map *map, struct sc_object *out);

/* The object that holds an address. */
bool sc_elf_holding(uintptr_t address, struct sc_object *out);

/* The address of a function that this object defines, NULL if it does not. */
void *sc_elf_define(const struct sc_object *o, const char *name);

/* The i-th DT_NEEDED name, NULL past the last. */
const char *sc_elf_needed(const struct sc_object *o, size_t i);

/* Whether an object answers to a DT_NEEDED name: by soname, else by file name. */
bool sc_elf_answers(const struct sc_object *o, const char *name);

#endif
