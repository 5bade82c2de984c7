/*
 * answered.h - an answer of ours (wire/answer.h), asked about.
 *
 * Until the handle's next transfer, getinfo and the header API speak of it, as they would had a
 * server given it.
 */
#ifndef SC_VIEW_ANSWERED_H
#define SC_VIEW_ANSWERED_H

#include "handle/shadow.h"
#include "view/infos.h"

/* libcurl sets a reserved bit in `origin` so that programs do not compare it for equality. */
#define SC_ORIGIN_BIT (1u << 27)

/* False: it has nothing to say to this, what libcurl says stands. */
bool sc_answered_info(const struct sc_shadow *s, const struct sc_info *q);

/* The scheme of the program's URL, as this libcurl writes it. */
const char *sc_answered_scheme(const struct sc_shadow *s);

CURLHcode sc_answered_header(struct sc_shadow *s, const char *name, size_t index, unsigned origin,
                             int request, struct curl_header **out);
struct curl_header *sc_answered_nextheader(struct sc_shadow *s, unsigned origin, int request,
                                           struct curl_header *previous);

#endif
