/*
 * affinity.h - which conversation a request belongs to, as far as its provider's prompt cache is
 * concerned.
 *
 * Providers keep the beginning of a prompt for a while, per account; a conversation that stays with
 * one key, or one target, is cheaper and faster. Requests of one conversation have the same hash:
 * that of what the program says it by (`prompt_cache_key`, `metadata.user_id`), else that of the
 * system text and the first message, which all its turns begin with. Pure.
 */
#ifndef SC_PROVIDER_AFFINITY_H
#define SC_PROVIDER_AFFINITY_H

#include <stdint.h>

#include "http/str.h"

/* 0: the request says nothing of the kind. */
uint64_t sc_request_affinity(struct sc_str body);

/* Of any text: of a key's name, a route's target. */
uint64_t sc_affinity_hash(struct sc_str text);

#endif
