/* What this host has to say, and what it hears. See fleet.lua. */
#include "state/fleet_trip.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>

#include "core/breaker.h"
#include "core/fleet.h"
#include "core/gate.h"
#include "core/latch.h"
#include "core/limiter.h"
#include "core/money.h"
#include "core/time.h"
#include "state/fleet_news.h"
#include "state/fleet_slot.h"
#include "state/held.h"
#include "state/slot.h"

#ifndef SC_FLEET_SHA /* the Makefile's: without it the whole script goes each time */
#define SC_FLEET_SHA "0"
#endif

extern const char sc_fleet_script[] __attribute__((visibility("hidden")));

enum { LIMITS_MAX = 48, EVENTS_MAX = 32, SUMS_MAX = 16, ARGS_MAX = 512, ROOM = 48 * 1024 };

/* Told of in this trip, in the order of the reply. */
struct trip {
    struct sc_region *r;
    int64_t now, wall, hosts;
    struct sc_redis_arg args[ARGS_MAX];
    size_t n;
    char text[ROOM];
    size_t used;
    size_t limits[LIMITS_MAX], events[EVENTS_MAX], sums[SUMS_MAX];
    size_t n_limits, n_events, n_sums;
    int64_t from[LIMITS_MAX], demand[LIMITS_MAX];
    uint64_t asked[LIMITS_MAX], polled[LIMITS_MAX], known[EVENTS_MAX];
};

__attribute__((format(printf, 2, 3))) static void add(struct trip *t, const char *format, ...)
{
    char *at = t->text + t->used;
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(at, ROOM - t->used, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= ROOM - t->used || t->n >= ARGS_MAX)
        return;
    t->args[t->n++] = (struct sc_redis_arg){at, (size_t)n};
    t->used += (size_t)n + 1;
}

static const char *label_of(struct sc_region *r, size_t i, char buf[SC_LABEL_MAX + 16])
{
    char text[SC_LABEL_MAX];
    size_t kind = i % SC_KINDS;

    sc_label_read(&r->labels[i / SC_KINDS][kind], text, sizeof text);
    snprintf(buf, SC_LABEL_MAX + 16, "%s%s",
             kind == SC_SLOT_REQUESTS ? "requests "
             : kind == SC_SLOT_TOKENS ? "tokens "
                                      : "",
             text);
    return buf;
}

/* ---- saying ---- */

static int64_t demand_of(const sc_word *f, const sc_word *slot, int64_t share, uint64_t asked,
                         uint64_t polled, int64_t now)
{
    int64_t at = (int64_t)sc_word_read(&f[SC_F_AT]), span = at > 0 ? now - at : 0;
    struct sc_fleet_use u = {
        .before = (int64_t)sc_word_read(&f[SC_F_DEMAND]),
        .asked = (int64_t)(asked - sc_word_read(&f[SC_F_TOLD])),
        .span_ns = span > 0 && span < 10 * SC_NS_PER_S ? span : SC_NS_PER_S,
        .share = share,
        .limit = (int64_t)sc_word_read(&slot[SC_W_LIMIT]),
        .waiting_ns = sc_limiter_backlog(sc_word_read(&slot[SC_W_TAT]), now) -
                      (int64_t)sc_word_read(&slot[SC_W_BURST_NS]),
    };

    u.calls_waiting = (int64_t)(polled - sc_word_read(&f[SC_F_POLLED]));
    if (u.calls_waiting > 0)
        u.calls_waiting = u.calls_waiting * SC_FLEET_LOOK_NS /
                          (u.span_ns > SC_FLEET_LOOK_NS ? u.span_ns : SC_FLEET_LOOK_NS);
    return sc_fleet_demand(&u);
}

static int64_t want_of(const sc_word *f, int64_t demand)
{
    return sc_fleet_want(demand, (int64_t)sc_word_read(&f[SC_F_OTHERS]),
                         (int64_t)sc_word_read(&f[SC_F_HOSTS]));
}

int64_t sc_fleet_want_now(struct sc_region *r, size_t i, int64_t share, int64_t now)
{
    const sc_word *f = sc_fleet_slot_at(r, i)->words;

    return want_of(f, demand_of(f, r->slots[i / SC_KINDS][i % SC_KINDS].words, share,
                                sc_word_read(&f[SC_F_ASKED]), sc_word_read(&f[SC_F_POLLS]), now));
}

/* The part that it goes by; a lease that ended has left what was in the bucket to others, but
 * debts stay. */
