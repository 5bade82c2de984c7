/* redis.h - the store in a Redis, and what its keys are named there. */
#ifndef SC_STORE_REDIS_H
#define SC_STORE_REDIS_H

#include "store/store.h"

#define SC_REDIS_SALT "{steadycurl}:answers:salt"
#define SC_REDIS_ANSWER "{steadycurl}:answer:"

enum { SC_REDIS_ANSWER_NAME = sizeof SC_REDIS_ANSWER + 2 * SC_STORE_KEY };

extern const struct sc_store sc_store_redis;

void sc_redis_answer_name(const uint8_t key[SC_STORE_KEY], char name[SC_REDIS_ANSWER_NAME]);

#endif
