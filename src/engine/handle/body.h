/* body.h - what is known of the request's body without reading it from a callback. */
#ifndef SC_HANDLE_BODY_H
#define SC_HANDLE_BODY_H

#include "handle/shadow.h"

/* POSTFIELDS as they are now; p NULL: none, or libcurl's own copy. */
struct sc_str sc_body_text(const struct sc_shadow *s);

/* Bytes of POSTFIELDS or of libcurl's copy, -1: not known before they are sent. */
int64_t sc_body_size(const struct sc_shadow *s);

/* Tells bodies apart; not 0. Of a long body the ends must do: a conversation differs in its last
 * message. */
uint64_t sc_body_hash(const char *p, size_t n);

#endif
