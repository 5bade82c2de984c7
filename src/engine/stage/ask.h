/*
 * ask.h - asks streams for the usage that the program does not ask for (policy: usage.include).
 *
 * What the server says because of it is taken out again (show.h). A server that does not know the
 * member is asked once more without, and not again by this process; neither is one that need not be
 * asked.
 */
#ifndef SC_STAGE_ASK_H
#define SC_STAGE_ASK_H

#include "http/edit.h"
#include "call/transfer.h"

/* A feature of rewrite.h. */
void sc_ask_rewrite(struct sc_shadow *s, struct sc_transfer *t, struct sc_edits *e);

/* A status that may mean that the server does not know what we added: its body has to be seen. */
static inline bool sc_ask_may_be_refused(const struct sc_transfer *t)
{
    return t->usage_asked && (t->status == 400 || t->status == 422);
}

/* Whoever asks for compressed answers by hand gets them as they are: nothing in them can be
 * changed. */
bool sc_ask_reads_compressed(const struct sc_shadow *s);

/* After an attempt that asked: whether to ask that server again. */
void sc_ask_answered(const struct sc_shadow *s, const struct sc_transfer *t);

/* After an attempt: it failed for our sake. This is remembered. */
bool sc_ask_was_refused(struct sc_shadow *s, struct sc_transfer *t);

#endif
