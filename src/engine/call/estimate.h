/*
 * estimate.h - what a request will take, before the service has said what it took.
 *
 * A body is measured once for an attempt (provider/measure.h), by the weights of its model's
 * tokenizer; what was learned of the host and model (core/tokens.h) is applied when asked. Of a
 * body that nobody can see, a form or a file, the length has to do: four bytes a token.
 */
#ifndef SC_CALL_ESTIMATE_H
#define SC_CALL_ESTIMATE_H

#include "call/transfer.h"
#include "provider/measure.h"

/* Tokens of input that will probably be counted; 0: not known. */
int64_t sc_estimate_input(struct sc_transfer *t);

/* The same and, of output, as many as the request asks for at most; 0: not known. */
void sc_estimate_tokens(struct sc_transfer *t, int64_t *input, int64_t *output);

/* What of a limit on tokens the ticket has to reserve; 0: nothing counts them. */
int64_t sc_estimate_reserve(struct sc_transfer *t, const struct sc_ticket *ticket, int64_t boot_ns);

/* What real usage may be held against: tokens without what was learned; 0 if that would teach
 * nothing, for there are images and such besides, or the text was not seen. */
int64_t sc_estimate_plain(struct sc_transfer *t);

/* Tokens of a text that was measured, for this call's model and as learned. */
int64_t sc_estimate_measured(const struct sc_transfer *t, const struct sc_measure *m);

/* The price of a model at the call's provider, and that of the call itself, by the model asked for
 * or the one that answered; NULL: not known. */
const struct sc_price *sc_price_of(const struct sc_transfer *t, const char *model);
const struct sc_price *sc_price_of_call(const struct sc_transfer *t);

#endif
