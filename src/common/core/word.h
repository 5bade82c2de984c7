/*
 * word.h - one 64-bit word, changed by compare-and-swap.
 *
 * Everything that processes share is such a word: a pure function says what the new value is, and
 * `sc_word_update` makes it so. A process killed at any instruction leaves the old value or the
 * new one, never half of each, and holds nothing. Worked example:
 *
 *     static uint64_t add(uint64_t old, void *arg) { return old + *(uint64_t *)arg; }
 *     sc_word_update(&word, add, &three);
 *
 * `sc_word_step` is the same in single steps of one memory access each: the interleaving tests
 * drive two or three racing "processes" through every possible order of them. The function may be
 * called several times; it must write its decision into `arg` anew each time.
 */
#ifndef SC_CORE_WORD_H
#define SC_CORE_WORD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef _Atomic uint64_t sc_word;

typedef uint64_t sc_word_fn(uint64_t old, void *arg);

/* Where an update stands between its steps. Zero to begin. */
struct sc_word_try {
    bool loaded;
    uint64_t old;
};

/* One memory access. True when the update is done (or there was nothing to change). */
static inline bool sc_word_step(sc_word *w, struct sc_word_try *t, sc_word_fn *fn, void *arg)
{
    uint64_t new;

    if (!t->loaded) {
        t->old = atomic_load_explicit(w, memory_order_acquire);
        t->loaded = true;
        return fn(t->old, arg) == t->old;
    }
    new = fn(t->old, arg);
    return atomic_compare_exchange_weak_explicit(w, &t->old, new, memory_order_acq_rel,
                                                 memory_order_acquire) ||
           fn(t->old, arg) == t->old;
}

static inline void sc_word_update(sc_word *w, sc_word_fn *fn, void *arg)
{
    uint64_t old = atomic_load_explicit(w, memory_order_acquire);

    for (;;) {
        uint64_t new = fn(old, arg);

        if (new == old || atomic_compare_exchange_weak_explicit(w, &old, new, memory_order_acq_rel,
                                                                memory_order_acquire))
            return;
    }
}

static inline uint64_t sc_word_read(const sc_word *w)
{
    /* The cast drops the qualifier only: C11 atomics have no const load in older compilers. */
    return atomic_load_explicit((sc_word *)(uintptr_t)w, memory_order_acquire);
}

/* Writes what mostly stands there already: a line of memory that all read stays shared. */
static inline void sc_word_set(sc_word *w, uint64_t value)
{
    if (sc_word_read(w) != value)
        atomic_store_explicit(w, value, memory_order_relaxed);
}

#endif
