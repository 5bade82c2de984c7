/*
 * usage_own.h - how llama.cpp's own server tells what an answer took.
 *
 * Its answers have `timings`, and of several prompts or choices each tells of itself: in a list, or
 * in events that name it. Timings may come with each event; the last ones hold.
 */
#ifndef SC_PROVIDER_USAGE_OWN_H
#define SC_PROVIDER_USAGE_OWN_H

#include "provider/usage_reader.h"

/* Where in this_answer a field is kept, from 1; 0: nowhere. */
extern const uint8_t sc_usage_own[SC_USAGE_FIELDS];

/* An answer ends: what it said is that of its choice. */
void sc_usage_own_end(struct sc_usage_reader *r);

#endif
