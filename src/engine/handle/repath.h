/*
 * repath.h - the handle asks its own host for another path than its URL's.
 *
 * By CURLOPT_REQUEST_TARGET: the URL, and with it all that a program can ask of it, stays. Put back
 * with the hooks (hooks.h), at the call's end.
 */
#ifndef SC_HANDLE_REPATH_H
#define SC_HANDLE_REPATH_H

#include "handle/shadow.h"

/* Why the handle's path cannot be another; NULL: it can. */
const char *sc_repath_forbidden(const struct sc_shadow *s);

/* path: with its query; libcurl copies it. False: this libcurl cannot. */
bool sc_repath_in(struct sc_shadow *s, const char *path);
void sc_repath_out(struct sc_shadow *s);

#endif
