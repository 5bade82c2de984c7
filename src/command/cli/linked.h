/* linked.h - which libraries that define libcurl's functions a program or plugin is linked to. */
#ifndef SC_CLI_LINKED_H
#define SC_CLI_LINKED_H

#include <limits.h>
#include <stdbool.h>

#define SC_LINKED_MAX 8

struct sc_linked {
    char libraries[SC_LINKED_MAX][PATH_MAX];
    int n;
    int hits; /* how often one was met */
};

/* False: the loader cannot find its libraries. */
bool sc_linked_look(const char *loader, const char *file, struct sc_linked *l);

/* Says of each library where it is, its version and TLS library. */
void sc_linked_tell(const struct sc_linked *l);

/* Whether a command of a script is linked to libcurl. */
bool sc_is_linked(const char *command);

#endif
