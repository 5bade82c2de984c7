/*
 * alerts.h - a command for each alert of a budget: run here, never inside a program.
 */
#ifndef SC_CLI_ALERTS_H
#define SC_CLI_ALERTS_H

#include "ledger/state_view.h"
#include "policy/policy.h"

/* Runs a command of the shell for each alert that none was run for yet, by whomever; it is told by
 * the environment which. Returns how many could not be run or failed. */
int sc_alerts_run(struct sc_state_view *v, const struct sc_policy *p, const char *command);

#endif
