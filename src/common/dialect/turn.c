/* turn.c - see turn.h. */
#include "dialect/turn.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialect/family.h"
#include "dialect/fit.h"

#define TOOLS_MAX 1024

/* Room for one more of n things of `size` bytes; NULL: no memory. */
static void *room_for_one(void *p, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return p;
    size_t more = *room ? *room * 2 : 16;
    void *grown = realloc(p, more * size);
    if (grown != NULL)
        *room = more;
    return grown;
}

struct sc_turn_part *sc_parts_add(struct sc_turn_parts *l, enum sc_turn_kind kind,
                                  enum sc_turn_role role)
{
    void *p = room_for_one(l->p, l->n, &l->room, sizeof *l->p);

    if (p == NULL) {
        l->failed = true;
        return NULL;
    }
    l->p = p;
    struct sc_turn_part *part = &l->p[l->n++];
    memset(part, 0, sizeof *part);
    part->kind = (uint8_t)kind;
    part->role = (uint8_t)role;
    return part;
}

struct sc_turn_tool *sc_turn_add_tool(struct sc_turn *t)
{
    if (t->n_tools == TOOLS_MAX) {
        if (!t->fit->unfit)
            sc_unfit_at(t, SC_PLACE_TOP, "tools", "are more than any service takes");
        return NULL;
    }
    void *p = room_for_one(t->tools, t->n_tools, &t->room_tools, sizeof *t->tools);

    if (p == NULL) {
        t->parts.failed = true;
        return NULL;
    }
    t->tools = p;
    struct sc_turn_tool *tool = &t->tools[t->n_tools++];
    memset(tool, 0, sizeof *tool);
    return tool;
}

void sc_turn_hide_tools(struct sc_turn *t)
{
    for (size_t i = 0; i < t->n_tools; i++)
        t->tools[i].hidden = true;
}

void sc_turn_allow_tool(struct sc_turn *t, struct sc_str name)
{
    for (size_t i = 0; i < t->n_tools; i++)
        if (t->tools[i].name.n == name.n && memcmp(t->tools[i].name.p, name.p, name.n) == 0)
            t->tools[i].hidden = false;
}

struct sc_str sc_turn_keep(struct sc_turn *t, const char *format, ...)
{
    char text[128];
    va_list args;

    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    struct sc_turn_own *own = malloc(sizeof *own + len);
    if (own == NULL) {
        t->parts.failed = true;
        return (struct sc_str){"", 0};
    }
    memcpy(own->text, text, len);
    own->next = t->own;
    t->own = own;
    return (struct sc_str){own->text, len};
}

void sc_turn_init(struct sc_turn *t, const struct sc_family *from, struct sc_fit *fit)
{
    memset(t, 0, sizeof *t);
    t->from = from;
    t->fit = fit;
}

void sc_turn_free(struct sc_turn *t)
{
    while (t->own) {
        struct sc_turn_own *next = t->own->next;
        free(t->own);
        t->own = next;
    }
    free(t->parts.p);
    free(t->tools);
}
