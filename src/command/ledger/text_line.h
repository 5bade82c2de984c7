/*
 * text_line.h - a line of a text log, as the JSON line of the same event.
 *
 *     [2025-08-08 09:32:07] Success: HTTP 200 (model=gpt-4o attempts=1 pid=7 call=62db9f74c1b10e5c)
 *     {"time":"2025-08-08T07:32:07.000Z","event":"call","outcome":"ok","status":200,
 *      "model":"gpt-4o","attempts":1,"pid":7,"call":"62db9f74c1b10e5c"}
 *
 * A text line says less (no milliseconds, no cached tokens), and its time is local: it is taken for
 * the zone of whoever reads it.
 */
#ifndef SC_LEDGER_TEXT_LINE_H
#define SC_LEDGER_TEXT_LINE_H

#include <stddef.h>
#include <stdint.h>

enum { SC_TEXT_LINE_JSON = 16384 }; /* enough for what a line of the log can hold */

/* NUL-terminated, without newline. Returns its length, 0 if the line is none of a text log. */
size_t sc_text_line_json(const char *line, size_t n, char *out, size_t size);

/* Its time in milliseconds since 1970; -1: it is none of a text log. */
int64_t sc_text_line_time(const char *line, size_t n);

#endif
