/*
 * detour.h - the handle asks an address of ours in the stead of its URL's host, in plain HTTP.
 *
 * It stays the program's handle: its connections, callbacks, headers, and the name in its Host
 * header. What is changed are the options that say where it goes, and they are put back with the
 * hooks. While it lasts, and until the next transfer, getinfo says URL, scheme and protocol as they
 * would be without it; addresses, ports and times are those of what was asked.
 */
#ifndef SC_HANDLE_DETOUR_H
#define SC_HANDLE_DETOUR_H

#include "handle/shadow.h"

/* Before a perform, of the handle itself or of one that stands in for it. False: a URL cannot be
 * read, or there is no memory; what has changed by then comes back with the hooks. */
bool sc_detour_in(struct sc_shadow *s, int port);

/* The program's own values again: with the hooks (hooks.h), or of a copy that has been made
 * meanwhile. */
void sc_detour_out(struct sc_shadow *s);

/* As the program knows it: the text, if it is the URL that is asked in the stead of its own. */
const char *sc_detour_url(const struct sc_shadow *s, const char *effective);

/* Whether the transfer, or the last one, went this way; then the scheme is that of its URL. */
bool sc_detour_was_taken(const struct sc_shadow *s);

/* The next transfer begins. */
void sc_detour_forget(struct sc_shadow *s);

void sc_detour_free(struct sc_shadow *s);

#endif
