/*
 * credentials.h - what a call proved itself with that none of its options says.
 *
 * libcurl has cookies in its jar, reads user names and passwords out of a netrc file, proxies with
 * theirs out of the environment, and is redirected to URLs that hold some. A server may say them in
 * an error, and the log must not.
 */
#ifndef SC_CALL_CREDENTIALS_H
#define SC_CALL_CREDENTIALS_H

#include "handle/shadow.h"
#include "http/buf.h"

/* Appends them, one a line, each as it was sent or more than it. False: they cannot all be known.
 */
bool sc_credentials_elsewhere(const struct sc_shadow *s, struct sc_buf *out);

#endif
