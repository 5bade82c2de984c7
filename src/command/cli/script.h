/*
 * script.h - what a script's own text says of how it makes its calls.
 *
 * Reading is no running: a script can build a module's name as it goes. So what is found decides
 * only as far as it goes, and nothing found means "depends".
 */
#ifndef SC_CLI_SCRIPT_H
#define SC_CLI_SCRIPT_H

#include <stddef.h>

#include "cli/diagnosis.h"

struct sc_language;

/* Of an interpreter by its file name ("python3.11"); NULL: none that is known. */
const struct sc_language *sc_language(const char *interpreter);
const char *sc_language_name(const struct sc_language *l);

/* The option after which an interpreter takes its script as an argument ("-c"). */
const char *sc_language_option(const struct sc_language *l);

/* Ways in which a script makes calls, each once, in the order of the text. */
#define SC_WAYS_MAX 64
#define SC_WAY_NAME 48

struct sc_way {
    enum sc_answer answer; /* SC_DEPENDS: it starts programs */
    int line;
    char name[SC_WAY_NAME];
    const char *remark; /* may be NULL */
};

struct sc_ways {
    struct sc_way items[SC_WAYS_MAX];
    size_t n;
};

/* A NUL stands behind the text. */
void sc_script_scan(const struct sc_language *l, const char *text, size_t n, struct sc_ways *out);

/* For shell.c. */
void sc_ways_add(struct sc_ways *w, enum sc_answer answer, int line, const char *name, size_t n,
                 const char *remark);

#endif
