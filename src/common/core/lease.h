/*
 * lease.h - a slot that its holder may lose: one word, 0 when free.
 *
 * The word names its holder (process id, and a tag of its start time so that a reused id is not
 * taken for it) and when the lease ends by itself. `home` says that the id belongs to the pid
 * namespace the state was made in: only then may others ask the kernel whether the holder lives.
 * Word: home 1, pid 22, tag 11, end 30 bits in units of 2^27 ns (134 ms). Pure.
 */
#ifndef SC_CORE_LEASE_H
#define SC_CORE_LEASE_H

#include <stdbool.h>
#include <stdint.h>

/* No lease is longer; one that ends later is damage and reads as free. */
#define SC_LEASE_MAX_NS INT64_C(7200000000000)

struct sc_lease {
    bool home;
    uint32_t pid;
    uint32_t tag;
    int64_t end_ns;
};

/* Never 0: a pid is never 0. The end is rounded up and cut to SC_LEASE_MAX_NS. */
uint64_t sc_lease_write(const struct sc_lease *l, int64_t now_ns);
struct sc_lease sc_lease_read(uint64_t word);

/* Free, expired, or damaged. */
bool sc_lease_is_free(uint64_t word, int64_t now_ns);

struct sc_lease_take {
    int64_t now_ns;
    uint64_t mine; /* the word to put there */
    uint64_t dead; /* a word whose holder is known to be dead; 0: none */
    bool taken;    /* answer */
};

/* `arg`: struct sc_lease_take. */
uint64_t sc_lease_take(uint64_t word, void *arg);

/* Frees it if it is still this one. `arg`: uint64_t, the word that was put there. */
uint64_t sc_lease_give(uint64_t word, void *arg);

#endif
