/*
 * gate.h - a not-before time on a scope, set by a server's own hint, in two words.
 *
 * One process's 429 closes the gate for all. `until` only ever moves forward while closed. The
 * second word hands out release times, so that those who wait are let out one by one, in order of
 * arrival, `gap` apart, instead of all at once. Worked example:
 *
 *     sc_gate_close: until = 3 s, gap = 40 ms
 *     sc_gate_pass at 1 s -> start 3.00 s;  again -> 3.04 s;  at 3.05 s -> 3.08 s;  at 4 s -> now
 *
 * Word `until`: time in units of 2^16 ns (48 bits), gap in ms (16 bits). A time more than
 * SC_GATE_HORIZON_NS ahead is damage and reads as open. Pure.
 */
#ifndef SC_CORE_GATE_H
#define SC_CORE_GATE_H

#include <stdbool.h>
#include <stdint.h>

/* Longest closure, about 19.5 hours; a longer hint is cut to it. */
#define SC_GATE_HORIZON_NS (INT64_C(1) << 46)

struct sc_gate_close {
    int64_t now_ns;
    int64_t until_ns;
    int64_t moved_ns; /* answer: by how much the opening moved; 0: it was closed longer already */
};

/* Closes, or extends. `arg`: struct sc_gate_close. */
uint64_t sc_gate_close(uint64_t until, void *arg);

/* When it opens; 0: it is open. */
int64_t sc_gate_until(uint64_t until, int64_t now_ns);

struct sc_gate_pass {
    uint64_t until; /* the gate's first word */
    int64_t now_ns;
    int64_t latest_ns; /* a later release is not taken */
    bool taken;        /* answer */
    int64_t start_ns;  /* answer: the release, or now when nothing is in the way */
};

/* Takes a place in the release queue; leaves the word alone if there is none to wait in.
 * `arg`: struct sc_gate_pass. */
uint64_t sc_gate_pass(uint64_t release, void *arg);

#endif
