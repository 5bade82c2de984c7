/*
 * cache.c - answers that were kept (policy: cache).
 *
 * Before a call goes anywhere an answer that is fresh may be given (`always`); where nobody
 * answers, one that is there (`on_error`). What the program has got of a good answer is kept at the
 * call's end: its own dialect's bytes, whoever gave them. The store never holds a call up for long,
 * and what fails of it is a miss.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "call/cached.h"
#include "call/report.h"
#include "core/time.h"
#include "handle/headers.h"
#include "handle/url.h"
#include "http/header.h"
#include "process/runtime.h"
#include "process/store.h"
#include "provider/request.h"
#include "stage/stage.h"
#include "store/asked.h"
#include "store/worth.h"
#include "wire/rewrite.h"

enum {
    TYPE_MAX = 96,
    HEADERS_MAX = 24,
    VALUE_MAX = 1024,
    TEXT_MAX = 64 << 20,
    BODY_MAX = 16 << 20
};

struct cache {
    bool planned;            /* the request has been looked at */
    bool keeps;              /* its answer is to be kept, if it is worth it */
    bool served;             /* the program gets a kept one */
    bool forbidden;          /* the answer's own headers say no */
    int64_t waited_ns;       /* for the store, so far */
    struct sc_buf asked;     /* what is asked, as one text (store/asked.h) */
    struct sc_record record; /* what the program has got of the answer's body */
    char type[TYPE_MAX];     /* and its Content-Type */
};

static const struct sc_cache_settings *settings(const struct sc_transfer *t)
{
    return &t->route.rule->settings->cache;
}

static int64_t wall_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / SC_NS_PER_MS;
}

/* ---- what is asked --------------------------------------------------------------------------- */

/* Headers by which an API gives another answer, whatever the policy says. */
static const char *const always_count[] = {"accept",      "anthropic-version",   "anthropic-beta",
                                           "openai-beta", "openai-organization", "openai-project",
                                           NULL};

struct counted {
    struct sc_header header[HEADERS_MAX];
    size_t n;
};

static void count_header(const struct sc_transfer *t, struct counted *c, const char *name)
{
    const char *const names[] = {name, NULL};
    struct sc_str value = sc_header_find(t->shadow->o.headers, names);

    if (!value.p || c->n == HEADERS_MAX)
        return;
    c->header[c->n++] = (struct sc_header){{name, strlen(name)}, sc_str_trim(value)};
}

static void count_headers(const struct sc_transfer *t, struct counted *c)
{
    const char *vary = settings(t)->vary;

    c->n = 0;
    for (const char *const *name = always_count; *name; name++)
        count_header(t, c, *name);
    for (; vary && *vary; vary += strlen(vary) + 1)
        count_header(t, c, vary);
}

static bool read_asked(const struct sc_transfer *t, struct sc_str body, struct sc_buf *out)
{
    const struct sc_shadow *s = t->shadow;
    const char *method = sc_asked_method(s);
    char host[SC_URL_HOST_MAX + 8];
    struct counted counted;
    struct sc_asked a = {.method = {method, strlen(method)},
                         .path = s->asked.path,
                         .query = s->asked.query,
                         .credential = sc_header_credential(s), /* of a ?key= the query tells */
                         .body = body};

    snprintf(host, sizeof host, "%s:%d", s->asked.host, s->asked.port);
    a.host = (struct sc_str){host, strlen(host)};
    count_headers(t, &counted);
    a.headers = counted.header;
    a.n_headers = counted.n;
    return sc_asked_text(&a, out);
}

/* The request says itself that nothing is to be kept of it (RFC 9111, 5.2.1.5). */
static bool has_no_store(const struct sc_shadow *s)
{
    static const char *const names[] = {"cache-control", NULL};
    struct sc_str value = sc_header_find(s->o.headers, names);

    return value.p && sc_header_lists(value, "no-store");
}

