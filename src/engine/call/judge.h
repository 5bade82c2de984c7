/*
 * judge.h - what an attempt's response is: its class, by whose doing, and whether it could be made
 * again.
 *
 * The only writer of a transfer's verdict.
 */
#ifndef SC_CALL_JUDGE_H
#define SC_CALL_JUDGE_H

#include "call/transfer.h"

/* The policy's rows for this call, in `own`; NULL if it has none. */
const struct sc_class_rows *sc_judge_rows(const struct sc_transfer *t,
                                          struct sc_class_rows own[SC_OWN_TABLES]);

/* From the bytes at hand. rc: libcurl's result. */
void sc_judge_response(struct sc_transfer *t, CURLcode rc, struct sc_verdict *out);

/* All of a JSON answer has come: the verdict, if it is one that ends the call, is taken now. */
bool sc_judge_early(struct sc_transfer *t);

/* The attempt has ended: fills in its verdict, and what the core has to know. */
void sc_judge_attempt(struct sc_transfer *t, CURLcode rc, struct sc_result *r);

/* The call is ended, or answered, by us or by the program. */
void sc_judge_own(struct sc_transfer *t, enum sc_class class);

/* Whether what has come is a good answer whose facts are all known without looking at it again. */
bool sc_judge_is_plain(const struct sc_transfer *t);

#endif
