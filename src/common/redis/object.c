/*
 * object.c - what steadycurl-redis.so exports: asks, over connections that are kept for the next.
 *
 * A few places for connections, each held by one thread at a time: who finds none free opens none,
 * but says that Redis is busy. A holder is a process id, so that a child forked in the middle does
 * not find its parent's places taken for ever.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "redis/link.h"

enum { PLACES = 8 };

struct kept {
    _Atomic pid_t holder; /* the process whose thread uses it; 0: free */
    pid_t owner;          /* who opened it */
    uint64_t where;       /* hash of url and variable: whose it is */
    int64_t used_ms;
    struct sc_redis_link link;
    bool begun;
};

static struct kept kept[PLACES];

/* After a failure, by place, and for how long it is left alone: who leaves it alone for a second
 * does not do so for longer because another does. */
static struct {
    _Atomic uint64_t where;
    _Atomic int64_t until_ms;
} off[PLACES];

/* ---- which place ---- */

static uint64_t hash_text(uint64_t h, const char *s)
{
    for (; s && *s; s++)
        h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
    return (h ^ 0xff) * UINT64_C(0x100000001b3);
}

static uint64_t hash_of(const struct sc_redis_place *p)
{
    return hash_text(hash_text(UINT64_C(0xcbf29ce484222325), p->url), p->password_env) | 1;
}

static bool is_off(uint64_t where)
{
    for (int i = 0; i < PLACES; i++)
        if (atomic_load(&off[i].where) == where)
            return sc_redis_now_ms() < atomic_load(&off[i].until_ms);
    return false;
}

static void set_off(uint64_t where, int64_t until)
{
    for (int i = 0; i < PLACES; i++) {
        uint64_t found = 0;

        if (atomic_load(&off[i].where) == where ||
            atomic_compare_exchange_strong(&off[i].where, &found, where)) {
            atomic_store(&off[i].until_ms, until);
            return;
        }
    }
}

/* ---- the connections ---- */

/* A child's copies are closed at once: the server would otherwise see the connection stay. */
static void after_fork(void)
{
    int before = errno;

    for (int i = 0; i < PLACES; i++)
        if (kept[i].begun)
            sc_redis_link_drop(&kept[i].link);
    errno = before;
}

static void begin(void)
{
    static atomic_bool registered;

    if (!atomic_exchange(&registered, true))
        pthread_atfork(NULL, NULL, after_fork);
}

static bool hold(struct kept *k)
{
    pid_t self = getpid(), found = atomic_load(&k->holder);

    if (found == self || !atomic_compare_exchange_strong(&k->holder, &found, self))
        return false;
    if (!k->begun)
        k->link.fd = -1;
    if (k->owner != self) {
        /* What the reader was in the middle of in the parent is left alone. */
        sc_redis_link_drop(&k->link);
        k->link.reader = NULL;
        k->owner = self;
    }
    k->begun = true;
    return true;
}

static void let_go(struct kept *k)
{
    atomic_store(&k->holder, 0);
}

/* One that is open to this place, else any that is closed, else the one used longest ago. */
static struct kept *find(uint64_t where)
{
    struct kept *oldest = NULL;

    for (int i = 0; i < PLACES; i++) {
        struct kept *k = &kept[i];

        if (!hold(k))
            continue;
        if (k->link.fd >= 0 && k->where == where) {
            if (oldest)
                let_go(oldest);
            return k;
        }
        if (!oldest || (oldest->link.fd >= 0 && (k->link.fd < 0 || k->used_ms < oldest->used_ms))) {
            struct kept *other = oldest;

            oldest = k;
            k = other;
        }
        if (k)
            let_go(k);
    }
    return oldest;
}

/* The password's variable is read when it is needed: it may change, and nothing keeps a copy. */
static bool open_link(struct kept *k, const struct sc_redis_place *p, uint64_t where,
                      char note[SC_REDIS_NOTE])
{
    struct sc_redis_url u;
    const char *wrong = sc_redis_url_read(p->url, &u), *password;
    bool good;

    sc_redis_link_close(&k->link);
    k->where = where;
    if (wrong) {
        snprintf(note, SC_REDIS_NOTE, "its URL: %s", wrong);
        return false;
    }
    if (p->password_env) {
        password = getenv(p->password_env);
        if (!password || strlen(password) >= sizeof u.password) {
            snprintf(note, SC_REDIS_NOTE, "%s, which has its password, is not set",
                     p->password_env);
            return false;
        }
        memcpy(u.password, password, strlen(password) + 1);
    }
    good = sc_redis_link_open(&k->link, &u, sc_redis_now_ms() + p->connect_ms, note);
    explicit_bzero(&u, sizeof u);
    return good;
}

