/* meter.h - what an attempt's answer took: tokens and money. */
#ifndef SC_STAGE_METER_H
#define SC_STAGE_METER_H

#include "call/transfer.h"
#include "state/state.h"

/* An attempt has ended: adds what it took to the call's sum, and tells the shared state of its
 * tokens. */
void sc_spend_attempt(struct sc_shadow *s, struct sc_transfer *t, struct sc_attempt_facts *facts);

/* The price of the call's model, NULL if it is not known. */
const struct sc_price *sc_spend_price(struct sc_shadow *s, const struct sc_transfer *t);

#endif
