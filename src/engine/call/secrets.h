/*
 * secrets.h - what a call proves itself with, taken out of what is written down of it.
 *
 * What looks like a secret anywhere is log/redact.h's. Here are those that the call itself has:
 * values of its headers, passwords, cookies, keys of its URL. A server that says one of them again,
 * in whatever dress it looks like nothing, is not to put it into a file.
 */
#ifndef SC_CALL_SECRETS_H
#define SC_CALL_SECRETS_H

#include "call/transfer.h"

/* One a line. Short ones are left out, which would stand anywhere. `out` has to have its limit. */
void sc_secrets_of(const struct sc_transfer *t, struct sc_buf *out);

/* `with` (an asterisk) for each of their bytes. */
void sc_secrets_mask(const struct sc_buf *secrets, char *p, size_t n, char with);

#endif
