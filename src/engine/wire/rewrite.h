/*
 * rewrite.h - another body than the program's, for an attempt.
 *
 * Whoever changes what is sent goes through here. Before an attempt is let through:
 *
 *     sc_rewrite_plan      finds the program's body, if it is a JSON object that may be touched,
 *                          and has it edited (http/edit.h) by who is given
 *     sc_rewrite_install   puts what came of it into the handle, for this attempt
 *     sc_body_put_back     puts the program's own back (handle/body.h)
 *
 * Bodies that are found: POSTFIELDS as they are now; COPYPOSTFIELDS, of which a copy is kept while
 * any rule of the policy wants to look at bodies; what a read callback gives, read ahead up to
 * the spool's memory. Left alone: forms, bodies that are no JSON object or are longer, and requests
 * whose headers say that their body is encoded or signed. Content-Length, also one that the program
 * set itself, follows the new body.
 */
#ifndef SC_WIRE_REWRITE_H
#define SC_WIRE_REWRITE_H

#include "http/edit.h"
#include "wire/exchange.h"

/* Who edits bodies. It sees the program's own text: edits that overlap make the attempt go out
 * unchanged. */
typedef void sc_rewrite_editor(void *arg, struct sc_edits *e);

/* Before an attempt is let through; does nothing when it is done for this attempt. first: no
 * attempt was before, so the program's callback may be asked ahead. */
void sc_rewrite_plan(struct sc_exchange *x, bool first, sc_rewrite_editor *edit, void *arg);

/* Before the real transfer of an attempt. sc_body_put_back (handle/body.h) undoes it. */
void sc_rewrite_install(struct sc_exchange *x);

/* The body of the attempt as it is known now: the new one, else the program's; p NULL: unknown. */
struct sc_str sc_rewrite_body(const struct sc_exchange *x);

/* The program's own, if it is one that may be changed. */
struct sc_str sc_rewrite_own(const struct sc_exchange *x);

/* Its length, -1: not known before it is sent. */
int64_t sc_rewrite_size(const struct sc_exchange *x);

/* For the read callback: the next bytes of the new body, at most n. */
size_t sc_rewrite_take(struct sc_rewrite *r, char *p, size_t n);

void sc_rewrite_free(struct sc_rewrite *r);

#endif
