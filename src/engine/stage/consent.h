/*
 * consent.h - callbacks by which a program can forbid an attempt: to resolve a name, to open a
 * socket, to use it.
 *
 * libcurl reports such a refusal as if the name were unknown or the server away, which is worth a
 * retry; the program's own refusal is not. Trampolines stand only where the program has a callback.
 */
#ifndef SC_STAGE_CONSENT_H
#define SC_STAGE_CONSENT_H

#include "handle/shadow.h"

void sc_consent_install(struct sc_shadow *s);

#endif
