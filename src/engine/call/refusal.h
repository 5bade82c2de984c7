/*
 * refusal.h - what the program gets when we refuse its call: an answer in the service's stead, in
 * the words, type and status that this provider has for it.
 */
#ifndef SC_CALL_REFUSAL_H
#define SC_CALL_REFUSAL_H

#include "call/transfer.h"
#include "provider/reply.h"
#include "wire/answer.h"

/* One block of memory, hung on the transfer and freed with it. */
struct sc_own_answer {
    CURLcode code; /* CURLE_OK: the reply; else the call fails so, with `error` as its words */
    const char *error;
    bool kept;             /* it was given before, and kept */
    bool relayed;          /* it is another target's, in the program's dialect */
    struct sc_reply reply; /* its body points behind this struct */
};

/* The call is answered by us: `reply` is copied with its body, all else in it must be static. False
 * when out of memory: then the call goes on as if nothing had been said. */
bool sc_own_answer_set(struct sc_transfer *t, enum sc_class class, const struct sc_reply *reply);

/* In whose words the program is refused: those of its own dialect, whoever is asked at the time. */
enum sc_provider sc_refusal_voice(const struct sc_transfer *t);

/* The same with one that is made already, in one block. Takes it over. */
void sc_own_answer_take(struct sc_transfer *t, enum sc_class class, struct sc_own_answer *a);

/* The budget that has refused the call, NULL: none has. */
const char *sc_refusing_budget(const struct sc_transfer *t);

/* It stands in for the next attempt's wire. Takes it over. */
void sc_feigned_set(struct sc_transfer *t, struct sc_own_answer *a);

/* The shared state has refused the call. */
bool sc_refuse(struct sc_transfer *t, const struct sc_admission *a);

/* "50.00 USD a day", "50.00 USD in all". */
void sc_budget_amount(const struct sc_money_budget *b, char *buf, size_t n);

/* What a budget's label has beside its name: " task=load", or "". */
const char *sc_budget_share(const char *label);

/* The program gets the answer. Returns perform's code. */
CURLcode sc_own_answer_give(struct sc_transfer *t);

#endif
