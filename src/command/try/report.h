/* report.h - what a program made of its faults, for people, for other programs, for CI. */
#ifndef SC_TRY_REPORT_H
#define SC_TRY_REPORT_H

#include <stdio.h>

#include "try/trial.h"

/* A fault, met twice. */
struct sc_try_row {
    const struct sc_kind *kind;
    const struct sc_trial *run[2]; /* the program alone, and with steadycurl */
    struct sc_try_verdict verdict[2];
};

struct sc_try_report {
    const struct sc_trial_plan *plan;
    const struct sc_trial *calm;
    const struct sc_try_row *rows;
    size_t n;
    uint32_t fail_on; /* which verdicts are bad */
    int64_t ms;       /* that all of it took */
};

/* Runs with a bad verdict. */
size_t sc_try_bad_runs(const struct sc_try_report *r);

void sc_try_text(FILE *f, const struct sc_try_report *r);
void sc_try_json(FILE *f, const struct sc_try_report *r);
void sc_try_junit(FILE *f, const struct sc_try_report *r);
void sc_try_html(FILE *f, const struct sc_try_report *r);

/* "bare", "steady" */
extern const char *const sc_try_way[2];

/* "0", "22", "SIGSEGV"; "-": it was ended by us. */
void sc_try_exit(const struct sc_try_seen *seen, char *buf, size_t n);
/* "same", "part", "other", "none" */
const char *sc_try_output(const struct sc_try_seen *seen);

#endif
