/*
 * link.h - one connection to a Redis: bytes out and a reply back, each by a deadline.
 *
 * hiredis formats and parses; what touches the descriptor is ours, since hiredis' own would wait
 * without a bound for the whole, take a low number, and raise SIGPIPE. Private to the object.
 */
#ifndef SC_REDIS_LINK_H
#define SC_REDIS_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <hiredis/hiredis.h>

#include "redis/redis.h"
#include "redis/url.h"

struct sc_redis_link {
    int fd; /* -1: closed */
    dev_t dev;
    ino_t ino; /* of the socket: whether fd is still what we have opened */
    redisReader *reader;
};

int64_t sc_redis_now_ms(void);

/* Connects and logs in. False: `note` says why, and all is closed. */
bool sc_redis_link_open(struct sc_redis_link *l, const struct sc_redis_url *u, int64_t deadline_ms,
                        char note[SC_REDIS_NOTE]);

/* Whether it can be used: still ours, open, and with nothing in it that nobody asked for. */
bool sc_redis_link_is_good(const struct sc_redis_link *l);

/* One command and its reply; NULL: `note` says why, and the link is of no use any more. */
redisReply *sc_redis_link_ask(struct sc_redis_link *l, const struct sc_redis_arg *args, size_t n,
                              int64_t deadline_ms, char note[SC_REDIS_NOTE]);

/* A descriptor that is another's by now stays open. */
void sc_redis_link_close(struct sc_redis_link *l);

/* The same for a forked child's copy: no more than close(2), which a child may call. */
void sc_redis_link_drop(struct sc_redis_link *l);

#endif
