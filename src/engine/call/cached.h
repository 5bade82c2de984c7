/* cached.h - an answer that was kept, as the program gets it. */
#ifndef SC_CALL_CACHED_H
#define SC_CALL_CACHED_H

#include "call/refusal.h"
#include "core/kept.h"
#include "store/store.h"

/* In one block of memory, with `Age` and `Cache-Status`; of one that is given because the service
 * fails, the latter says that it was asked first. NULL: no memory. */
struct sc_own_answer *sc_cached_answer(const struct sc_cache_settings *set,
                                       const struct sc_kept_answer *kept, int64_t now_ms,
                                       bool on_error);

#endif