static void look_at_request(struct sc_transfer *t, struct cache *me)
{
    struct sc_str body = sc_rewrite_own(&t->x);
    enum sc_asked_api api = sc_asked_api_of(t->shadow->asked.path);

    me->planned = true;
    me->asked.max = TEXT_MAX;
    if (!body.p || strcmp(sc_asked_method(t->shadow), "POST") != 0 ||
        sc_request_does(&t->req) != SC_REQUEST_GENERATES || has_no_store(t->shadow) ||
        sc_asked_forbids(api, body) || !read_asked(t, body, &me->asked)) {
        sc_buf_free(&me->asked);
        return;
    }
    me->keeps = true;
    me->record.bytes.max = t->x.wants.success_max < BODY_MAX ? t->x.wants.success_max : BODY_MAX;
    sc_record_add(&t->x, &me->record);
}

/* ---- the store ------------------------------------------------------------------------------- */

static void make_key(void *arg, const uint8_t salt[SC_STORE_SALT], uint8_t key[SC_STORE_KEY])
{
    sc_asked_key(salt, sc_buf_view(&((struct cache *)arg)->asked), key);
}

/* A store at this place, for what is left of the call's patience. */
static struct sc_store_where where_now(const struct sc_transfer *t, const struct cache *me,
                                       const char *place)
{
    int64_t left = SC_STORE_PATIENCE_MS - me->waited_ns / SC_NS_PER_MS;

    return (struct sc_store_where){.place = place,
                                   .max_bytes = settings(t)->max_bytes,
                                   .now_ms = wall_ms(),
                                   .patience_ms = left > 0 ? (int)left : 0,
                                   .password_env = settings(t)->password_env};
}

static const struct sc_store *open_store(struct sc_transfer *t)
{
    const char *why;
    const struct sc_store *store = sc_store_load((enum sc_store_kind)settings(t)->store, &why);

    if (why)
        sc_report_note(t, SC_EVENT_NOTE, why);
    return store;
}

static void report_store(struct sc_transfer *t, const char *note)
{
    static _Atomic uint64_t last;

    sc_report_note_once(t, note, &last);
}

/* The kept answer, if one is there that may be given; the caller frees its memory. */
static bool find(struct sc_transfer *t, struct cache *me, bool on_error, int64_t now_ms,
                 struct sc_kept_answer *kept)
{
    const struct sc_cache_settings *set = settings(t);
    char place[4096], note[SC_STORE_NOTE] = "";
    struct sc_store_where where = where_now(t, me, place);
    const struct sc_store *store;
    enum sc_store_result result;
    enum sc_kept_state state;
    int64_t began;

    if (!sc_store_where(set, place, sizeof place) || sc_store_is_empty(set, place) ||
        !(store = open_store(t)))
        return false;
    began = sc_now_ns();
    result = store->fetch(&where, make_key, me, kept, note);
    me->waited_ns += sc_now_ns() - began;
    if (result != SC_STORE_FOUND) {
        report_store(t, note);
        return false;
    }
    state = sc_kept_state(set, kept->kept_ms, now_ms);
    if (state == SC_KEPT_FRESH || (on_error && state == SC_KEPT_STALE))
        return true;
    free(kept->memory);
    return false;
}

static struct sc_own_answer *look_up(struct sc_transfer *t, struct cache *me, bool on_error)
{
    int64_t now_ms = wall_ms();
    struct sc_kept_answer kept;
    struct sc_own_answer *a;

    if (!find(t, me, on_error, now_ms, &kept))
        return NULL;
    a = sc_cached_answer(settings(t), &kept, now_ms, on_error);
    free(kept.memory);
    me->served = a != NULL;
    return a;
}

/* ---- the call -------------------------------------------------------------------------------- */

static enum sc_go plan(struct sc_transfer *t, void *state, struct sc_plan *p)
{
    struct cache *me = state;
    struct sc_own_answer *a;

