/*
 * ring.h - texts that several processes put into one piece of memory, and one takes out in order.
 *
 * A slot holds one text and begins with one word, of which a compare-and-swap alone decides:
 *
 *     FREE(turn) --claim--> CLAIMED(turn, when) --ready--> FULL(turn, length) --free-->
 * FREE(turn+1)
 *
 * A text's place is its number: slot `number % SLOTS` in turn `number / SLOTS`. `head` is the
 * number of the next text, `tail` that of the next to be taken out; both may lag behind (who was to
 * move them was killed), and whoever finds that moves them on. So a process killed at any
 * instruction loses the text that it was writing, if it was, and nobody else's.
 *
 * A claim that is not made good within SC_RING_STALE_MS is passed over. Who comes back from such a
 * pause (SIGSTOP, a suspend) is told that its text did not get in; what it still wrote into a slot
 * that had become another's shows in that text's checksum, and then that one is passed over.
 *
 * The ring's memory is zero to begin with. Any bit pattern of it is safe to work on: a ring that
 * makes no sense is one that is full, and then texts go elsewhere. Pure; times are milliseconds of
 * one clock.
 */
#ifndef SC_CORE_RING_H
#define SC_CORE_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/word.h"

enum {
    SC_RING_SLOTS = 128,
    SC_RING_TEXT = 1008, /* bytes of the longest text */
    SC_RING_STALE_MS = 2000
};

struct sc_ring_slot {
    sc_word word;   /* turn 32 | state 2 | value 30 */
    uint64_t check; /* of the text */
    char text[SC_RING_TEXT];
};

struct sc_ring {
    sc_word head;
    char apart[56]; /* who puts and who takes do not share a cache line */
    sc_word tail;
    char apart_too[56];
    struct sc_ring_slot slots[SC_RING_SLOTS];
};

/* Puts a text in. How many are in it now (at least 1); 0: it did not get in (no room, too long, or
 * this process slept too long in the middle). */
unsigned sc_ring_put(struct sc_ring *r, const char *text, size_t n, int64_t now_ms);

/* The two halves of it, for those who want to be killed in between. The claim is `word`. */
struct sc_ring_claim {
    struct sc_ring_slot *slot;
    uint64_t word, number;
};
bool sc_ring_claim(struct sc_ring *r, int64_t now_ms, struct sc_ring_claim *c);
bool sc_ring_ready(const struct sc_ring_claim *c, const char *text, size_t n);

/* About how many texts wait. */
unsigned sc_ring_waiting(const struct sc_ring *r);

/* One that is taken out. The text is the ring's memory until it is freed. */
struct sc_ring_text {
    uint64_t number;
    const char *p;
    size_t n;
};

/* The texts that wait, oldest first, at most `max`; passes over what will not come any more. For
 * one process at a time. They stay until they are freed: whoever is killed before has taken none.
 */
size_t sc_ring_look(struct sc_ring *r, int64_t now_ms, struct sc_ring_text *texts, size_t max);

/* Frees the first n of them. */
void sc_ring_free(struct sc_ring *r, const struct sc_ring_text *texts, size_t n);

#endif