/* ---- replies ---- */

/* hiredis' own struct differs between its versions; who asks is not compiled with them. */
static bool show(const redisReply *r, struct sc_redis_reply *out)
{
    out->text = r->str;
    out->n = r->len;
    out->integer = r->integer;
    switch (r->type) {
    case REDIS_REPLY_ERROR:
        out->kind = SC_REDIS_ERROR;
        return true;
    case REDIS_REPLY_INTEGER:
        out->kind = SC_REDIS_INTEGER;
        return true;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
        out->kind = SC_REDIS_TEXT_REPLY;
        return true;
    case REDIS_REPLY_ARRAY:
        out->kind = SC_REDIS_LIST;
        out->n = r->elements;
        out->items = calloc(out->n ? out->n : 1, sizeof *out->items);
        for (size_t i = 0; out->items && i < out->n; i++)
            if (!show(r->element[i], &out->items[i]))
                return false;
        return out->items != NULL;
    default:
        out->kind = SC_REDIS_NIL;
        return true;
    }
}

static void free_items(struct sc_redis_reply *r)
{
    for (size_t i = 0; r->items && i < r->n; i++)
        free_items(&r->items[i]);
    free(r->items);
}

static void forget(struct sc_redis_reply *r)
{
    int before = errno;

    if (!r)
        return;
    free_items(r);
    freeReplyObject(r->memory);
    free(r);
    errno = before;
}

static struct sc_redis_reply *shown(redisReply *from)
{
    struct sc_redis_reply *r = calloc(1, sizeof *r);

    if (!r) {
        freeReplyObject(from);
        return NULL;
    }
    r->memory = from;
    if (show(from, r))
        return r;
    forget(r);
    return NULL;
}

/* ---- asking ---- */

/* Whatever it was that the server had to say when it closed an idle connection: a new one. */
static redisReply *ask_over(struct kept *k, const struct sc_redis_place *p, uint64_t where,
                            const struct sc_redis_arg *args, size_t n, char note[SC_REDIS_NOTE])
{
    redisReply *r;

    if ((k->where != where || !sc_redis_link_is_good(&k->link)) && !open_link(k, p, where, note))
        return NULL;
    r = sc_redis_link_ask(&k->link, args, n, sc_redis_now_ms() + p->command_ms, note);
    k->used_ms = sc_redis_now_ms();
    if (!r)
        sc_redis_link_close(&k->link);
    return r;
}

/* Closes what nobody has used for a while; all: whatever is open. */
static void close_idle(bool all)
{
    int64_t now = sc_redis_now_ms();

    for (int i = 0; i < PLACES; i++) {
        struct kept *k = &kept[i];

        if (!k->begun || !hold(k))
            continue;
        if (k->link.fd >= 0 && (all || now - k->used_ms > SC_REDIS_IDLE_MS))
            sc_redis_link_close(&k->link);
        let_go(k);
    }
}

static enum sc_redis_result ask_now(const struct sc_redis_place *p, const struct sc_redis_arg *args,
                                    size_t n, struct sc_redis_reply **out, char note[SC_REDIS_NOTE])
{
    uint64_t where = hash_of(p), tried = where + 2 * (unsigned)p->off_ms;
    struct kept *k;
    redisReply *r;

    if (is_off(tried))
        return SC_REDIS_AWAY;
    begin();
    close_idle(false);
    k = find(where);
    if (!k)
        return SC_REDIS_BUSY;
    r = ask_over(k, p, where, args, n, note);
    let_go(k);
    if (!r)
        set_off(tried, sc_redis_now_ms() + p->off_ms);
    *out = r ? shown(r) : NULL;
    return *out ? SC_REDIS_OK : SC_REDIS_AWAY;
}

static enum sc_redis_result ask(const struct sc_redis_place *p, const struct sc_redis_arg *args,
                                size_t n, struct sc_redis_reply **out, char note[SC_REDIS_NOTE])
{
    int before = errno, cancel;
    enum sc_redis_result rc;

    note[0] = '\0';
    *out = NULL;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    rc = ask_now(p, args, n, out, note);
    pthread_setcancelstate(cancel, NULL);
    errno = before;
    return rc;
}

static void tidy(bool all)
{
    int before = errno, cancel;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    close_idle(all);
    pthread_setcancelstate(cancel, NULL);
    errno = before;
}

static const struct sc_redis_api api = {ask, forget, tidy};

__attribute__((visibility("default"))) sc_redis_entry_fn sc_redis_entry;

const struct sc_redis_api *sc_redis_entry(void)
{
    return &api;
}
