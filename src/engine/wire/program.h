/*
 * program.h - the program's own callbacks, called as libcurl calls them.
 *
 * The last stop of each piece. Nothing here holds, counts or decides.
 */
#ifndef SC_WIRE_PROGRAM_H
#define SC_WIRE_PROGRAM_H

#include "wire/exchange.h"

/* Whether it sees header lines at all: most programs do not ask for them. */
static inline bool sc_program_hears_headers(const struct sc_shadow *s)
{
    return s->o.header_fn || s->o.header_data || s->o.include_header;
}

/* One piece; returns what the program's callback returned, or n where it has none for it. */
size_t sc_program_header(const struct sc_shadow *s, char *p, size_t n);
size_t sc_program_body(const struct sc_shadow *s, char *p, size_t n);

/* Asks the program's read callback, or reads its FILE*. */
size_t sc_program_read(const struct sc_shadow *s, char *p, size_t size, size_t n);

/* Calls its progress callback with these numbers, while libcurl is not under way; true: it aborts.
 * To it several attempts are one transfer: the numbers of an upload do not fall, those of a failure
 * that is held are not told before it is handed over. */
bool sc_program_progress(struct sc_exchange *x, curl_off_t dltotal, curl_off_t dlnow);

/* libcurl's trampoline: the program's callback, or the bound that is broken (clock.h). */
int sc_on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
                   curl_off_t ulnow);

#endif
