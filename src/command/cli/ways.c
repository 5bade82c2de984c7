/* ways.c - see ways.h. */
#include "cli/ways.h"

#include <string.h>

void sc_ways_add(struct sc_ways *w, enum sc_answer answer, int line, const char *name, size_t n,
                 const char *remark)
{
    struct sc_way *way = &w->items[w->n];
    if (n >= SC_WAY_NAME)
        n = SC_WAY_NAME - 1;
    for (size_t i = 0; i < w->n; i++)
        if (strncmp(w->items[i].name, name, n) == 0 && w->items[i].name[n] == '\0')
            return;
    if (w->n == SC_WAYS_MAX)
        return;
    *way = (struct sc_way){.answer = answer, .line = line, .remark = remark};
    memcpy(way->name, name, n);
    w->n++;
}