static void say_limit(struct trip *t, size_t i)
{
    struct sc_fleet *fleet = &t->r->fleet;
    sc_word *f = sc_fleet_slot_at(t->r, i)->words;
    const sc_word *slot = t->r->slots[i / SC_KINDS][i % SC_KINDS].words;
    struct sc_fleet_lease l = {(int64_t)sc_word_read(&f[SC_F_SHARE]),
                               (int64_t)sc_word_read(&f[SC_F_END])};
    int64_t burst = (int64_t)sc_word_read(&slot[SC_W_BURST_NS]);
    int64_t share = sc_fleet_share(&l, t->now, sc_word_read(&fleet->away) != 0, t->hosts);
    size_t k = t->n_limits;
    char label[SC_LABEL_MAX + 16];

    if (k == LIMITS_MAX || sc_word_read(&slot[SC_W_LIMIT]) == 0)
        return;
    t->limits[k] = i;
    t->from[k] = share;
    t->asked[k] = sc_word_read(&f[SC_F_ASKED]);
    t->polled[k] = sc_word_read(&f[SC_F_POLLS]);
    t->demand[k] = demand_of(f, slot, share, t->asked[k], t->polled[k], t->now);
    add(t, "%016llx", (unsigned long long)sc_word_read(&f[SC_F_ID]));
    add(t, "%lld", (long long)want_of(f, t->demand[k]));
    add(t, "%lld", (long long)t->demand[k]);
    add(t, "%lld", (long long)sc_fleet_credit(sc_word_read(&slot[SC_W_TAT]), burst, share, t->now));
    add(t, "%lld", (long long)burst);
    add(t, "%s", label_of(t->r, i, label));
    t->n_limits++;
}

static char letter_of(size_t i)
{
    static const char letters[SC_KINDS] = {
        [SC_SLOT_GATE] = 'g', [SC_SLOT_LATCH] = 'l', [SC_SLOT_BREAKER] = 'b'};

    return letters[i % SC_KINDS];
}

static void say_news(struct trip *t, size_t i)
{
    struct sc_news news;
    size_t k = t->n_events;

    if (k == EVENTS_MAX || !sc_fleet_news(t->r, i, t->now, &news))
        return;
    t->known[k] = news.now;
    t->events[k] = i;
    add(t, "%c:%016llx", letter_of(i),
        (unsigned long long)sc_word_read(&sc_fleet_slot_at(t->r, i)->words[SC_F_ID]));
    add(t, "%lld", (long long)news.ms);
    add(t, "%lld", (long long)news.more);
    t->n_events++;
}

/* Its key lasts until well after the period. */
static void say_sum(struct trip *t, size_t i)
{
    const sc_word *slot = t->r->slots[i / SC_KINDS][i % SC_KINDS].words;
    enum sc_period per = (enum sc_period)(sc_word_read(&slot[SC_W_TERMS]) >> 62);
    static const int64_t days[] = {1, 2, 62, 400};
    int64_t number = sc_period_number(per, (t->now + t->wall) / SC_NS_PER_S);
    char label[SC_LABEL_MAX + 16];
    unsigned calls;

    if (t->n_sums == SUMS_MAX)
        return;
    t->sums[t->n_sums++] = i;
    add(t, "%016llx:%s:%lld",
        (unsigned long long)sc_word_read(&sc_fleet_slot_at(t->r, i)->words[SC_F_ID]),
        sc_period_name(per), (long long)number);
    add(t, "%lld", (long long)sc_money_spent(sc_word_read(&slot[SC_W_SPENT]), number));
    add(t, "%lld",
        (long long)sc_held_sum(t->r, sc_word_read(&slot[SC_W_HELD_HASH]), slot, NULL, t->now, false,
                               &calls));
    add(t, "%lld",
        (long long)sc_money_spent(sc_word_read(&sc_fleet_slot_at(t->r, i)->words[SC_F_ELSEWHERE]),
                                  number));
    add(t, "%lld", days[per] * 86400000LL);
    add(t, "%s", label_of(t->r, i, label));
}

static bool is_of(size_t i, unsigned kinds)
{
    return kinds >> (i % SC_KINDS) & 1;
}

/* Each trip begins elsewhere in the list: what one has no room for, the next one says. */
static void say_all(struct trip *t, unsigned kinds, int64_t within,
                    void (*say)(struct trip *, size_t))
{
    size_t from = (size_t)sc_word_read(&t->r->fleet.trips) * LIMITS_MAX;

    for (size_t k = 0; k < SC_FLEET_LISTED; k++) {
        uint64_t at = sc_word_read(&t->r->fleet.list[(from + k) % SC_FLEET_LISTED]);
        const sc_word *f;

        if (at == 0 || at > SC_SLOTS || !is_of(at - 1, kinds))
            continue;
        f = sc_fleet_slot_at(t->r, at - 1)->words;
        if (sc_word_read(&f[SC_F_ID]) != 0 &&
            t->now - (int64_t)sc_word_read(&f[SC_F_ACTIVE]) < within)
            say(t, at - 1);
    }
}

