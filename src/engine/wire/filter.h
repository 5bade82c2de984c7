/*
 * filter.h - the body on its way to the program, less what is in it only because we asked for usage
 * (provider/unasked.h).
 *
 * Stands between what libcurl delivers, or what was held, and the program's callback. A piece that
 * the program does not take now comes again in full; what was made of it waits here meanwhile.
 */
#ifndef SC_WIRE_FILTER_H
#define SC_WIRE_FILTER_H

#include "call/transfer.h"

/* The response's body gets looked through from here on; without memory it passes as it is. */
void sc_show_begin(struct sc_transfer *t);

/* One piece, as sc_deliver_body (deliver.h). */
size_t sc_show_body(struct sc_shadow *s, struct sc_transfer *t, char *p, size_t n);

/* The stream has ended: what was kept back of its last event becomes an item of the hold. False if
 * there is nothing. */
bool sc_show_rest(struct sc_shadow *s, struct sc_transfer *t);

#endif
