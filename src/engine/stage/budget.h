/*
 * budget.h - the budgets that a call must fit into.
 *
 * Nothing here is reached by a call whose rule has no budget: its transfer's `money` is NULL.
 */
#ifndef SC_STAGE_BUDGET_H
#define SC_STAGE_BUDGET_H

#include "call/transfer.h"

/* A ticket for the rule's budgets, hung on the transfer and freed with it. NULL: out of memory. */
struct sc_money_ticket *sc_purse_open(struct sc_transfer *t);

/* Before an attempt: what it may cost at most. */
void sc_purse_quote(struct sc_shadow *s, struct sc_transfer *t);

/* Logs the alerts that have become due. */
void sc_purse_report(struct sc_shadow *s, struct sc_transfer *t);

/* Whether the budget that refused the call is too small for it even when nothing is spent. */
bool sc_purse_never_fits(const struct sc_transfer *t);

/* Which budget refused the call, and how it stands. */
void sc_purse_refusal(const struct sc_transfer *t, char *buf, size_t n);

#endif
