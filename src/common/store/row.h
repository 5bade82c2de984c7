/*
 * row.h - an answer as it lies in a store, and how it is known to be still the one that was kept.
 *
 * A checksum under the store's salt covers the key and all that a program would see of the answer:
 * what a disk has changed, a half-done write has left or somebody has put under another key is
 * never given. A store without columns keeps an answer as one text: a head of numbers, then the
 * texts. Pure; memory is allocated.
 */
#ifndef SC_STORE_ROW_H
#define SC_STORE_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "http/str.h"
#include "store/store.h"

uint64_t sc_row_sum(const uint8_t salt[SC_STORE_SALT], const uint8_t key[SC_STORE_KEY],
                    const struct sc_kept_answer *a);

/* As one text, which the caller frees. NULL: no memory. */
char *sc_row_write(const uint8_t salt[SC_STORE_SALT], const uint8_t key[SC_STORE_KEY],
                   const struct sc_kept_answer *a, size_t *n);

/* The answer that `row` is; its texts lie in `row`. False: it is none, or not as it was. */
bool sc_row_read(const uint8_t salt[SC_STORE_SALT], const uint8_t key[SC_STORE_KEY],
                 struct sc_str row, struct sc_kept_answer *a);

#endif
