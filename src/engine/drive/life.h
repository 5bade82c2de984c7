/* life.h - handles are duplicated and go, with all that hangs on their shadows. */
#ifndef SC_DRIVE_LIFE_H
#define SC_DRIVE_LIFE_H

#include "handle/shadow.h"

/* libcurl has made `copy` of the handle; NULL when out of memory. */
struct sc_shadow *sc_life_copy(const struct sc_shadow *from, CURL *copy);

/* The handle is gone. */
void sc_life_end(struct sc_shadow *s);

#endif
