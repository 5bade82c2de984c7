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

bool sc_hold_append(struct sc_hold *h, const char *p, size_t n)
{
    void *bytes = h->bytes;

    if (h->size == 0 || n > h->size - h->len) {
        if (!grow(&bytes, &h->size, h->len + n < 2048 ? 2048 : h->len + n, 1))
            return false;
        h->bytes = bytes;
    }
    if (n)
        memcpy(h->bytes + h->len, p, n);
    h->len += n;
    return true;
}

bool sc_hold_push(struct sc_hold *h, enum sc_item_kind kind, unsigned block, const char *p,
                  size_t n)
{
    void *items = h->items;

    if (h->n == h->room) {
        if (!grow(&items, &h->room, h->n + 1, sizeof *h->items))
            return false;
        h->items = items;
    }
    if (!sc_hold_append(h, p, n))
        return false;
    h->items[h->n++] =
        (struct sc_item){.len = (uint32_t)n, .kind = (uint8_t)kind, .block = (uint16_t)block};
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
