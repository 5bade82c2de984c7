/*
 * last.h - the answer of last resort: the reply at the end of a rule's `fallback`.
 *
 * A policy says what it says, its status and text, or its JSON; here it becomes what the program
 * would get of its own service: in its dialect, as a stream where it asked for one.
 */
#ifndef SC_CALL_LAST_H
#define SC_CALL_LAST_H

#include "call/transfer.h"

/* Whether the call, if it ends as it now stands, ends in a failure that leads on, and of which the
 * program has seen nothing. */
bool sc_last_is_due(const struct sc_transfer *t);

/* The reply that the call is to end with, when it ends as it now stands: a failure that leads on,
 * of which the program has seen nothing. NULL: none. */
const struct sc_reply_link *sc_last_due(const struct sc_transfer *t);

/* It is the call's own answer now, and the log says so. from: the target that has failed last,
 * NULL: the program's own; class: why that was left. False, and nothing has changed: it cannot be
 * said, or there is no memory. */
bool sc_last_set(struct sc_transfer *t, const struct sc_reply_link *reply, const char *from,
                 enum sc_class class);

/* The same with an answer that was kept, which it takes over. Returns the call's result. */
CURLcode sc_last_give(struct sc_transfer *t, struct sc_own_answer *kept, const char *from,
                      enum sc_class class);

/* The call is fit for none of the targets that are set for it, and its own host must not have it:
 * the reply, else a refusal as that host would say it. False: no memory. */
bool sc_last_refuse(struct sc_transfer *t);

#endif
