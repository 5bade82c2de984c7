/* class.c - see class.h. */
#include "provider/class.h"

#include <string.h>

static const struct {
    const char *name;
    int counts_for_breaker;
} classes[SC_CLASS_COUNT] = {
#define SC_CLASS_ROW(id, name, retry, breaker) {name, breaker},
    SC_CLASS_LIST(SC_CLASS_ROW)
#undef SC_CLASS_ROW
};

const char *sc_class_name(enum sc_class c)
{
    return (unsigned)c < SC_CLASS_COUNT ? classes[c].name : "unknown";
}

enum sc_class sc_class_by_name(const char *name)
{
    for (int c = 0; name && c < SC_CLASS_COUNT; c++)
        if (strcmp(classes[c].name, name) == 0)
            return (enum sc_class)c;
    return SC_CLASS_COUNT;
}

int sc_class_counts_for_breaker(enum sc_class c)
{
    return (unsigned)c < SC_CLASS_COUNT && classes[c].counts_for_breaker;
}
