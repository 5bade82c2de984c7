/*
 * binary.h - reads what `run` and `doctor` must know out of a program or library file.
 *
 * The file is mapped read-only and every offset in it is checked; a damaged file yields fewer
 * facts, never a fault. Only files of this machine's class and byte order are looked into beyond
 * their header. Strings point into the mapping and live until sc_elf_close.
 */
#ifndef SC_CLI_BINARY_H
#define SC_CLI_BINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SC_ELF_NEEDED_MAX 128

struct sc_elf {
    const unsigned char *p; /* the mapping */
    size_t n;
    bool is_elf;
    bool native; /* class, byte order and machine are ours */
    bool bits64;
    unsigned machine;        /* EM_... */
    const char *interpreter; /* NULL: none */
    bool dynamic;            /* has a dynamic section */
    bool go;                 /* carries Go's build id or function table */
    const char *needed[SC_ELF_NEEDED_MAX];
    size_t n_needed;
};

/* 0, or an errno. A file that is not ELF is no error. */
int sc_elf_open(struct sc_elf *e, const char *path);
void sc_elf_close(struct sc_elf *e);

/* The first DT_NEEDED that starts with `prefix`, NULL if none. */
const char *sc_elf_needs(const struct sc_elf *e, const char *prefix);

/* Whether the file defines this dynamic symbol; *version gets its version node, or NULL. */
bool sc_elf_defines(const struct sc_elf *e, const char *symbol, const char **version);

/* Whether the file uses this dynamic symbol of another. */
bool sc_elf_imports(const struct sc_elf *e, const char *symbol);

/* Finds text that starts with `prefix` and goes on with a digit, anywhere in the file
 * ("libcurl/7.88.1"); copies it up to the first byte that is neither alphanumeric nor ". - _ /". */
bool sc_elf_find_text(const struct sc_elf *e, const char *prefix, char *buf, size_t n);

/* "aarch64"; "machine 243" for rare ones. */
const char *sc_elf_machine_name(unsigned machine, char *buf, size_t n);

#endif
