/* decide.h - what a response's wire asks while it comes: the listener of managed calls. */
#ifndef SC_CALL_DECIDE_H
#define SC_CALL_DECIDE_H

#include "call/transfer.h"

/* The call's exchange gets it, its limits, and what the policy wants held. head: told of the final
 * header block, before it is judged. */
void sc_decide_begin(struct sc_transfer *t, void (*head)(struct sc_transfer *t));

#endif
