/*
 * admit.h - what all processes know, applied to one call.
 *
 * Sits between the engine's "send" and the attempt: the shared state (limits, gate, latches,
 * breaker) may say now, later or not at all; after the attempt it learns how it went, and whether
 * the retry budget allows another.
 */
#ifndef SC_STAGE_ADMIT_H
#define SC_STAGE_ADMIT_H

#include "call/transfer.h"

void sc_admission_begin(struct sc_shadow *s, struct sc_transfer *t);

/* The engine wants to send: leaves the step as it is, turns it into a wait, or into a delivery
 * (of the failure before, or of an answer of our own: t->admission.refusal). */
void sc_admission_ask(struct sc_shadow *s, struct sc_transfer *t, int64_t now_ns,
                      struct sc_step *step);

/* The attempt's final header block is complete, and tells of the service's own limits. */
void sc_admission_told(struct sc_transfer *t);

/* An attempt has ended and the engine knows. Fills in what that changed for everybody. */
void sc_admission_settle(struct sc_shadow *s, struct sc_transfer *t, int64_t now_ns,
                         struct sc_effects *fx);

/* Says so in the log. */
void sc_admission_report(struct sc_shadow *s, struct sc_transfer *t, const struct sc_effects *fx);

/* The call that was refused gets its answer. Returns perform's code. */
CURLcode sc_admission_answer(struct sc_shadow *s, struct sc_transfer *t);

/* The call has ended, one way or another; may be called again. */
void sc_admission_end(struct sc_shadow *s, struct sc_transfer *t, bool ok);

#endif
