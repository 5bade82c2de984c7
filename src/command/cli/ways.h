/* ways.h - ways in which a script makes calls, each once, in the order of the text. */
#ifndef SC_CLI_WAYS_H
#define SC_CLI_WAYS_H

#include <stddef.h>

#include "cli/diagnosis.h"

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

/* What is there already, or has no room any more, is left out. remark: lives as long as w; may be
 * NULL. */
void sc_ways_add(struct sc_ways *w, enum sc_answer answer, int line, const char *name, size_t n,
                 const char *remark);

#endif
