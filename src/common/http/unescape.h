/* unescape.h - what a JSON string says. */
#ifndef SC_HTTP_UNESCAPE_H
#define SC_HTTP_UNESCAPE_H

#include <stddef.h>

#include "http/str.h"

/* The inside of a string (sc_json_inside) as plain text: NUL-terminated, cut to out_size (> 0)
 * between characters. Returns its length. */
size_t sc_json_unescape(struct sc_str inside, char *out, size_t out_size);

#endif
