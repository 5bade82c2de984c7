/* scan.h - a line of a stream looked at as bytes: this runs for each token. */
#ifndef SC_HTTP_SCAN_H
#define SC_HTTP_SCAN_H

#include <stdbool.h>

#include "http/str.h"

/* By one look at all of its bytes: no text in the line begins as the names of errors and of usage
 * do, and no CR is among them. False of a short line: it is not worth the look. */
bool sc_scan_is_plain(struct sc_str line);

/* Whether these bytes, two at least, are anywhere in s. */
bool sc_scan_has(struct sc_str s, const char *what);

#endif
