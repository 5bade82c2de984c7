/*
 * playback.h - hands held pieces to the program's own callbacks.
 *
 * Either from inside libcurl's callback, when a commit is decided in the middle of a transfer, or
 * after the real perform has returned (a replay), when what libcurl does around a callback has to
 * be done here: SIGPIPE, pause, recursion guards, error texts.
 */
#ifndef SC_WIRE_PLAYBACK_H
#define SC_WIRE_PLAYBACK_H

#include "wire/exchange.h"

/* Hands over everything held and commits. False when the program paused or refused a piece: then
 * *verdict is what the running trampoline has to return. */
bool sc_deliver_held(struct sc_exchange *x, size_t *verdict);

/* After the real perform: hands over what is held of its result rc and returns what the program's
 * perform has to return. */
CURLcode sc_deliver_result(struct sc_exchange *x, CURLcode rc);

/* libcurl's words for a time-out of the whole call, into the program's buffer. */
void sc_playback_timed_out(const struct sc_exchange *x);

#endif
