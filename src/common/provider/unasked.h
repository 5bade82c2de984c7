/*
 * unasked.h - takes out of a stream what is in it only because we asked for usage.
 *
 * A streaming chat completion tells its usage when the request says so, and if the program did not
 * say it, the engine may (policy: usage.include). Servers then send a chunk more, with usage and
 * without choices, and some put `"usage":null` into all the others. Both are taken out here, to
 * the byte: what is left is the stream that the program asked for. Anything else passes as it is.
 *
 *     sc_unasked_init(&u, has_content_length);
 *     n = sc_unasked_feed(&u, p, n, out);        chunks may end anywhere
 *     n = sc_unasked_end(&u, out);               what an unfinished last event left
 *
 * Bytes are kept back only while nobody can tell: an event up to its `choices`, a member up to its
 * value. What would need more room than SC_UNASKED_KEEP passes. Pure; no allocation.
 */
#ifndef SC_PROVIDER_UNASKED_H
#define SC_PROVIDER_UNASKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/str.h"
#include "provider/provider.h"
#include "provider/unasked_state.h"

/* Whether the streams of an API tell their usage only to those who ask for it. path: of the URL,
 * without query. */
bool sc_unasked_is_needed(enum sc_provider p, struct sc_str path);

/* keep_length: the program has been told how long the stream is. */
void sc_unasked_init(struct sc_unasked *u, bool keep_length);

/* Writes what may be shown, at most n + SC_UNASKED_KEEP bytes; returns how many. */
size_t sc_unasked_feed(struct sc_unasked *u, const char *p, size_t n, char *out);

/* The stream has ended: writes at most SC_UNASKED_KEEP bytes. */
size_t sc_unasked_end(struct sc_unasked *u, char *out);

#endif
