/* redact.h - takes what looks like a secret out of a text. */
#ifndef SC_LOG_REDACT_H
#define SC_LOG_REDACT_H

#include <stddef.h>

/* Copies src to dst with secrets replaced by "[redacted]": sk-..., Bearer ..., key=..., api keys
 * of the known providers, user:password@ in URLs. Always NUL-terminates; returns the length. */
size_t sc_redact(const char *src, size_t n, char *dst, size_t size);

/* The same for names and codes with blanks between them ("insufficient_quota FreeTier"), of which
 * those go as well that look drawn rather than written. */
size_t sc_redact_names(const char *src, char *dst, size_t size);

#endif
