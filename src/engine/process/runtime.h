/*
 * runtime.h - what the engine has once per process: clock, random numbers, policy, log.
 *
 * Everything here is lazy, lock-free and survives fork. Policies that a changed file has replaced
 * stay in memory: calls on other threads may still use them, and an edit of the policy is rare.
 */
#ifndef SC_PROCESS_RUNTIME_H
#define SC_PROCESS_RUNTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/time.h"
#include "log/log.h"
#include "policy/policy.h"

/* CLOCK_MONOTONIC; the deadline of a program counts as libcurl counts it. */
int64_t sc_now_ns(void);

/* 64 random bits; differs between processes and after a fork. Leaves the program's own random
 * state alone. */
uint64_t sc_random64(void);

/* The next number of a sequence that began with one of them: without a look at the clock. */
uint64_t sc_random_next(uint64_t *sequence);

/* The policy in force: looks at most every 20 ms whether its file has changed. NULL: the file is
 * bad and there was no good one before; then `strict` says whether calls have to fail. */
const struct sc_policy *sc_runtime_policy(bool *strict);

/* The log of a policy (NULL: of no policy), with STEADYCURL_LOG applied. */
struct sc_log sc_runtime_log(const struct sc_policy *p);

/* Writes out what this process has put aside for the log in force. for_good: nothing will be put
 * aside any more. */
void sc_runtime_flush_log(bool for_good);

#endif
