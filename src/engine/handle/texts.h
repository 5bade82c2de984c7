/*
 * texts.h - libcurl's own words for a failure, in the program's error buffer.
 *
 * Where we end a transfer in libcurl's stead, the buffer says what this libcurl (its version) would
 * have written there. Nothing else in the engine spells these texts out, or takes them apart.
 */
#ifndef SC_HANDLE_TEXTS_H
#define SC_HANDLE_TEXTS_H

#include "handle/shadow.h"

/* The time is up, after ms; of < 0: nobody knows how many bytes there are. */
void sc_say_timed_out(const struct sc_shadow *s, int64_t ms, uint64_t got, int64_t of);

/* libcurl's words for such a failure of this handle's call, where it has more than the code's name;
 * its own versions and TLS libraries differ: these are of 7.88 to 8.x with OpenSSL. */
void sc_text_of_code(const struct sc_shadow *s, CURLcode code, char *buf, size_t n);
void sc_text_of_timeout(int64_t ms, char *buf, size_t n);
/* So many bytes of a body are missing, < 0: nobody knows how many. */
void sc_text_of_partial(int64_t missing, char *buf, size_t n);

/* libcurl has written that the time is up: no more than so many bytes had come by then. */
void sc_say_less_came(const struct sc_shadow *s, uint64_t got, int64_t of);

/* libcurl has written that the time is up: it counts from another start, later_ms before its own.
 * False: it has written something else. */
bool sc_say_timed_out_later(const struct sc_shadow *s, int64_t later_ms);

/* The progress callback has said to stop. */
void sc_say_aborted(const struct sc_shadow *s);

/* FAILONERROR. */
void sc_say_status(const struct sc_shadow *s, int status);

/* The callback for a header line (else the body) has returned `got` for a piece of `wanted`. */
void sc_say_refused(const struct sc_shadow *s, bool header, size_t wanted, size_t got);

/* curl_easy_perform of a handle that is in a multi. */
void sc_say_in_multi(const struct sc_shadow *s);

/* Ours: what STEADYCURL_STRICT refuses. */
void sc_say_no_policy(const struct sc_shadow *s);

#endif
