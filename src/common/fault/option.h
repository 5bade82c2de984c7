/*
 * option.h - what stands behind an outcome's word: ";retry-after=5;latency=50".
 *
 * Shared by the files that read a script, option.c and script.c; nobody else needs it.
 */
#ifndef SC_FAULT_OPTION_H
#define SC_FAULT_OPTION_H

#include "fault/outcome.h"

/* A script that is being read. */
struct sc_script_reading {
    unsigned flags;
    struct sc_script *script;
    struct sc_script_error *err;
    const char *text;                  /* all of it */
    size_t at;                         /* where the part lies that is being read */
    char *cooked;                      /* room for texts without their backslashes */
    struct sc_outcome_header *headers; /* room for further headers */
};

/* Says what is wrong at the part that is being read; near may be NULL. Returns false. */
bool sc_script_fail(const struct sc_script_reading *ps, const char *what, const char *text,
                    const char *near);

/* Reads one option into the outcome; the value, "" without any, lives as long as the script. */
bool sc_outcome_option(struct sc_script_reading *ps, struct sc_outcome *o, const char *name,
                       char *value);

#endif
