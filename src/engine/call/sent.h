/*
 * sent.h - what a target of another host is sent, and what becomes of its answer.
 *
 * The request is said anew in the target's dialect, with the target's own credentials; of the
 * program's headers only those few go that say which form of the dialect it means (sent.c). What
 * comes back is said in the program's dialect. One block of memory a target, the call's; the key in
 * it is wiped when it goes.
 */
#ifndef SC_CALL_SENT_H
#define SC_CALL_SENT_H

#include "call/transfer.h"
#include "dialect/dialect.h"
#include "handle/standin.h"

struct sc_sent;

/* The request of the call for this target, with its key of that number (-1: it needs none). NULL:
 * it is not fit for it, and `why` says so, in words that hold nothing of the request. */
struct sc_sent *sc_sent_new(const struct sc_transfer *t, const struct sc_target *target, int key,
                            char *why, size_t size);
void sc_sent_free(struct sc_sent *s);

/* The program's own path with its query, in which Gemini says part of the request; n 0: longer than
 * the buffer. */
struct sc_str sc_sent_path(const struct sc_shadow *s, char *buf, size_t size);

/* What a handle has to send for it. */
void sc_sent_request(const struct sc_sent *s, struct sc_standin *out);

/* The credential, to tell keys apart. */
struct sc_str sc_sent_key(const struct sc_sent *s);

/* The answer is to be a stream: what becomes of it, with this x-steadycurl. NULL: it is a whole
 * one, or there is no memory. Anew for each attempt. */
const struct sc_translation *sc_sent_stream(struct sc_sent *s, uint64_t seed, const char *reason);
bool sc_sent_is_stream(const struct sc_sent *s);

/* All of a good answer, or of a stream that has ended, in the program's dialect; `out` has to have
 * its limit. False: it is none. */
bool sc_sent_answer(struct sc_sent *s, struct sc_str answer, uint64_t seed, struct sc_buf *out);

/* A failure's body likewise. Returns the status to go with it. */
int sc_sent_error(const struct sc_sent *s, int status, struct sc_str body, struct sc_buf *out);

/* The type that the program's dialect has for it. */
const char *sc_sent_type(const struct sc_sent *s);

#endif
