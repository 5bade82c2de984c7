/* scope.h - what a call is known by in the shared state. */
#ifndef SC_CALL_SCOPE_H
#define SC_CALL_SCOPE_H

#include "call/transfer.h"

enum { SC_SCOPE_HOST_MAX = SC_URL_HOST_MAX + 8 };

/* The key of where the attempt goes now; its texts are borrowed, the host's lies in `host`. */
void sc_scope_of(const struct sc_transfer *t, char host[SC_SCOPE_HOST_MAX],
                 struct sc_scope_key *key);

/* Begins a ticket of the call's for that key. f: all but the deadline and the priority is filled
 * in. */
void sc_scope_begin(const struct sc_transfer *t, struct sc_ticket *ticket,
                    const struct sc_scope_key *key, struct sc_call_facts *f);

/* The state counts in CLOCK_BOOTTIME, which all processes share and which runs on in sleep. */
int64_t sc_scope_time(int64_t ns);

#endif
