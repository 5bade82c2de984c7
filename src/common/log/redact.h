/* redact.h - takes what looks like a secret out of a text. */
#ifndef SC_LOG_REDACT_H
#define SC_LOG_REDACT_H

#include <stdbool.h>
#include <stddef.h>

/* Copies src to dst with secrets replaced by "[redacted]": sk-..., Bearer ..., key=..., api keys
 * of the known providers, user:password@ in URLs. Always NUL-terminates; returns the length. */
size_t sc_redact(const char *src, size_t n, char *dst, size_t size);

/* The same in place, `with` (an asterisk) for each byte of a secret, so that nothing moves: for
 * what is to be given again in the same pieces. drawn_only: of a text that a model may have
 * written, in which names like "token" mean other things as well; only what is long, of letters and
 * digits, goes. */
void sc_redact_mask(char *p, size_t n, bool drawn_only, char with);

/* The same for names and codes with blanks between them ("insufficient_quota FreeTier"), of which
 * those go as well that look drawn rather than written. */
size_t sc_redact_names(const char *src, char *dst, size_t size);

#endif
