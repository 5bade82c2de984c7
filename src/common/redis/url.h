/*
 * url.h - where a Redis is, as a policy writes it.
 *
 *     redis://[[user]:password@]host[:6379][/db]     host: a name, an address, [an IPv6 address]
 *     rediss://...                                   the same with TLS
 *     unix:///run/redis.sock[?db=1]                  or unix:/run/redis.sock
 *
 * User and password may have %XX in them. Pure.
 */
#ifndef SC_REDIS_URL_H
#define SC_REDIS_URL_H

#include <stdbool.h>
#include <stddef.h>

struct sc_redis_url {
    bool tls;
    char path[108]; /* of a socket in the file system; "": none */
    char host[256];
    char user[128], password[512]; /* "": none */
    int port, db;
};

/* What is said where `tls` is asked for. */
#define SC_REDIS_NO_TLS                                                                       \
    "rediss:// is not there yet: put a TLS tunnel (stunnel, a sidecar) between and name its " \
    "local end, redis://127.0.0.1:PORT"

/* NULL, or what is wrong with it (static, without a word of it). */
const char *sc_redis_url_read(const char *url, struct sc_redis_url *out);

#endif
