/* response.h - the trampolines through which a response comes. */
#ifndef SC_WIRE_RESPONSE_H
#define SC_WIRE_RESPONSE_H

#include "wire/exchange.h"

/* Puts them into the handle (handle/hooks.h takes them out). */
void sc_response_install(struct sc_shadow *s);

/* Themselves; arg: the shadow. */
size_t sc_on_header(char *p, size_t size, size_t n, void *arg);
size_t sc_on_body(char *p, size_t size, size_t n, void *arg);

#endif
