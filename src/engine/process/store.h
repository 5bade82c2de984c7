/*
 * store.h - the stores of kept answers, as far as this process has loaded them.
 *
 * They lie in objects of their own beside the engine, which are loaded when the first answer is
 * asked for or kept: a program whose policy keeps none has nothing of it.
 */
#ifndef SC_PROCESS_STORE_H
#define SC_PROCESS_STORE_H

#include "core/kept.h"
#include "store/store.h"

/* NULL: it cannot be loaded; *why, static, says so once, NULL: it has been said. */
const struct sc_store *sc_store_load(enum sc_store_kind kind, const char **why);

/* Where a rule's answers are: its own place, else the default. False: there is none. */
bool sc_store_where(const struct sc_cache_settings *set, char *buf, size_t n);

/* The file is not there, so nothing is in it: known without the store. */
bool sc_store_is_empty(const struct sc_cache_settings *set, const char *place);

#endif
