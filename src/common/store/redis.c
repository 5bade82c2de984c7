/*
 * redis.c - answers in a Redis (or Valkey), which several hosts may share.
 *
 *     {steadycurl}:answers:salt    16 random bytes, made by who keeps the first answer
 *     {steadycurl}:answer:HEX      an answer as one text (row.h); Redis drops it when it is of no
 *                                  use to anybody any more
 *
 * The connection is redis/redis.h's, with all that it promises to the program. One try, within what
 * patience the call has; a server that has failed is left alone for a while. What was used longest
 * ago goes by the server's own settings (maxmemory).
 */
#include "store/redis.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/time.h"
#include "redis/load.h"
#include "store/row.h"

/* An answer of this size comes over a network within a call's patience; a larger one may not. */
enum { ROW_MAX = 1 << 20, OFF_MS = 5000 };

struct use {
    const struct sc_store_where *where;
    const struct sc_redis_api *redis;
    int64_t deadline_ms;
    char *note;
    uint8_t salt[SC_STORE_SALT];
    char name[SC_REDIS_ANSWER_NAME];
};

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / SC_NS_PER_MS;
}

void sc_redis_answer_name(const uint8_t key[SC_STORE_KEY], char name[SC_REDIS_ANSWER_NAME])
{
    char *to = stpcpy(name, SC_REDIS_ANSWER);

    for (int i = 0; i < SC_STORE_KEY; i++)
        to += sprintf(to, "%02X", key[i]);
}

static struct sc_redis_arg text(const char *s)
{
    return (struct sc_redis_arg){s, strlen(s)};
}

static void say(struct use *u, const char *why)
{
    if (why[0])
        snprintf(u->note, SC_STORE_NOTE, "Answers cannot be kept in Redis: %.200s", why);
}

/* One command; NULL: it has failed. The first word of an error of the server's tells which it is,
 * what follows may repeat what was asked. */
static struct sc_redis_reply *ask(struct use *u, const struct sc_redis_arg *args, size_t n)
{
    int left = (int)(u->deadline_ms - now_ms());
    struct sc_redis_place place = {.url = u->where->place,
                                   .password_env = u->where->password_env,
                                   .connect_ms = left / 2,
                                   .command_ms = left / 2,
                                   .off_ms = OFF_MS};
    char why[SC_REDIS_NOTE];
    struct sc_redis_reply *r = NULL;

    if (left < 2 || u->redis->ask(&place, args, n, &r, why) != SC_REDIS_OK) {
        say(u, left < 2 ? "" : why);
        return NULL;
    }
    if (r->kind != SC_REDIS_ERROR)
        return r;
    snprintf(why, sizeof why, "it refuses: %.*s", (int)strcspn(r->text, " \r\n"), r->text);
    say(u, why);
    u->redis->forget(r);
    return NULL;
}

static bool begin(struct use *u)
{
    const char *why;

    u->note[0] = '\0';
    u->deadline_ms = now_ms() + u->where->patience_ms;
    u->redis = sc_redis_load(NULL, &why);
    if (why)
        snprintf(u->note, SC_STORE_NOTE, "%s", why);
    return u->redis != NULL;
}

/* ---- the salt -------------------------------------------------------------------------------- */

/* SC_STORE_NONE: nobody has kept anything yet. */
static enum sc_store_result read_salt(struct use *u)
{
    const struct sc_redis_arg get[] = {SC_REDIS_TEXT("GET"), text(SC_REDIS_SALT)};
    struct sc_redis_reply *r = ask(u, get, 2);
    enum sc_store_result result = SC_STORE_AWAY;

    if (r && r->kind == SC_REDIS_TEXT_REPLY && r->n == SC_STORE_SALT) {
        memcpy(u->salt, r->text, SC_STORE_SALT);
        result = SC_STORE_FOUND;
    } else if (r && r->kind == SC_REDIS_NIL) {
        result = SC_STORE_NONE;
    }
    u->redis->forget(r);
    return result;
}

