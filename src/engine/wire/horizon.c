/* horizon.c - see horizon.h. */
#include "wire/horizon.h"

#include <string.h>

enum { EVERY_ORIGIN = CURLH_HEADER | CURLH_TRAILER | CURLH_CONNECT | CURLH_1XX | CURLH_PSEUDO };

bool sc_header_walk_step(struct sc_header_walk *w)
{
    for (;;) {
        w->at = w->s->real->easy_nextheader(sc_shadow_ran(w->s), EVERY_ORIGIN, w->request, w->at);
        if (w->at) {
            w->n++;
            return true;
        }
        if (w->request >= w->last_request)
            return false;
        w->request++;
    }
}

struct sc_header_walk sc_header_walk_begin(const struct sc_shadow *s, const struct sc_horizon *h)
{
    return (struct sc_header_walk){.s = s, .last_request = h->last_request};
}

/* Whether the line has an entry of its own. first: it opens its block. */
static bool has_entry(const char *p, size_t n, bool first)
{
    static const char with_pseudo[] = "HTTP/2"; /* and 3: ":status" is an entry */

    if (first)
        return n > 6 && (memcmp(p, with_pseudo, 6) == 0 || memcmp(p, "HTTP/3", 6) == 0);
    return n > 0 && p[0] != ' ' && p[0] != '\t' && memchr(p, ':', n) != NULL;
}

/* The copy of a header line for CURLOPT_HEADER comes before its entry, and in libcurl 8.5 and later
 * behind it. */
static bool has_entry_already(const struct sc_exchange *x, const struct sc_item *item,
                              const char *p)
{
    return item == x->play->shown && item->kind == SC_ITEM_BODY &&
           x->shadow->real->version_num >= 0x080500 && p < x->hold.bytes + x->body_start;
}

/* Entries of the lines up to the one that is shown; *in_block: of its own block. */
static size_t entries_shown(const struct sc_exchange *x, size_t *in_block)
{
    const struct sc_item *item = x->hold.items;
    const char *p = x->hold.bytes;
    size_t entries = 0;
    int block = -1;

    *in_block = 0;
    for (; item <= x->play->shown; p += item->len, item++) {
        bool first = (int)item->block != block;

        if (item->kind != SC_ITEM_HEADER && (first || !has_entry_already(x, item, p)))
            continue;
        if (first)
            *in_block = 0;
        block = (int)item->block;
        if (has_entry(p, item->len, first)) {
            entries++;
            ++*in_block;
        }
    }
    if (block != (int)x->play->shown->block) /* the copy of its first line, for CURLOPT_HEADER */
        *in_block = 0;
    return entries;
}

struct sc_horizon sc_horizon(const struct sc_exchange *x)
{
    size_t in_block;
    struct sc_horizon h = {.entries = entries_shown(x, &in_block), .last_request = (int)x->block};
    /* Without an entry of the block yet, the one that comes next tells its request. */
    size_t telling = h.entries + (in_block == 0);
    struct sc_header_walk w = sc_header_walk_begin(x->shadow, &h);

    while (x->shadow->real->easy_nextheader && w.n < telling &&
           sc_header_walk_step(&w)) /* libcurl 7.83 and later */
        h.request = w.request;
    return h;
}
