/* transfer.c - see transfer.h. */
#include "call/transfer.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The last transfer that ended, with its small buffers: programs make their calls one after the
 * other, and one piece of memory serves them all. */
static _Atomic(struct sc_transfer *) spare;

/* All but the arena, which is written as far as it is taken, and what the exchange begins itself.
 */
static void clear(struct sc_transfer *t)
{
    enum {
        OWN = offsetof(struct sc_transfer, x.usage),
        BEHIND = offsetof(struct sc_transfer, req)
    };

    memset(t, 0, OWN);
    memset((char *)t + BEHIND, 0, offsetof(struct sc_transfer, arena) - BEHIND);
    sc_exchange_init(&t->x);
}

struct sc_transfer *sc_transfer_new(struct sc_shadow *s)
{
    struct sc_transfer *t = atomic_exchange_explicit(&spare, NULL, memory_order_acq_rel);
    struct sc_hold hold = {0};

    if (t)
        hold = t->x.hold;
    else
        t = malloc(sizeof *t);
    if (!t)
        return NULL;
    clear(t);
    t->shadow = s;
    t->x.hold = hold;
    t->x.shadow = s;
    t->x.req = &t->req;
    t->x.play = &t->play;
    sc_request_init(&t->req);
    return t;
}

void sc_transfer_free(struct sc_transfer *t)
{
    struct sc_transfer *none = NULL;

    if (!t)
        return;
    sc_exchange_free(&t->x);
    sc_request_free(&t->req);
    free(t->money);
    free(t->own_answer);
    free(t->feigned.answer);
    if (atomic_compare_exchange_strong(&spare, &none, t))
        return;
    sc_hold_free(&t->x.hold);
    free(t);
}

void *sc_transfer_alloc(struct sc_transfer *t, size_t n)
{
    size_t size = (n + 15) & ~(size_t)15;
    void *p = t->arena + t->used;

    if (size > sizeof t->arena - t->used)
        return NULL;
    t->used = (uint16_t)(t->used + size);
    return memset(p, 0, n);
}
