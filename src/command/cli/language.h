/*
 * language.h - languages of scripts, and by which words each makes its calls.
 *
 * Most words count only in a line that loads modules ("import"); words of functions count anywhere.
 * A word stands for all that lies below it: "google.genai" is "google".
 */
#ifndef SC_CLI_LANGUAGE_H
#define SC_CLI_LANGUAGE_H

#include "cli/diagnosis.h"

struct sc_word {
    const char *text;
    enum sc_answer answer;
};

struct sc_language {
    const char *name;
    /* Separated by blanks; digits, dots and dashes may follow. NULL: the shell, which has no
     * modules and is read by shell.h. */
    const char *interpreters;
    const char *option;  /* after which it takes a script as an argument ("-c"), may be NULL */
    const char *comment; /* begins one that goes to the end of the line */
    const char *loading; /* words that begin the loading of modules, with blanks around */
    const struct sc_word *modules;   /* end with a row without text */
    const struct sc_word *functions; /* likewise */
};

/* Of an interpreter by its file name ("python3.11"); NULL: none that is known. */
const struct sc_language *sc_language(const char *interpreter);

#endif
