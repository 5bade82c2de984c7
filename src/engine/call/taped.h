/* taped.h - an exchange of a cassette as an answer of ours, and what there is instead of one. */
#ifndef SC_CALL_TAPED_H
#define SC_CALL_TAPED_H

#include "call/refusal.h"
#include "cassette/tape.h"

/* In one block; NULL: no memory. pace_ppm: millionths of the recorded times. */
struct sc_own_answer *sc_taped_answer(const struct sc_transfer *t, const struct sc_tape *tape,
                                      int64_t pace_ppm);

/* The call fails, as if nobody could be reached, and `text` says why. */
struct sc_own_answer *sc_taped_miss(const char *text);

#endif
