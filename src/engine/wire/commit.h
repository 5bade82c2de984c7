/*
 * commit.h - pieces that are not held any more, from inside libcurl's callbacks.
 *
 * Each returns what the trampoline has to.
 */
#ifndef SC_WIRE_COMMIT_H
#define SC_WIRE_COMMIT_H

#include "wire/exchange.h"

/* Hands over all that is held (or what is left of it after a pause), and then this piece. */
size_t sc_commit_header(struct sc_exchange *x, char *p, size_t n);
size_t sc_commit_body(struct sc_exchange *x, char *p, size_t n);

/* All of it has been. */
size_t sc_pass_header(struct sc_exchange *x, char *p, size_t n);
size_t sc_pass_body(struct sc_exchange *x, char *p, size_t n);

/* Of a failure that the program gets at once: what it says of the key, or the account, counts. */
void sc_tee(struct sc_exchange *x, const char *p, size_t n);

#endif
