/*
 * plugins.h - programs that doctor knows by name, as linking does not tell about them.
 *
 * Most load libcurl as a plugin; some only start others, or have their calls made elsewhere; some
 * start others without LD_PRELOAD. What their names tell was measured on Debian.
 */
#ifndef SC_CLI_PLUGINS_H
#define SC_CLI_PLUGINS_H

#include <stdbool.h>

#include "cli/diagnosis.h"

struct sc_plugin_host {
    const char *program; /* the name is this, or goes on with digits, dots and dashes */
    /* Of the program by itself; of one with plugins, if one that uses libcurl is installed. */
    enum sc_answer answer;
    /* Where plugins lie, separated by blanks; NULL: it needs none. "@" is the folder above that of
     * the program (a virtual environment), "~" the user's home. */
    const char *globs;
    const char *remark; /* one sentence, with the remedy */
};

/* By the file name of a program, links resolved ("php8.2"); NULL if it is no known host. */
const struct sc_plugin_host *sc_plugin_host(const char *name);

/* Calls `found` for each plugin file; returns how many there are. program: its path. */
int sc_plugin_files(const struct sc_plugin_host *h, const char *program,
                    void (*found)(const char *path, void *arg), void *arg);

/* sh and its like. */
bool sc_is_shell(const char *name);

#endif
