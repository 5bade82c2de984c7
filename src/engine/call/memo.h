/*
 * memo.h - what a handle's last managed call has looked up, for the next one like it.
 *
 * Programs mostly make the same call again on a handle. Nothing in here is needed: out of memory,
 * each call looks everything up anew. Made at the first managed call of a handle, freed with it.
 */
#ifndef SC_CALL_MEMO_H
#define SC_CALL_MEMO_H

#include "call/transfer.h"
#include "log/fixed.h"
#include "provider/tokenizer.h"

struct sc_memo {
    /* Whose model the last call asked; all down to `answered` is known of it. A longer name is
     * looked up each time. */
    const struct sc_policy *policy;
    enum sc_provider provider;
    bool weighed, priced;
    enum sc_tokenizer tokenizer;
    const struct sc_price *price;
    char model[64], answered[64];
    const struct sc_price *answered_price; /* of the model that answered */
    /* Its words of the shared state, and a hash of all that they are of. */
    uint64_t of;
    struct sc_state_words words;
    struct sc_log_fixed fixed; /* what its lines in the log have in common */
};

/* NULL: out of memory. */
struct sc_memo *sc_memo_of(struct sc_shadow *s);

/* For the model that the call asks, emptied if it was another's; NULL: out of memory. */
struct sc_memo *sc_memo_of_model(const struct sc_transfer *t);

/* The words for a call by this policy with this key, emptied if they were another's; NULL: nobody
 * keeps them. A hash of 64 bits tells keys apart: no credential is kept. */
struct sc_state_words *sc_memo_words(struct sc_shadow *s, const struct sc_policy *policy,
                                     const struct sc_scope_key *key);

#endif
