/*
 * run_faults.h - what `steadycurl run --fault` hands to the engine: STEADYCURL_FAULTS, a line each
 * (policy/faults.h).
 */
#ifndef SC_CLI_RUN_FAULTS_H
#define SC_CLI_RUN_FAULTS_H

#include <stdbool.h>

#include "cli/usage.h"

/* One of the options --fault, --seed, --steady, --unmarked, in the order of the command line.
 * False, and said, if it is wrong. */
bool sc_run_fault(const struct sc_usage *usage, const char *spec);
bool sc_run_fault_seed(const struct sc_usage *usage, const char *seed);
void sc_run_fault_flag(const char *option);

/* --trace: what the log is to have. */
void sc_run_fault_trace(void);

/* Whether --steady was among them. */
bool sc_run_faults_steady(void);

/* A line of something else. */
void sc_run_faults_line(const char *line);

/* Known hosts are answered there. */
void sc_run_mock_port(int port);

/* All have been read: sets the variable, if there is anything to say. `policy`: the policy itself
 * asks for faults. */
bool sc_run_faults_export(const struct sc_usage *usage, bool policy);

#endif
