/*
 * feign.h - a fault on purpose as an answer: what a server, or libcurl, would have said.
 */
#ifndef SC_CALL_FEIGN_H
#define SC_CALL_FEIGN_H

#include "call/refusal.h"
#include "fault/outcome.h"

/* Whether the outcome needs no server: all of it is made up. Else a real answer is altered.
 * streams: the request asks for a stream; where it does not, an error in one is the answer itself.
 */
bool sc_feign_is_whole(const struct sc_outcome *o, bool streams);

/* How long it takes before anything of it comes; SC_NEVER: the program's own bounds end it. */
int64_t sc_feign_delay_ns(const struct sc_outcome *o);

/* The answer, in one block of memory; NULL: out of memory. `mark`: it says that it is a fault.
 * `key`: a hash of the request, for made-up ids. */
struct sc_own_answer *sc_feign(const struct sc_transfer *t, const struct sc_outcome *o,
                               uint64_t key, bool mark);

/* The event that a stream of this API says so with. */
void sc_feign_event(const struct sc_transfer *t, const struct sc_outcome *o, uint64_t key,
                    struct sc_buf *b);

/* How far a call has come that fails with this code, and without an answer. */
enum sc_reach sc_feign_reach(CURLcode code);

/* The same for a call whose time is up, after so long. */
struct sc_own_answer *sc_feign_timeout(const struct sc_transfer *t, int64_t after_ns);

/* What its class would be, were it a server's. */
enum sc_class sc_feign_class(struct sc_transfer *t, const struct sc_own_answer *a);

#endif
