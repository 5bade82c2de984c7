/*
 * aimd.h - the rate to keep where a provider refuses and does not say how much it allows: additive
 * increase, multiplicative decrease, in one word; a second one measures what goes through.
 *
 * A lone refusal changes nothing: a hint, if there is one, closes the gate. One more within a
 * minute cuts the rate to 85 % of what lately went through, and so does each that follows; in
 * between the rate grows evenly, by a fiftieth a second. The first cut is a guess: what went
 * through in a burst says little, so from there the rate doubles every 4 s until the next refusal.
 * After 50 s without one it doubles every 10 s, and in the end is forgotten. Growing takes no
 * writing: the word says when the last cut was and to what, the rest is the clock's. Worked
 * example:
 *
 *     600 a minute go well, then 429, not the first: 510 a minute; a second later 520, after 9 s
 *     602, after 50 s 1020, a minute later 65,000, then no limit
 *
 * Refusals within a second of a cut are of the same overload and cut no further. It never comes to
 * less than one a second: slower than that is for hints to say.
 *
 * Word `rate`: first cut (1 bit), requests an hour right after the cut (31; 0: a lone refusal),
 * time of it in units of 2^27 ns (32). Word `meter`: number of the span of 2^33 ns, about 9 s (20
 * bits), answers in the span before (22) and in this one (22). A time that cannot be reads as "no
 * limit", or "nothing". Pure.
 */
#ifndef SC_CORE_AIMD_H
#define SC_CORE_AIMD_H

#include <stdint.h>

/* Requests an hour allowed now; 0: no limit is known. */
int64_t sc_aimd_rate(uint64_t rate, int64_t now_ns);

struct sc_aimd_refused {
    int64_t now_ns;
    int64_t measured; /* an hour, as sc_aimd_measured says */
};

/* A refusal. `arg`: struct sc_aimd_refused. */
uint64_t sc_aimd_cut(uint64_t rate, void *arg);

/* Counts an answer. `arg`: the time, int64_t. */
uint64_t sc_aimd_count(uint64_t meter, void *arg);

/* Answers an hour, from the last 9 s. */
int64_t sc_aimd_measured(uint64_t meter, int64_t now_ns);

#endif