/* Of two that make one the second finds the first one's. */
static bool make_salt(struct use *u)
{
    uint8_t salt[SC_STORE_SALT];
    const struct sc_redis_arg set[] = {
        SC_REDIS_TEXT("SET"), text(SC_REDIS_SALT), {salt, sizeof salt}, SC_REDIS_TEXT("NX")};
    struct sc_redis_reply *r;

    if (getrandom(salt, sizeof salt, GRND_NONBLOCK) != sizeof salt || !(r = ask(u, set, 4)))
        return false;
    u->redis->forget(r);
    return read_salt(u) == SC_STORE_FOUND;
}

/* ---- an answer ------------------------------------------------------------------------------- */

/* A copy, in memory of its own. */
static bool take(const struct use *u, const uint8_t key[SC_STORE_KEY], struct sc_str row,
                 struct sc_kept_answer *out)
{
    char *copy = malloc(row.n + 1);

    if (!copy)
        return false;
    memcpy(copy, row.p, row.n);
    if (!sc_row_read(u->salt, key, (struct sc_str){copy, row.n}, out)) {
        free(copy);
        return false;
    }
    out->memory = copy;
    return true;
}

static enum sc_store_result get(struct use *u, const uint8_t key[SC_STORE_KEY],
                                struct sc_kept_answer *out)
{
    const struct sc_redis_arg args[] = {SC_REDIS_TEXT("GET"), text(u->name)};
    struct sc_redis_reply *r = ask(u, args, 2);
    enum sc_store_result result = r ? SC_STORE_NONE : SC_STORE_AWAY;

    if (r && r->kind == SC_REDIS_TEXT_REPLY && take(u, key, (struct sc_str){r->text, r->n}, out))
        result = SC_STORE_FOUND;
    u->redis->forget(r);
    return result;
}

static enum sc_store_result fetch(const struct sc_store_where *w, sc_store_keyer *keyer, void *arg,
                                  struct sc_kept_answer *out, char note[SC_STORE_NOTE])
{
    struct use u = {.where = w, .note = note};
    uint8_t key[SC_STORE_KEY];
    enum sc_store_result result;

    if (!begin(&u))
        return SC_STORE_AWAY;
    result = read_salt(&u);
    if (result != SC_STORE_FOUND)
        return result;
    keyer(arg, u.salt, key);
    sc_redis_answer_name(key, u.name);
    return get(&u, key, out);
}

static bool put(struct use *u, const uint8_t key[SC_STORE_KEY], const struct sc_kept_answer *a)
{
    char lasts[24];
    size_t n;
    char *row = sc_row_write(u->salt, key, a, &n);
    const struct sc_redis_arg args[] = {
        SC_REDIS_TEXT("SET"),
        text(u->name),
        {row, n},
        SC_REDIS_TEXT("PX"),
        {lasts, (size_t)snprintf(lasts, sizeof lasts, "%lld",
                                 (long long)(a->until_ms - u->where->now_ms))}};
    struct sc_redis_reply *r = row && n <= ROW_MAX ? ask(u, args, 5) : NULL;

    free(row);
    u->redis->forget(r);
    return r != NULL;
}

static enum sc_store_result keep(const struct sc_store_where *w, sc_store_keyer *keyer, void *arg,
                                 const struct sc_kept_answer *a, char note[SC_STORE_NOTE])
{
    struct use u = {.where = w, .note = note};
    uint8_t key[SC_STORE_KEY];
    enum sc_store_result result;

    if (!begin(&u) || a->until_ms <= w->now_ms)
        return SC_STORE_AWAY;
    result = read_salt(&u);
    if (result == SC_STORE_AWAY || (result == SC_STORE_NONE && !make_salt(&u)))
        return SC_STORE_AWAY;
    keyer(arg, u.salt, key);
    sc_redis_answer_name(key, u.name);
    return put(&u, key, a) ? SC_STORE_FOUND : SC_STORE_AWAY;
}

const struct sc_store sc_store_redis = {.name = "redis", .fetch = fetch, .keep = keep};
