/* engine.h - the engine of this process. */
#ifndef SC_BIND_ENGINE_H
#define SC_BIND_ENGINE_H

#include "steadycurl/engine.h"

/* The engine, loaded at the first call; NULL when it is disabled or cannot be loaded. */
const struct sc_engine *sc_engine_get(void);

#endif
