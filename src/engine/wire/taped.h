/*
 * taped.h - an answer that was given before, handed over as it came then: its header blocks, its
 * pieces, and if that is asked for, in their time. The part of answer.c that knows of tapes.
 */
#ifndef SC_WIRE_TAPED_H
#define SC_WIRE_TAPED_H

#include "wire/exchange.h"
#include "wire/reply.h"

/* What it takes: room for headers and their texts, times of pieces (0: all come at once). */
void sc_taped_sizes(const struct sc_reply_tape *tape, size_t *headers, size_t *text, size_t *due);

/* All of it into the hold; the answer has been begun. A fault on purpose may alter it. */
void sc_taped_hold(struct sc_exchange *x, const struct sc_reply *r);

/* Hands over what is due, and waits for what is not; where nobody may wait, play->due_ns says until
 * when. Returns perform's code. */
CURLcode sc_taped_deliver(struct sc_exchange *x);

#endif
