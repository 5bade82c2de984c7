/*
 * text.h - raw JSON text: what must be checked before a parser sees it, and finding places in it.
 *
 * Functions without a length expect text that the parser has accepted: every construct ends.
 */
#ifndef SC_POLICY_TEXT_H
#define SC_POLICY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Looks for what no policy may hold: NUL and other control bytes, broken UTF-8, too deep nesting.
 * Returns NULL, or what is wrong and *at. */
const char *sc_text_scan(const char *text, size_t n, int depth_max, size_t *at);

/* 1-based line and column (in characters) of an offset. */
void sc_text_place(const char *text, size_t n, size_t offset, int *line, int *column);

/* Past white space; past one string, number or word. */
size_t sc_text_skip_space(const char *text, size_t at);
size_t sc_text_skip_space_to(const char *text, size_t at, size_t n);
size_t sc_text_skip_scalar(const char *text, size_t at);

/* From a string's closing quote back to its opening quote. */
size_t sc_text_string_start(const char *text, size_t closing);

/* Says in words why a text is not JSON; returns the place. at: where the parser stopped. */
size_t sc_text_explain_syntax(const char *text, size_t n, size_t at, char *why, size_t size);

/* Reads a JSON number without regard to the locale. False if the text is none. */
bool sc_number_read(const char *p, size_t n, double *value);

/* Copies, with "..." at the end if it does not fit; never cuts a character in two. */
void sc_text_cut(const char *p, size_t n, char *buf, size_t size);

#endif
