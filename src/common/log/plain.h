/*
 * plain.h - foreign bytes as text that may be shown.
 *
 * What comes from servers, policies, logs and command lines may hold bytes that a terminal obeys:
 * C0 and DEL, C1 (alone, or as the UTF-8 of U+0080 to U+009F), marks that turn the direction of
 * writing (a line then reads as what it is not), invisible ones that hide text, and bytes that are
 * no UTF-8. Each becomes '?'; everything else, of any script, stays. All that the commands print
 * and the lines of the log go through here.
 */
#ifndef SC_LOG_PLAIN_H
#define SC_LOG_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the character at s (n > 0): at least 1, also of what is none. *plain: it may be shown
 * as it is. */
size_t sc_plain_char(const char *s, size_t n, bool *plain);

/* Copies with every other character replaced by `instead`. NUL-terminates (size > 0), cut between
 * characters; returns the length. */
size_t sc_plain(const char *s, size_t n, char instead, char *dst, size_t size);

#endif
