/*
 * latch.h - quota exhausted, or a key refused: stop everybody, probe rarely. One word.
 *
 * Open (0): calls pass. Set by a quota_exhausted or auth outcome, cleared by any success. While it
 * is set one caller a minute is let through as a probe; the word itself is that permit (the next
 * probe time moves on when it is taken), so a killed prober costs a minute and nothing else.
 * Word: reason (2 bits), next probe in units of 2^16 ns. Pure.
 */
#ifndef SC_CORE_LATCH_H
#define SC_CORE_LATCH_H

#include <stdbool.h>
#include <stdint.h>

#define SC_LATCH_PROBE_NS INT64_C(60000000000)

enum sc_latch_reason { SC_LATCH_OPEN, SC_LATCH_QUOTA, SC_LATCH_AUTH };

struct sc_latch_ask {
    int64_t now_ns;
    /* Answer: */
    bool allowed;
    bool probe;
    enum sc_latch_reason reason;
    int64_t retry_after_ns; /* not allowed: until the next probe */
};

/* May a call go? `arg`: struct sc_latch_ask. */
uint64_t sc_latch_admit(uint64_t word, void *arg);

/* What sc_latch_admit would say, without taking the probe. */
void sc_latch_peek(uint64_t word, struct sc_latch_ask *a);

struct sc_latch_set {
    int64_t now_ns;
    enum sc_latch_reason reason;
    int64_t hint_ns; /* the server's own hint: no probe before, 0: none */
    bool newly;      /* answer: it was open before */
};

/* `arg`: struct sc_latch_set. To clear, store 0. */
uint64_t sc_latch_set(uint64_t word, void *arg);

/* A second word remembers when the key last worked, and whether it was refused since: a service
 * errs now and then, and one stray refusal of a key that has just worked must not stop everybody.
 * Word: refused (1 bit), last success in units of 2^16 ns (46 bits). */
#define SC_LATCH_LATELY_NS INT64_C(300000000000)

/* The key has worked. `arg`: int64_t, now. Changes nothing more than once a second. */
uint64_t sc_latch_worked(uint64_t word, void *arg);

struct sc_latch_refusal {
    int64_t now_ns;
    bool named; /* the refusal leaves no doubt */
    bool stop;  /* answer: set the latch */
};

/* It was refused. `arg`: struct sc_latch_refusal. */
uint64_t sc_latch_refused(uint64_t word, void *arg);

#endif
