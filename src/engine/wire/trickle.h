/*
 * trickle.h - how much a stream has brought lately: characters over a sliding span of time.
 *
 * Comments and pings, which servers send to keep a connection alive, are nothing. The span lies in
 * sixteen slots, so an answer is late by a sixteenth of it at most. Pure: the time is passed in.
 */
#ifndef SC_WIRE_TRICKLE_H
#define SC_WIRE_TRICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SC_TRICKLE_SLOTS = 16, SC_TRICKLE_LINE = 40 };

struct sc_trickle {
    int64_t since_ns, slot_ns; /* the first piece came; the current slot began. 0: not yet */
    uint32_t chars[SC_TRICKLE_SLOTS];
    unsigned slot;
    uint32_t line_len;          /* of the line under way */
    char line[SC_TRICKLE_LINE]; /* its first bytes, which tell a comment or a ping */
};

/* A piece has come. */
void sc_trickle_fed(struct sc_trickle *t, int64_t now_ns, int64_t span_ns, const char *p, size_t n);

/* The time was not the server's. */
void sc_trickle_back(struct sc_trickle *t, int64_t ns);

/* Whether it has brought less than so much a second over all of the last span. */
bool sc_trickle_is_slow(struct sc_trickle *t, int64_t now_ns, int64_t span_ns, int64_t chars_s);

#endif
