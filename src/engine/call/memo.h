/*
 * memo.h - what a handle's last managed call has looked up, for the next one like it.
 *
 * Programs mostly make the same call again on a handle. Nothing in here is needed: out of memory,
 * each call looks everything up anew. Made at the first managed call of a handle, freed with it.
 */
#ifndef SC_CALL_MEMO_H
#define SC_CALL_MEMO_H

#include "call/transfer.h"

struct sc_memo {
    /* The price that the last call was counted at; a longer model name is looked up each time. */
    const struct sc_policy *policy;
    const struct sc_price *price;
    enum sc_provider provider;
    char model[64], answered[64];
    /* Its words of the shared state, and a hash of all that they are of. */
    uint64_t of;
    struct sc_state_words words;
};

/* NULL: out of memory. */
struct sc_memo *sc_memo_of(struct sc_shadow *s);

/* The words for a call by this policy with this key, emptied if they were another's; NULL: nobody
 * keeps them. A hash of 64 bits tells keys apart: no credential is kept. */
struct sc_state_words *sc_memo_words(struct sc_shadow *s, const struct sc_policy *policy,
                                     const struct sc_scope_key *key);

#endif
