/*
 * faults.h - the faults that a policy asks for, a line each:
 *
 *     HOST[:PORT][/PATH][@MODEL]=OUTCOME*N,OUTCOME;KEY=VALUE,...     in order, a call each
 *     HOST[:PORT][/PATH][@MODEL]:N%=OUTCOME,N%=OUTCOME,...           by chance
 *
 *     api.openai.com=503*2,429;retry-after=5,reset,ok
 *     api.anthropic.com:10%=529,5%=stall;ms=20000
 *
 * What an outcome is: fault/outcome.h. Hosts are patterns as in match.host, paths and models those
 * of match.path and match.model. The first line that is for a call and has an outcome for it
 * decides.
 */
#ifndef SC_POLICY_FAULTS_H
#define SC_POLICY_FAULTS_H

#include "cassette/asked.h"
#include "core/chaos.h"
#include "http/str.h"

struct sc_subject;

enum { SC_FAULT_SHARES_MAX = 32 };

struct sc_fault_spec {
    struct sc_str host;        /* a pattern, in lower case */
    int port;                  /* 0: any */
    struct sc_str path, model; /* patterns; n 0: all */
    struct sc_script *script;  /* in order; NULL: by chance */
    struct sc_chaos_share shares[SC_FAULT_SHARES_MAX];
    size_t n_shares;
    uint64_t id; /* of its text */
    struct sc_fault_spec *next;
    char text[]; /* as it was written, which the patterns point into a copy of */
};

struct sc_faults {
    struct sc_fault_spec *specs;
    uint64_t seed;
    uint64_t run;  /* whose calls are counted together: a run, or a version of the file */
    bool steady;   /* what we do about failures is done about these, too */
    bool unmarked; /* nothing in an answer tells that it is none */
    bool trace;    /* the log has each attempt, in JSON, at once */
    int mock_port; /* of 127.0.0.1, where known hosts are answered; 0: by themselves */
    struct sc_cassette_asked *cassette; /* NULL: none */
};

/* Reads one. NULL and *err; err->at counts from the text's start. */
struct sc_fault_spec *sc_fault_spec_read(const char *text, size_t n, struct sc_script_error *err);
void sc_fault_spec_free(struct sc_fault_spec *f);

/* Whether it is for such calls; the program is not asked. */
bool sc_fault_spec_fits(const struct sc_fault_spec *f, const struct sc_subject *t);

/* Lines of faults, and of options: "--seed 7", "--steady", "--unmarked", "--run ID",
 * "--mock PORT", "--trace"; "--cassette OPTION VALUE" (cassette/asked.h). False and *err if one is
 * wrong. This is what STEADYCURL_FAULTS holds. */
bool sc_faults_read(struct sc_faults *f, const char *lines, struct sc_script_error *err);
void sc_faults_free(struct sc_faults *f);

/* Puts one behind those that are there. */
void sc_faults_add(struct sc_faults *f, struct sc_fault_spec *spec);

#endif
