/* side.c - see side.h. */
#include "call/side.h"

#include <stdlib.h>
#include <string.h>

#include "wire/clock.h"

void sc_side_begin(struct sc_side *side, const struct sc_transfer *t, int64_t now_ns)
{
    struct sc_exchange *x = &side->x;

    memset(side, 0, sizeof *side);
    x->shadow = t->x.shadow;
    x->req = t->x.req;
    x->play = t->x.play;
    x->listener = t->x.listener;
    x->owner = t->x.owner;
    x->provider = t->x.provider;
    x->wants = t->x.wants;
    sc_exchange_restart(x);
    x->last = t->x.last;
    sc_clock_begin(x, now_ns);
    side->attempt.start_ns = now_ns;
    side->attempt.earlier_connects = t->attempt.earlier_connects;
    side->attempt.bounded = true;
}

#define SWAP(a, b)                 \
    do {                           \
        __typeof__(a) swapped = a; \
        (a) = b;                   \
        (b) = swapped;             \
    } while (0)

void sc_side_swap(struct sc_side *side, struct sc_transfer *t)
{
    SWAP(side->x, t->x);
    SWAP(side->attempt, t->attempt);
    SWAP(side->verdict, t->verdict);
    SWAP(side->ticket, t->ticket);
    SWAP(side->money, t->money);
}

void sc_side_free(struct sc_side *side)
{
    sc_exchange_free(&side->x);
    sc_hold_free(&side->x.hold);
    free(side->money);
    side->money = NULL;
}
