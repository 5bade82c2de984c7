/*
 * fit.h - requests that are too long for their model, or ask for too long an answer.
 *
 * Policy: "tokens": {"context": ..., "repair_max_tokens": ...}; docs/tokens.md says what they do.
 */
#ifndef SC_STAGE_FIT_H
#define SC_STAGE_FIT_H

#include "http/edit.h"
#include "call/transfer.h"

/* One of rewrite.c's features. */
void sc_tokens_rewrite(struct sc_shadow *s, struct sc_transfer *t, struct sc_edits *e);

/* The answer that comes in, or has come, may say which output limit would have been taken. */
static inline bool sc_tokens_may_repair(const struct sc_transfer *t)
{
    return t->rule->settings->tokens.repair_max_tokens && t->tokens.limit == 0 &&
           (t->status == 400 || t->status == 422);
}

/* Looks for it, and tells whether another attempt is to be made with that. */
bool sc_tokens_repair(struct sc_shadow *s, struct sc_transfer *t);

#endif
