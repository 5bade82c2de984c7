/* hold.c - see hold.h. */
#include "wire/hold.h"

#include <stdlib.h>
#include <string.h>

enum { KEEP_BYTES = 16384 };

static bool grow(void **p, size_t *room, size_t need, size_t unit)
{
    size_t wanted = *room ? *room : 64;
    void *grown;

    while (wanted < need)
        wanted *= 2;
    if (wanted == *room)
        return true;
    grown = realloc(*p, wanted * unit);
    if (!grown)
        return false;
    *p = grown;
    *room = wanted;
    return true;
}

static bool grow_bytes(struct sc_hold *h, size_t n)
{
    void *bytes = h->bytes;
    bool grown = grow(&bytes, &h->size, h->len + n < 2048 ? 2048 : h->len + n, 1);

    h->bytes = bytes;
    return grown;
}

static bool grow_items(struct sc_hold *h)
{
    void *items = h->items;
    bool grown = grow(&items, &h->room, h->n + 1, sizeof *h->items);

    h->items = items;
    return grown;
}

bool sc_hold_make_room(struct sc_hold *h, size_t n)
{
    return (h->n < h->room || grow_items(h)) && (n <= h->size - h->len || grow_bytes(h, n));
}

bool sc_hold_append(struct sc_hold *h, const char *p, size_t n)
{
    if (n == 0)
        return true;
    if (n > h->size - h->len && !grow_bytes(h, n))
        return false;
    memcpy(h->bytes + h->len, p, n);
    h->len += n;
    return true;
}

void sc_hold_pop(struct sc_hold *h)
{
    h->len -= h->items[--h->n].len;
}

void sc_hold_clear(struct sc_hold *h)
{
    if (h->size > KEEP_BYTES) {
        sc_hold_free(h);
        return;
    }
    h->len = 0;
    h->n = 0;
}

void sc_hold_free(struct sc_hold *h)
{
    free(h->bytes);
    free(h->items);
    memset(h, 0, sizeof *h);
}