    (void)p;
    t->x.wants.last = true; /* of a failure nothing is shown before it is known to be the last */
    if (me->planned)
        return SC_GO;
    look_at_request(t, me);
    if (!me->keeps || !settings(t)->always || !(a = look_up(t, me, false)))
        return SC_GO;
    sc_own_answer_take(t, SC_CLASS_OK, a);
    return SC_ANSWER;
}

static struct sc_own_answer *rescue(struct sc_transfer *t, void *state)
{
    struct cache *me = state;

    return me->keeps ? look_up(t, me, true) : NULL;
}

static void head(struct sc_transfer *t, void *state)
{
    static const struct sc_str none = {"", 0};
    struct sc_header headers[SC_HEADERS_MAX];
    size_t n = sc_exchange_headers(&t->x, headers);
    struct cache *me = state;
    struct sc_str type = none;

    me->forbidden = false;
    for (size_t i = 0; i < n; i++) {
        if (sc_str_is(headers[i].name, "content-type"))
            type = headers[i].value;
        if (sc_str_is(headers[i].name, "cache-control") &&
            sc_header_lists(headers[i].value, "no-store"))
            me->forbidden = true;
    }
    snprintf(me->type, sizeof me->type, "%.*s", (int)type.n, type.p);
}

/* What the program was told, which may be another's words for another type. */
static struct sc_str type_of(const struct sc_transfer *t, const struct cache *me)
{
    const char *type = me->type;

    if (t->own_answer)
        type = t->own_answer->reply.content_type ? t->own_answer->reply.content_type
                                                 : "application/json";
    else if (t->x.wants.translation)
        type = t->x.wants.translation->type;
    return (struct sc_str){type, strlen(type)};
}

static bool is_stream(const struct sc_transfer *t, const struct cache *me)
{
    return t->x.stream || sc_stream_kind_of(type_of(t, me)) != SC_STREAM_NONE;
}

static void keep(struct sc_transfer *t, struct cache *me)
{
    const struct sc_cache_settings *set = settings(t);
    char place[4096], note[SC_STORE_NOTE] = "";
    struct sc_store_where where = where_now(t, me, place);
    const struct sc_store *store = open_store(t);
    struct sc_kept_answer a = {
        .kept_ms = where.now_ms,
        .until_ms = where.now_ms + (set->ttl_s + set->stale_s) * 1000,
        .status = t->own_answer ? t->own_answer->reply.status : t->x.status,
        .stream = is_stream(t, me),
        .type = type_of(t, me),
        .host = {t->shadow->asked.host, t->shadow->asked.host_len},
        .model = {t->route.model, strlen(t->route.model)},
        .body = sc_buf_view(&me->record.bytes),
        .cost_nano = t->attempt.took.cost_nano,
        .tokens = t->attempt.took.used_tokens,
    };

    if (!store || !sc_store_where(set, place, sizeof place))
        return;
    (void)store->keep(&where, make_key, me, &a, note);
    report_store(t, note);
}

static void end(struct sc_transfer *t, void *state, enum sc_how how)
{
    struct cache *me = state;
    bool whole = how == SC_ENDED_OK && me->keeps && !me->served && !me->forbidden &&
                 !me->record.bytes.failed;

    if (whole && sc_worth_keeping(sc_asked_api_of(t->shadow->asked.path), is_stream(t, me),
                                  settings(t)->tools, sc_buf_view(&me->record.bytes)))
        keep(t, me);
    sc_record_drop(&t->x, &me->record);
    sc_buf_free(&me->asked);
    sc_buf_free(&me->record.bytes);
}

static void describe(const struct sc_transfer *t, void *state, struct sc_event *e)
{
    const struct cache *me = state;

    (void)t;
    if (!me || !me->served)
        return;
    e->cached = true;
    if (!e->has_cost)
        e->cost_nano = 0;
    e->has_cost = true;
}

const struct sc_stage sc_stage_cache = {.name = "cache",
                                        .state = sizeof(struct cache),
                                        .plan = plan,
                                        .head = head,
                                        .rescue = rescue,
                                        .describe = describe,
                                        .end = end};
