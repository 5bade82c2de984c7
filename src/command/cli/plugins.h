/*
 * plugins.h - programs that load libcurl as a plugin, and programs that have none.
 *
 * What their names tell, measured on Debian. A plugin host is covered when a plugin of it that uses
 * libcurl is installed.
 */
#ifndef SC_CLI_PLUGINS_H
#define SC_CLI_PLUGINS_H

#include <stdbool.h>

struct sc_plugin_host {
    const char *program; /* the name starts with this, and no letter follows */
    const char *globs;   /* where its plugins lie, separated by blanks; NULL: it has none */
    const char *remark;  /* one sentence */
};

/* By the file name of a program, links resolved ("php8.2"); NULL if it is no known host. */
const struct sc_plugin_host *sc_plugin_host(const char *name);

/* Calls `found` for each plugin file; returns how many there are. */
int sc_plugin_files(const struct sc_plugin_host *h, void (*found)(const char *path, void *arg),
                    void *arg);

#endif
