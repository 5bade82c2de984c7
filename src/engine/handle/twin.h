/*
 * twin.h - a copy of the program's handle that asks the same once more, on a connection of its own.
 *
 * What the program is told, or would find later, by one handle alone is taken out of it: libcurl's
 * trace, files that are written when a handle goes. Its cookies come along, and those that it is
 * given go back. While it speaks for the program's handle it is the shadow's `twin`: getinfo and
 * the header API are asked of it, until the handle's next transfer.
 */
#ifndef SC_HANDLE_TWIN_H
#define SC_HANDLE_TWIN_H

#include "handle/shadow.h"

/* error: its error buffer, which has to live as long. NULL: there is none. */
CURL *sc_twin_new(const struct sc_shadow *s, char error[CURL_ERROR_SIZE]);

/* The cookies of one go into the other. */
void sc_twin_cookies(const struct sc_libcurl *real, CURL *from, CURL *to);

/* The handle goes on to something else. */
void sc_twin_forget(struct sc_shadow *s);

#endif
