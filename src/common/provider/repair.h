/*
 * repair.h - the output limit of a request, and what an error says it may be.
 *
 * "max_tokens is too large: 32000. This model supports at most 16384 completion tokens": whoever
 * sends the same request with 16384 gets an answer. Pure.
 */
#ifndef SC_PROVIDER_REPAIR_H
#define SC_PROVIDER_REPAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "http/edit.h"
#include "http/str.h"

/* The largest output limit that an error's message leaves for such a request, 0 if it does not say.
 * message: raw JSON text of a string, without its quotes. */
int64_t sc_repair_limit(struct sc_str message);

/* Lowers every output limit of the request that is larger. False: it has none, or one that cannot
 * be lowered alone (given twice, no number; thinking needs as much). */
bool sc_repair_edit(struct sc_str body, int64_t limit, struct sc_edits *e);

#endif
