/*
 * kinds.h - the faults that a program is tried with, one at a time.
 *
 * A kind is a name and a script of faults (fault/outcome.h); what a script says of the fault is
 * read from it, so that kinds of the user's own (`--matrix FILE`, lines of "NAME = SCRIPT") are
 * judged like the built-in ones. A provider may fail in its own way: then its script is another.
 */
#ifndef SC_TRY_KINDS_H
#define SC_TRY_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "provider/provider.h"

struct sc_script;

enum { SC_KINDS_MAX = 200, SC_KIND_NAME_MAX = 31 };

/* What a fault is like, as far as it matters for what a program should do. */
struct sc_kind_traits {
    bool passes;     /* the service is well again after it: to try again helps */
    bool final;      /* no request like this one will ever be taken: to try again is in vain */
    bool half;       /* the answer looks whole, and is not */
    bool paid;       /* the model has worked for it: to try again costs twice */
    bool silent;     /* nothing comes until somebody gives up */
    int64_t faults;  /* requests that meet it before the service is well */
    int64_t hint_ms; /* that it asks to wait, 0: it does not */
};

struct sc_kind {
    char name[SC_KIND_NAME_MAX + 1];
    const char *script;                /* borrowed */
    const char *of[SC_PROVIDER_COUNT]; /* a provider's own; NULL: `script` */
};

struct sc_kinds {
    struct sc_kind list[SC_KINDS_MAX];
    size_t n;
    char *text; /* that was read */
};

void sc_kinds_builtin(struct sc_kinds *k);

/* From a file. False with the line and what is wrong with it in err. */
bool sc_kinds_read(struct sc_kinds *k, FILE *f, char *err, size_t err_n);
void sc_kinds_free(struct sc_kinds *k);

/* Those of that list of names, separated by commas; false: err says which there is not. */
bool sc_kinds_only(struct sc_kinds *k, const char *names, char *err, size_t err_n);

/* A provider's. */
const char *sc_kind_script(const struct sc_kind *k, enum sc_provider p);

void sc_kind_traits(const struct sc_script *s, struct sc_kind_traits *out);

#endif