/* ---- hearing ---- */

static int64_t number_at(const struct sc_redis_reply *r, size_t i)
{
    return i < r->n ? r->items[i].integer : 0;
}

static void hear_limit(struct trip *t, size_t k, const struct sc_redis_reply *r, size_t at)
{
    sc_word *f = sc_fleet_slot_at(t->r, t->limits[k])->words;
    sc_word *slot = t->r->slots[t->limits[k] / SC_KINDS][t->limits[k] % SC_KINDS].words;
    struct sc_fleet_move m = {.now_ns = t->now,
                              .burst_ns = (int64_t)sc_word_read(&slot[SC_W_BURST_NS]),
                              .from = t->from[k],
                              .to = number_at(r, at),
                              .grant = number_at(r, at + 1)};

    if (m.to > 0)
        m.unit = (int64_t)atomic_exchange(&f[SC_F_UNIT], (uint64_t)m.to);
    atomic_store(&f[SC_F_TOLD], t->asked[k]);
    atomic_store(&f[SC_F_POLLED], t->polled[k]);
    atomic_store(&f[SC_F_AT], (uint64_t)t->now);
    atomic_store(&f[SC_F_DEMAND], (uint64_t)t->demand[k]);
    atomic_store(&f[SC_F_OTHERS], (uint64_t)number_at(r, at + 2));
    atomic_store(&f[SC_F_HOSTS], (uint64_t)number_at(r, at + 3));
    sc_word_update(&slot[SC_W_TAT], sc_fleet_move, &m);
    atomic_store(&f[SC_F_SHARE], (uint64_t)m.to);
    atomic_store(&f[SC_F_END], (uint64_t)(t->now + SC_FLEET_LEASE_NS));
}

static void hear_sum(struct trip *t, size_t k, const struct sc_redis_reply *r, size_t at)
{
    sc_word *f = sc_fleet_slot_at(t->r, t->sums[k])->words;
    sc_word *slot = t->r->slots[t->sums[k] / SC_KINDS][t->sums[k] % SC_KINDS].words;
    enum sc_period per = (enum sc_period)(sc_word_read(&slot[SC_W_TERMS]) >> 62);
    struct sc_money_add own = {.nano = number_at(r, at)}, others = {.nano = number_at(r, at + 1)};
    int64_t aside = number_at(r, at + 2);

    own.period = others.period = sc_period_number(per, (t->now + t->wall) / SC_NS_PER_S);
    sc_word_update(&slot[SC_W_SPENT], sc_money_restore, &own);
    sc_word_update(&f[SC_F_ELSEWHERE], sc_money_restore, &others);
    atomic_store(&f[SC_F_ASIDE], (uint64_t)(aside < 0 ? 0 : aside));
    atomic_store(&f[SC_F_HEARD], (uint64_t)t->now);
}

struct opened {
    int64_t now, until;
    struct sc_breaker_settings settings;
};

/* Another host's breaker has opened. */
static uint64_t open_breaker(uint64_t word, void *arg)
{
    const struct opened *o = arg;
    struct sc_breaker b = sc_breaker_read(word, &o->settings, o->now);

    if (b.state == SC_BREAKER_OPEN && b.at_ns >= o->until)
        return word;
    if (b.state != SC_BREAKER_OPEN)
        b.generation++;
    b.state = SC_BREAKER_OPEN;
    b.openings = b.openings ? b.openings : 1;
    b.at_ns = o->until;
    return sc_breaker_write(&b);
}

static void hear_latch(sc_word *slot, int64_t now, int64_t ms, int64_t reason)
{
    struct sc_latch_set s = {
        .now_ns = now, .reason = (enum sc_latch_reason)reason, .hint_ns = ms * SC_NS_PER_MS};

    if (ms == 0 || reason <= SC_LATCH_OPEN || reason > SC_LATCH_AUTH) {
        atomic_store(&slot[SC_W_LATCH], 0);
        return;
    }
    sc_word_update(&slot[SC_W_LATCH], sc_latch_set, &s);
    if (s.newly)
        atomic_store(&slot[SC_W_LATCHED_AT], (uint64_t)now);
}

