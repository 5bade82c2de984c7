/* mark.c - see mark.h. */
#include "handle/mark.h"

#include <stdlib.h>
#include <string.h>

const char sc_mark_name[] = "x-steadycurl";

void sc_mark_set(struct sc_shadow *s, const char *text)
{
    size_t n = strlen(text) + 1;

    sc_mark_forget(s);
    s->mark = calloc(1, sizeof *s->mark + n);
    if (s->mark)
        memcpy(s->mark->text, text, n);
}

void sc_mark_forget(struct sc_shadow *s)
{
    free(s->mark);
    s->mark = NULL;
}
