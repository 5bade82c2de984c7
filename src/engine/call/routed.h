/* routed.h - which target a call is to be sent to first (policy: route). */
#ifndef SC_CALL_ROUTED_H
#define SC_CALL_ROUTED_H

#include "call/transfer.h"

/* NULL: the host that the program asks. */
const struct sc_target *sc_routed(struct sc_transfer *t);

/* Whether the program asks for a stream, by its path or its body. */
bool sc_asks_for_stream(const struct sc_transfer *t);

#endif