static void apply(struct trip *t, size_t i, int64_t ms, int64_t more)
{
    sc_word *slot = t->r->slots[i / SC_KINDS][i % SC_KINDS].words;
    sc_word *f = sc_fleet_slot_at(t->r, i)->words;
    int64_t until = t->now + ms * SC_NS_PER_MS;
    struct sc_gate_close c = {.now_ns = t->now, .until_ns = until};
    struct opened o = {t->now, until, {0}};

    switch (i % SC_KINDS) {
    case SC_SLOT_GATE:
        sc_word_update(&slot[SC_W_UNTIL], sc_gate_close, &c);
        break;
    case SC_SLOT_BREAKER:
        o.settings.open_max_ms = (int64_t)sc_word_read(&slot[SC_W_OPEN_MAX_MS]);
        sc_word_update(&slot[SC_W_STATE], open_breaker, &o);
        break;
    default:
        hear_latch(slot, t->now, ms, more);
        atomic_store(&f[SC_F_KNOWN], ms == 0 ? 1 : (uint64_t)more + 1);
        return;
    }
    if ((int64_t)sc_word_read(&f[SC_F_KNOWN]) < until)
        atomic_store(&f[SC_F_KNOWN], (uint64_t)until);
}

/* "g:0123456789abcdef" of whichever slot has that id here. */
static void hear_event(struct trip *t, const struct sc_redis_reply *name, int64_t ms, int64_t more)
{
    uint64_t id;

    if (name->kind != SC_REDIS_TEXT_REPLY || name->n != 18 || ms < 0 ||
        ms > INT64_MAX / 4 / SC_NS_PER_MS)
        return;
    id = strtoull(name->text + 2, NULL, 16);
    for (size_t k = 0; k < SC_FLEET_LISTED; k++) {
        uint64_t at = sc_word_read(&t->r->fleet.list[k]);

        if (at == 0)
            return;
        if (at <= SC_SLOTS && letter_of(at - 1) == name->text[0] &&
            sc_word_read(&sc_fleet_slot_at(t->r, at - 1)->words[SC_F_ID]) == id)
            apply(t, at - 1, ms, more);
    }
}

/* Another fleet's secret: all scopes have other names from now on. */
static void take_salt(struct sc_fleet *f, const struct sc_redis_reply *text, struct sc_region *r)
{
    char half[17] = {0};
    uint64_t salt[2];

    if (text->kind != SC_REDIS_TEXT_REPLY || text->n != 32)
        return;
    memcpy(half, text->text, 16);
    salt[0] = strtoull(half, NULL, 16) | 1;
    salt[1] = strtoull(text->text + 16, NULL, 16);
    if (sc_word_read(&f->salt[0]) == salt[0] && sc_word_read(&f->salt[1]) == salt[1])
        return;
    for (size_t k = 0; k < SC_FLEET_LISTED; k++) {
        uint64_t at = atomic_exchange(&f->list[k], 0);

        if (at != 0 && at <= SC_SLOTS)
            atomic_store(&sc_fleet_slot_at(r, at - 1)->words[SC_F_ID], 0);
    }
    atomic_store(&f->salt[1], salt[1]);
    atomic_store(&f->salt[0], salt[0]);
}

static bool hear(struct trip *t, const struct sc_redis_reply *r)
{
    struct sc_fleet *f = &t->r->fleet;
    size_t at = 4;

    if (r->kind != SC_REDIS_LIST || r->n < at + 4 * t->n_limits + 3 * t->n_sums)
        return false;
    atomic_store(&f->epoch, (uint64_t)number_at(r, 0));
    take_salt(f, &r->items[1], t->r);
    atomic_store(&f->hosts, (uint64_t)number_at(r, 2));
    for (size_t k = 0; k < t->n_limits; k++, at += 4)
        hear_limit(t, k, r, at);
    for (size_t k = 0; k < t->n_events; k++)
        atomic_store(&sc_fleet_slot_at(t->r, t->events[k])->words[SC_F_KNOWN], t->known[k]);
    for (size_t k = 0; k < t->n_sums; k++, at += 3)
        hear_sum(t, k, r, at);
    for (; at + 3 <= r->n; at += 3)
        hear_event(t, &r->items[at], number_at(r, at + 1), number_at(r, at + 2));
    atomic_store(&f->seq, (uint64_t)number_at(r, 3));
    return true;
}

/* ---- the trip ---- */

