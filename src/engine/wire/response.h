/* response.h - the trampolines through which a response comes. */
#ifndef SC_WIRE_RESPONSE_H
#define SC_WIRE_RESPONSE_H

#include "wire/exchange.h"

/* Puts them into the handle (handle/hooks.h takes them out). */
void sc_response_install(struct sc_shadow *s);

#endif
