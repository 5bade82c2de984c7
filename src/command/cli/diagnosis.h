/*
 * diagnosis.h - what `doctor` finds, for people or as JSON.
 *
 * Facts are printed as they are found, one line each ("log       /var/log/calls.log"); what keeps
 * calls from being covered goes into a diagnosis, which keeps the worst.
 */
#ifndef SC_CLI_DIAGNOSIS_H
#define SC_CLI_DIAGNOSIS_H

#include <stdbool.h>

enum sc_answer { SC_COVERED, SC_DEPENDS, SC_NOT_COVERED };

struct sc_diagnosis {
    enum sc_answer answer;
    char why[1024]; /* of the first that was as bad; "" as long as nothing was said */
};

void sc_diagnose(struct sc_diagnosis *d, enum sc_answer answer, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Exit statuses of `steadycurl doctor`. In steadycurl(1). */
int sc_answer_status(enum sc_answer answer);

void sc_facts_begin(bool json);
void sc_fact(const char *what, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A program begins; its facts follow, then its answer. */
void sc_facts_program(const char *name);
void sc_facts_answer(const struct sc_diagnosis *d, const char *name);
void sc_facts_end(enum sc_answer worst);

#endif
