/* print.h - what comes from outside, printed: no byte of it does anything to a terminal or breaks
 * the format (log/plain.h). */
#ifndef SC_BASE_PRINT_H
#define SC_BASE_PRINT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

/* Text; newlines and tabs stay where `lines` says so (a log's own), else they are '?', too. */
void sc_print_text(FILE *f, const char *s, size_t n, int lines);

/* As printf, of one line, all of it plain: what is printed may have come from anywhere. Only a
 * newline at the end stays one. */
void sc_print_v(FILE *f, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
void sc_print(FILE *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A JSON string with its quotes; valid whatever s holds, and as harmless when shown. */
void sc_print_json(FILE *f, const char *s);

#endif
