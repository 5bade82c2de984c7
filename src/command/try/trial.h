/*
 * trial.h - runs of a program, each by `steadycurl run` in a process group of its own, with its own
 * trace, state and output; some at a time.
 */
#ifndef SC_TRY_TRIAL_H
#define SC_TRY_TRIAL_H

#include <sys/types.h>

#include "try/seen.h"

enum { SC_TRIAL_ARGUMENTS = 24 };

/* What all of them have in common. */
struct sc_trial_plan {
    char **program;          /* its command line, NULL at the end */
    const char *self;        /* path of this command */
    const char *mock;        /* "--mock", "--mock=SCRIPT"; NULL: the real hosts */
    const char *policy;      /* NULL: as found */
    const char *folder;      /* where each has one of its own */
    const char *const *keys; /* that must not be printed */
    int64_t timeout_ms;      /* then it is ended */
    unsigned at_once;
};

/* One of them. */
struct sc_trial {
    char name[64];              /* of its folder */
    const char *script;         /* NULL: undisturbed */
    const struct sc_kind *kind; /* whose script differs by provider; NULL: undisturbed */
    bool steady;
    pid_t pid; /* 0: it does not run */
    bool started, done, stopping;
    int64_t began_ms;
    struct sc_try_seen seen;
    struct sc_try_hosts hosts;
    char *out, *err; /* what it has printed */
    size_t out_len, err_len;
};

/* Runs all; those whose script waits for long begin first if they stand first. `hosts`: whose
 * faults. `calm`: what they are compared with, NULL for itself. False with the reason in err: one
 * could not be started. */
bool sc_trials_run(const struct sc_trial_plan *plan, struct sc_trial *list, size_t n,
                   const struct sc_try_hosts *hosts, const struct sc_trial *calm, char *err,
                   size_t err_n);
void sc_trial_free(struct sc_trial *t);

/* The options with which `run` does the same: written into `out`, as a shell takes them. */
void sc_trial_command(const struct sc_trial_plan *plan, const struct sc_trial *t,
                      const struct sc_try_hosts *hosts, char *out, size_t n);

#endif
