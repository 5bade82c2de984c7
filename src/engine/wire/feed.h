/* feed.h - the trampolines through which a request's body goes: the program's source and its copy.
 */
#ifndef SC_WIRE_FEED_H
#define SC_WIRE_FEED_H

#include "wire/exchange.h"

/* Puts them into the handle (handle/hooks.h takes them out); that for seeking also where the
 * program has none, if the spool is to be rewound. */
void sc_feed_install(struct sc_shadow *s);
void sc_feed_install_seek(struct sc_shadow *s);

/* Puts the trampolines in; that for seeking also where the program has none, if the spool is to be
 * rewound. */
void sc_feed_install(struct sc_shadow *s);
void sc_feed_install_seek(struct sc_shadow *s);

#endif
