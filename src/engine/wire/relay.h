/*
 * relay.h - a stream that the program gets in other words than the server's.
 *
 * Its head and its bytes are made: from the first output on each piece goes through a translation
 * (exchange.h) on its way to the program, and what getinfo and the header API say is an answer of
 * ours (answer.h). Nothing of the server's own response is ever shown.
 */
#ifndef SC_WIRE_RELAY_H
#define SC_WIRE_RELAY_H

#include "wire/exchange.h"

/* The response is to be shown: what is held of it becomes what the program gets. False: it cannot
 * be, and must not. */
bool sc_relay_begin(struct sc_exchange *x);

/* Its answer has to be translated as a whole, if at all: nothing of it may go by. */
static inline bool sc_relay_is_whole(const struct sc_exchange *x)
{
    return x->wants.translation && x->mode != SC_HOLD_STREAM;
}

#endif
