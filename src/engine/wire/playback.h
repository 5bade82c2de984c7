/*
 * playback.h - hands pieces to the program's own callbacks.
 *
 * Either from inside libcurl's callback, when a commit is decided in the middle of a transfer, or
 * after the real perform has returned (a replay), when what libcurl does around a callback has to
 * be done here: SIGPIPE, pause, recursion guards, error texts.
 */
#ifndef SC_WIRE_PLAYBACK_H
#define SC_WIRE_PLAYBACK_H

#include "call/transfer.h"

/* One piece, as libcurl would: returns what the program's callback returned, or n where the
 * program has no callback for it. */
size_t sc_deliver_header(struct sc_shadow *s, char *p, size_t n);
size_t sc_deliver_body(struct sc_shadow *s, char *p, size_t n);

/* Hands over everything held and commits. False when the program paused or refused a piece: then
 * *verdict is what the running trampoline has to return. */
bool sc_deliver_held(struct sc_shadow *s, struct sc_transfer *t, size_t *verdict);

/* After the real perform: hands over what is held of its result rc and returns what the program's
 * perform has to return. */
CURLcode sc_deliver_result(struct sc_shadow *s, struct sc_transfer *t, CURLcode rc);

/* Calls the program's progress callback with these numbers, if it wants any; true: it aborts. */
bool sc_progress(struct sc_shadow *s, struct sc_transfer *t, curl_off_t dltotal, curl_off_t dlnow);

#endif
