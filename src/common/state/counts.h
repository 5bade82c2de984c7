/*
 * counts.h - counters that processes share, by a hash of what is counted.
 *
 * For faults on purpose (core/chaos.h): which call of a script this is, and how often a call was
 * made before. There may be any number of things to count, and few words: those that nobody asked
 * for lately make room, and begin anew should they come again. So these are for tests, not for
 * limits. Thread-safe, no lock.
 */
#ifndef SC_STATE_COUNTS_H
#define SC_STATE_COUNTS_H

#include <stdint.h>

/* How often this was said before with that key, all processes together. */
uint64_t sc_state_count(uint64_t key, int64_t now_ns);

/* The milliseconds since this was first said with that key, 0 the first time. */
int64_t sc_state_since(uint64_t key, int64_t now_ns);

#endif
