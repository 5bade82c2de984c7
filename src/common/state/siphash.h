/* siphash.h - SipHash-2-4 (Aumasson, Bernstein 2012): a keyed 64-bit hash of some bytes. */
#ifndef SC_STATE_SIPHASH_H
#define SC_STATE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t sc_siphash(const uint64_t key[2], const void *data, size_t n);

#endif
