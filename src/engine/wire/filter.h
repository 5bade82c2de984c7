/*
 * filter.h - the body on its way to the program, less what is in it only because we asked for usage
 * (provider/unasked.h), or translated (relay.h).
 *
 * Stands between what libcurl delivers, or what was held, and the program's callback. A piece that
 * the program does not take now comes again in full; what was made of it waits here meanwhile.
 */
#ifndef SC_WIRE_FILTER_H
#define SC_WIRE_FILTER_H

#include "wire/exchange.h"

/* The response's body gets looked through from here on; without memory it passes as it is. */
void sc_filter_begin(struct sc_exchange *x);

/* One piece, as sc_program_body (program.h). */
size_t sc_filter_body(struct sc_exchange *x, char *p, size_t n);

/* The stream has ended: what was kept back of its last event becomes an item of the hold. False if
 * there is nothing. */
bool sc_filter_rest(struct sc_exchange *x);

#endif
