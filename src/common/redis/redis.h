/*
 * redis.h - one command to a Redis (or Valkey), within a bound, from inside of somebody's program.
 *
 * What does it is an object of its own, steadycurl-redis.so, with hiredis linked in and its names
 * hidden; it is loaded when a policy first asks for it (load.h). Example:
 *
 *     const struct sc_redis_api *redis = sc_redis_load(NULL, &why);
 *     struct sc_redis_arg get[] = {SC_REDIS_TEXT("GET"), {key, key_len}};
 *     struct sc_redis_reply *r;
 *     if (redis && redis->ask(&place, get, 2, &r, note) == SC_REDIS_OK) { ...; redis->forget(r); }
 *
 * Each ask takes connect_ms and command_ms at most (a name that must be looked up first is the
 * resolver's affair). A connection is kept for the next one: above descriptor 200, closed on exec,
 * never used in a forked child, looked at before each use (a program may have closed or replaced
 * it), and closed at the first chance after SC_REDIS_IDLE_MS. No signal, no errno, no cancellation
 * reaches the program. After a failure the place is off for `off_ms` and each ask says so at once.
 * Thread-safe.
 */
#ifndef SC_REDIS_REDIS_H
#define SC_REDIS_REDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SC_REDIS_NOTE = 256, SC_REDIS_IDLE_MS = 10000, SC_REDIS_ABOVE = 200 };

/* Borrowed. Two with the same url and password_env share connections. */
struct sc_redis_place {
    const char *url;          /* see url.h */
    const char *password_env; /* the variable that has the password; NULL: the URL's, if any */
    int connect_ms, command_ms, off_ms;
};

struct sc_redis_arg {
    const void *p;
    size_t n;
};
#define SC_REDIS_TEXT(s)   \
    {                      \
        (s), sizeof(s) - 1 \
    }

enum sc_redis_kind {
    SC_REDIS_NIL,
    SC_REDIS_TEXT_REPLY, /* text, n bytes, and a NUL behind them */
    SC_REDIS_INTEGER,
    SC_REDIS_LIST, /* n items */
    SC_REDIS_ERROR /* text: what the server says */
};

struct sc_redis_reply {
    enum sc_redis_kind kind;
    int64_t integer;
    const char *text;
    size_t n;
    struct sc_redis_reply *items;
    void *memory; /* of the first one */
};

enum sc_redis_result {
    SC_REDIS_OK,   /* there is a reply, maybe an error of the command's own */
    SC_REDIS_AWAY, /* not now; `note` says why, "" while it is off */
    SC_REDIS_BUSY  /* it may be well: so many of this process ask at once */
};

struct sc_redis_api {
    enum sc_redis_result (*ask)(const struct sc_redis_place *p, const struct sc_redis_arg *args,
                                size_t n, struct sc_redis_reply **out, char note[SC_REDIS_NOTE]);
    void (*forget)(struct sc_redis_reply *r);
    /* Closes what nobody has used for SC_REDIS_IDLE_MS; all: whatever is open. */
    void (*tidy)(bool all);
};

#define SC_REDIS_OBJECT "steadycurl-redis.so"
#define SC_REDIS_ENTRY "sc_redis_entry"
typedef const struct sc_redis_api *sc_redis_entry_fn(void);

#endif
