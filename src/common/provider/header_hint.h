/* header_hint.h - when to come back, by what a response's headers say in so many words. */
#ifndef SC_PROVIDER_HEADER_HINT_H
#define SC_PROVIDER_HEADER_HINT_H

#include <stddef.h>
#include <stdint.h>

#include "http/header.h"

/* In ms from now; -1: nothing is said. now_unix: seconds, for dates where the response has no Date.
 * What limits are left and when they are full again is another matter: see ratelimit.h. */
int64_t sc_header_hint(const struct sc_header *headers, size_t n, int64_t now_unix);

#endif
