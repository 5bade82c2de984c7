/*
 * aside.h - the first target's final answer, put aside while others are asked.
 *
 * If none of them answers, the program gets it as if nobody else had been asked: its bytes, result,
 * words, and what getinfo and the header API say. Hangs on the transfer and goes with it.
 */
#ifndef SC_DRIVE_ASIDE_H
#define SC_DRIVE_ASIDE_H

#include "call/transfer.h"

/* What the call has come to so far is put aside, or forgotten if something is there already: the
 * next target begins with nothing. False: no memory, nothing has changed. */
bool sc_aside_put(struct sc_transfer *t);

/* The other way: the call ends with what was put aside. Returns its result. */
CURLcode sc_aside_take(struct sc_transfer *t);

void sc_aside_free(struct sc_transfer *t);

#endif
