/* response.h - the pieces of a response as libcurl hands them over: the heart of hold & commit. */
#ifndef SC_WIRE_RESPONSE_H
#define SC_WIRE_RESPONSE_H

#include "handle/shadow.h"

/* Puts the trampolines for headers and body in. */
void sc_response_install(struct sc_shadow *s);

#endif
