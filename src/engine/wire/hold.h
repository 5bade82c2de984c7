/*
 * hold.h - the pieces of an attempt that the program has not seen yet, in order.
 *
 * Bytes lie one after the other, so that the body of a response is one run of memory; items say
 * which callback each piece belongs to and where it ends, so that it can be handed over exactly as
 * it came. Owner: the transfer. All memory goes with sc_hold_free.
 */
#ifndef SC_WIRE_HOLD_H
#define SC_WIRE_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum sc_item_kind { SC_ITEM_HEADER, SC_ITEM_BODY };

struct sc_item {
    uint32_t len;
    uint8_t kind;
    bool length_known; /* libcurl says the body's length from this line of the block on */
    uint16_t block;    /* which header block it belongs to, counted from 0 */
    int64_t got;       /* bytes downloaded when it came, as getinfo counts them */
};

struct sc_hold {
    char *bytes;
    size_t len, size;
    struct sc_item *items;
    size_t n, room;
};

/* For one item more, of n bytes. */
bool sc_hold_make_room(struct sc_hold *h, size_t n);

/* False when out of memory; what is held stays as it was. Inlined, since it is done for each line
 * of a header. */
static inline bool sc_hold_push(struct sc_hold *h, enum sc_item_kind kind, unsigned block,
                                const char *p, size_t n)
{
    if ((h->n == h->room || n > h->size - h->len) && !sc_hold_make_room(h, n))
        return false;
    if (n > 0)
        memcpy(h->bytes + h->len, p, n);
    h->len += n;
    h->items[h->n++] =
        (struct sc_item){.len = (uint32_t)n, .kind = (uint8_t)kind, .block = (uint16_t)block};
    return true;
}

/* Bytes without an item: a look at what has already gone by. */
bool sc_hold_append(struct sc_hold *h, const char *p, size_t n);

/* Takes the last item back. */
void sc_hold_pop(struct sc_hold *h);

void sc_hold_clear(struct sc_hold *h); /* keeps small memory for the next attempt */
void sc_hold_free(struct sc_hold *h);

#endif
