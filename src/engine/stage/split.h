/*
 * split.h - an embedding request with too many inputs, sent in parts (policy: embeddings.split).
 *
 * Each part is an attempt, or several, of the same call: with its own place in limits and breaker,
 * its own retries and cost. Nothing is shown until all have been answered; then the program gets
 * the last one's status and headers, and a body made of all (provider/batch.h). A part that fails
 * for good is the call's failure. If an answer cannot be merged, the program's own request is sent
 * as it is.
 */
#ifndef SC_STAGE_SPLIT_H
#define SC_STAGE_SPLIT_H

#include "http/edit.h"
#include "call/transfer.h"

struct sc_batch {
    size_t n, max;          /* inputs of the request, and of a part at most */
    size_t from, count;     /* the part that is sent now */
    struct sc_str *answers; /* of the parts before it; copies */
    size_t n_answers, room;
    bool whole; /* the answer to all of them is in the hold */
};

/* A feature of rewrite.h. */
void sc_batch_rewrite(struct sc_shadow *s, struct sc_transfer *t, struct sc_edits *e);

/* The answer is one of several: none of it may be shown. */
static inline bool sc_batch_holds(const struct sc_transfer *t)
{
    return t->batch != NULL;
}

/* Bytes that its body may have beyond what is held of any: several times what the longest
 * embeddings take as text. A longer one is no such answer, and would only fill the memory. */
static inline size_t sc_batch_room(const struct sc_transfer *t)
{
    return t->batch->count * ((size_t)1 << 20);
}

/* The last part was answered, and the next has not been sent: there is nothing to show. */
static inline bool sc_batch_is_between(const struct sc_transfer *t)
{
    return t->batch && !t->batch->whole && t->batch->from > 0 && t->verdict.class == SC_CLASS_OK;
}

/* After an attempt: goes on with the next part, or makes one answer of all. */
void sc_batch_answered(struct sc_shadow *s, struct sc_transfer *t, int64_t now_ns);

/* No time is left for the next part. Returns perform's code. */
CURLcode sc_batch_timed_out(struct sc_shadow *s, struct sc_transfer *t);

void sc_batch_free(struct sc_transfer *t);

#endif
