/* base64.h - bytes as text and back (RFC 4648, 4). */
#ifndef SC_CASSETTE_BASE64_H
#define SC_CASSETTE_BASE64_H

#include <stdbool.h>

#include "http/buf.h"

void sc_base64_put(struct sc_buf *out, struct sc_str bytes);

/* False: it is none. Blanks between are let pass, as is a missing end. */
bool sc_base64_take(struct sc_buf *out, struct sc_str text);

#endif
