/* body.h - the request's body: what is known of it without reading it from a callback. */
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

/* Puts the program's own body back into the handle, where one of ours stands for it
 * (wire/request.h). May be done at any time, again, and for a handle that was duplicated meanwhile.
 */
void sc_body_put_back(struct sc_shadow *s);

/* libcurl 7.88 fails to duplicate a handle with a body that it has copied and was told no size of:
 * it takes -1 for the size. Until sc_body_put_back the same bytes stand there from our own copy,
 * with their size. Before a perform. */
void sc_body_lend_copy(struct sc_shadow *s);

/* What was lent and nothing else, as sc_body_put_back. */
void sc_body_take_copy_back(struct sc_shadow *s);

#endif
