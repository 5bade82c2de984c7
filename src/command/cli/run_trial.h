/*
 * run_trial.h - a run that tries a program out: with a mock in the place of the services, and with
 * state that no other run knows of.
 */
#ifndef SC_CLI_RUN_TRIAL_H
#define SC_CLI_RUN_TRIAL_H

#include "cli/usage.h"

struct sc_script;

/* --mock: its script, NULL for good answers. False, and said, if it is wrong. */
bool sc_run_mock(const struct sc_usage *usage, const char *script);

/* The next processes' calls are tried out. `apart`: what they learn of services is forgotten with
 * the run, unless a folder of state was asked for. False, and said, if it cannot be. */
bool sc_run_trial_begin(const struct sc_usage *usage, bool apart);

#endif