static void say(struct trip *t)
{
    struct sc_fleet *f = &t->r->fleet;
    uint64_t salt[2] = {sc_word_read(&f->salt[0]), sc_word_read(&f->salt[1])};
    struct utsname u;
    size_t counts;

    if (salt[0] == 0 && getrandom(salt, sizeof salt, GRND_NONBLOCK) != (ssize_t)sizeof salt)
        salt[0] = t->r->head.nonce[0];
    add(t, "%016llx", (unsigned long long)sc_word_read(&f->host));
    add(t, "%s", uname(&u) == 0 ? u.nodename : "?");
    add(t, "%d", (int)(SC_FLEET_LEASE_NS / SC_NS_PER_MS));
    add(t, "%llu", (unsigned long long)sc_word_read(&f->epoch));
    add(t, "%llu", (unsigned long long)sc_word_read(&f->seq));
    add(t, "%lld", (long long)t->hosts);
    add(t, "%d", sc_word_read(&f->away) != 0);
    add(t, "%016llx%016llx", (unsigned long long)(salt[0] | 1), (unsigned long long)salt[1]);
    counts = t->n;
    t->n += 3;
    say_all(t, 1u << SC_SLOT_REQUESTS | 1u << SC_SLOT_TOKENS, SC_FLEET_RECENT_NS, say_limit);
    say_all(t, 1u << SC_SLOT_GATE | 1u << SC_SLOT_LATCH | 1u << SC_SLOT_BREAKER, 60 * SC_NS_PER_S,
            say_news);
    say_all(t, 1u << SC_SLOT_SPENT, 60 * SC_NS_PER_S, say_sum);
    {
        size_t end = t->n, n[3] = {t->n_limits, t->n_events, t->n_sums};

        for (size_t i = 0; i < 3; i++) {
            t->n = counts + i;
            add(t, "%zu", n[i]);
        }
        t->n = end;
    }
}

static enum sc_redis_result run(const struct sc_fleet_place *p, struct sc_redis_arg *args, size_t n,
                                struct sc_redis_reply **out, char why[SC_REDIS_NOTE])
{
    struct sc_redis_place at = p->at;
    enum sc_redis_result rc;

    args[0] = (struct sc_redis_arg)SC_REDIS_TEXT("EVALSHA");
    args[1] = (struct sc_redis_arg)SC_REDIS_TEXT(SC_FLEET_SHA);
    rc = p->redis->ask(&p->at, args, n, out, why);
    if (rc == SC_REDIS_OK && (*out)->kind == SC_REDIS_ERROR &&
        strncmp((*out)->text, "NOSCRIPT", 8) == 0) {
        p->redis->forget(*out);
        args[0] = (struct sc_redis_arg)SC_REDIS_TEXT("EVAL");
        args[1] = (struct sc_redis_arg){sc_fleet_script, strlen(sc_fleet_script)};
        at.command_ms /= 2; /* the call has waited before */
        rc = p->redis->ask(&at, args, n, out, why);
    }
    if (rc != SC_REDIS_OK || (*out)->kind != SC_REDIS_ERROR)
        return rc;
    /* Its code alone: an error may repeat what it was asked. */
    snprintf(why, SC_REDIS_NOTE, "it says %.*s", (int)strcspn((*out)->text, " \r\n"), (*out)->text);
    p->redis->forget(*out);
    *out = NULL;
    return SC_REDIS_AWAY;
}

/* Then EVALSHA, script, 1, key. */
static void begin(struct trip *t, const struct sc_fleet_place *p, char *key, size_t n)
{
    int k = snprintf(key, n, "{%s}:hosts", p->prefix);

    t->args[2] = (struct sc_redis_arg)SC_REDIS_TEXT("1");
    t->args[3] = (struct sc_redis_arg){key, (size_t)k < n ? (size_t)k : n - 1};
    t->n = 4;
}

enum sc_redis_result sc_fleet_trip(const struct sc_fleet_place *p, struct sc_region *r, int64_t now,
                                   int64_t wall, char why[SC_REDIS_NOTE])
{
    enum sc_redis_result rc = SC_REDIS_AWAY;
    struct trip *t = malloc(sizeof *t);
    struct sc_redis_reply *reply = NULL;
    char key[160];

    snprintf(why, SC_REDIS_NOTE, "no memory");
    if (t) {
        t->r = r;
        t->now = now;
        t->wall = wall;
        t->hosts = sc_fleet_hosts((int64_t)sc_word_read(&r->fleet.hosts), p->hosts);
        t->used = t->n_limits = t->n_events = t->n_sums = 0;
        begin(t, p, key, sizeof key);
        say(t);
        rc = run(p, t->args, t->n, &reply, why);
    }
    if (reply && !hear(t, reply)) {
        snprintf(why, SC_REDIS_NOTE, "what it says is of another version");
        rc = SC_REDIS_AWAY;
    }
    if (reply)
        p->redis->forget(reply);
    free(t);
    return rc;
}
