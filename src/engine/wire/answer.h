/*
 * answer.h - a response that no server gave.
 *
 * Delivered through the program's own callbacks in libcurl's order, and answered for afterwards:
 * until the handle's next transfer, getinfo and the header API speak of this answer instead of the
 * transfer before it (view/answered.h). The base of every reply of ours: breaker open, limit,
 * budget, cache, fault.
 */
#ifndef SC_WIRE_ANSWER_H
#define SC_WIRE_ANSWER_H

#include "wire/exchange.h"
#include "wire/made.h"
#include "wire/reply.h"

/* Answers the call and returns what perform has to return. */
CURLcode sc_answer(struct sc_exchange *x, const struct sc_reply *r);

/* The same in two steps, for who judges in between: it is held as a server's that has just come,
 * and then, unless another attempt is made, handed over. The first returns what the attempt's
 * perform would have returned. */
CURLcode sc_answer_hold(struct sc_exchange *x, const struct sc_reply *r);
CURLcode sc_answer_deliver(struct sc_exchange *x);

/* The head of a stream, and what of its body there is, into the hold; the rest goes by. False: no
 * memory. */
bool sc_answer_live(struct sc_exchange *x, const struct sc_reply *head);

/* As far as it came: handed over, refused in the middle, or paused. */
void sc_answer_settle(const struct sc_exchange *x, CURLcode rc);

/* The handle goes on to something else. */
void sc_answer_forget(struct sc_shadow *s);

/* What the program knows of it by now: while it is handed over, no more than has come, as of a
 * server's. Headers; whether one of them is being shown; bytes of the body, as if downloaded, and
 * those that it took. */
size_t sc_answer_headers(const struct sc_shadow *s);
bool sc_answer_is_in_head(const struct sc_shadow *s);
int64_t sc_answer_downloaded(const struct sc_shadow *s);
int64_t sc_answer_delivered(const struct sc_shadow *s);

#endif
