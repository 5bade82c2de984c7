/*
 * request.h - the body that an attempt sends in the program's stead.
 *
 * All features that change what is sent, or refuse it for what it holds, go through here. For a
 * rule that has one of them (`settings->edits_requests`; nothing below happens for others), before
 * each attempt is let through:
 *
 *     sc_rewrite_plan      finds the program's body, if it is a JSON object that may be touched,
 *                          and asks each feature for its edits of it (http/edit.h)
 *     sc_rewrite_install   puts what came of them into the handle, for this attempt
 *     sc_body_put_back     puts the program's own back (handle/body.h)
 *
 * A feature is one function in the list of rewrite.c:
 *
 *     void sc_usage_rewrite(struct sc_shadow *s, struct sc_transfer *t, struct sc_edits *e)
 *     {
 *         struct sc_str v;
 *         if (!t->rule->settings->... || sc_edit_find(e->original, "stream_options", &v) > 0)
 *             return;
 *         sc_edit_insert_member(e, e->original, "stream_options", "{\"include_usage\":true}");
 *     }
 *
 * It sees the program's own text, not what other features make of it; edits that overlap make the
 * attempt go out unchanged. It is asked anew for each attempt (t->call.attempts were before): what
 * it has learned since lies in the transfer. It may refuse the call instead of editing: see
 * sc_rewrite_refuse. And it needs a row in policy/options.c and its share of `edits_requests` in
 * policy/layer.c.
 *
 * Bodies that are found: POSTFIELDS as they are now; COPYPOSTFIELDS, of which a copy is kept while
 * any rule of the policy wants to look at bodies; what a read callback gives, read ahead up to
 * hold.upload_memory_kb. Left alone: forms, bodies that are no JSON object or are longer, and
 * requests whose headers say that their body is encoded or signed. Content-Length, also one that
 * the program set itself, follows the new body.
 */
#ifndef SC_WIRE_REQUEST_H
#define SC_WIRE_REQUEST_H

#include "http/edit.h"
#include "call/transfer.h"

/* Before an attempt is let through. False: the call is refused (t->turned_away). */
bool sc_rewrite_plan(struct sc_shadow *s, struct sc_transfer *t);

/* A feature's no: instead of the first attempt the program gets this, with `x-steadycurl: reason`.
 * The reason is not copied, the body is. Does nothing before a later attempt. */
void sc_rewrite_refuse(struct sc_transfer *t, const char *reason, enum sc_class class, int status,
                       const char *body, size_t n);

/* Gives that answer. */
CURLcode sc_rewrite_answer(struct sc_shadow *s, struct sc_transfer *t);

/* Before the real transfer of an attempt. */
void sc_rewrite_install(struct sc_shadow *s, struct sc_transfer *t);

/* The body of the attempt as it is known now: the new one, else the program's; p NULL: unknown. */
struct sc_str sc_rewrite_body(const struct sc_shadow *s, const struct sc_transfer *t);

/* The program's own, if it is one that may be changed. */
struct sc_str sc_rewrite_own(const struct sc_shadow *s, const struct sc_transfer *t);

/* Its length, -1: not known before it is sent. */
int64_t sc_rewrite_size(const struct sc_shadow *s, const struct sc_transfer *t);

/* For the read callback: the next bytes of the new body, at most n. */
size_t sc_rewrite_take(struct sc_rewrite *r, char *p, size_t n);

void sc_rewrite_free(struct sc_rewrite *r);

#endif
