/* feed.h - the program's own source of a request body. */
#ifndef SC_WIRE_FEED_H
#define SC_WIRE_FEED_H

#include "handle/shadow.h"

/* Asks the program's read callback, or reads its FILE*. */
size_t sc_feed_from_program(struct sc_shadow *s, char *p, size_t size, size_t n);

/* Puts the trampolines in; that for seeking also where the program has none, if the spool is to be
 * rewound. */
void sc_feed_install(struct sc_shadow *s);
void sc_feed_install_seek(struct sc_shadow *s);

#endif
