/* markup.h - what comes from outside as text of HTML or XML: none of it is markup, and no byte of
 * it does anything when it is shown (log/plain.h). */
#ifndef SC_BASE_MARKUP_H
#define SC_BASE_MARKUP_H

#include <stddef.h>
#include <stdio.h>

/* Of an element or a quoted attribute; newlines stay. */
void sc_markup_text(FILE *f, const char *s, size_t n);
void sc_markup(FILE *f, const char *s);

#endif
