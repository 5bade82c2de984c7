/* load.h - steadycurl-redis.so, loaded when somebody first asks for it. */
#ifndef SC_REDIS_LOAD_H
#define SC_REDIS_LOAD_H

#include "redis/redis.h"

/* path: where it is, NULL: beside the object that this is in. NULL: it cannot be loaded; *why,
 * static, says so once, NULL: it has been said. It stays loaded. Thread-safe. */
const struct sc_redis_api *sc_redis_load(const char *path, const char **why);

#endif
