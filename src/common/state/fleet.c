#include "state/fleet.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "core/fleet.h"
#include "core/limiter.h"
#include "core/time.h"
#include "state/fleet_news.h"
#include "state/fleet_slot.h"
#include "state/region.h"
#include "state/siphash.h"

/* A call that has no share waits for one so long at most, looking so often. */
#define SHARE_WAIT_NS (3 * SC_NS_PER_S / 2)
#define ANSWER_WAIT_NS (20 * SC_NS_PER_MS)
#define LOOK_NS (10 * SC_NS_PER_MS)

/* No two round trips are closer, whatever for. */
#define GAP_NS (20 * SC_NS_PER_MS)

/* A host that got no share asks again: the others' leases are renewed meanwhile. */
#define NONE_NS (100 * SC_NS_PER_MS)

/* A slot that nobody uses any more makes room in the list. */
#define IDLE_NS (60 * SC_NS_PER_S)

/* ---- who this host is ---- */

static uint64_t hash_file(const uint64_t key[2], const char *path)
{
    char text[64];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text) : 0;

    if (fd >= 0)
        close(fd);
    return n > 0 ? sc_siphash(key, text, (size_t)n) : 0;
}

/* The same after a reboot and a reset, since what it has spent is counted under that name; memory
 * that no other process sees is a host of its own. */
static uint64_t name_host(const struct sc_region *r)
{
    static const uint64_t key[2] = {UINT64_C(0x7374656164796375), UINT64_C(0x726c666c65657421)};
    struct utsname u;
    uint64_t h = hash_file(key, "/etc/machine-id");

    if (!sc_region_is_shared())
        return r->head.nonce[0] | 1;
    if (uname(&u) == 0)
        h = sc_hash_mix(h, sc_siphash(key, u.nodename, strlen(u.nodename)));
    h = sc_hash_mix(h, r->head.owner);
    return sc_hash_mix(h, sc_siphash(key, r->head.folder, strlen(r->head.folder))) | 1;
}

/* ---- scopes ---- */

/* What all hosts call a scope: a hash under the secret that they share. */
static uint64_t id_of(const struct sc_fleet *f, const struct sc_scope_key *k, unsigned scope,
                      enum sc_slot_kind kind)
{
    const uint64_t salt[2] = {sc_word_read(&f->salt[0]), sc_word_read(&f->salt[1])};
    const struct {
        unsigned bit;
        struct sc_str text;
    } parts[] = {{SC_SCOPE_HOST, k->host},
                 {SC_SCOPE_MODEL, k->model},
                 {SC_SCOPE_RULE, k->rule},
                 {SC_SCOPE_KEY, k->key},
                 {SC_SCOPE_PATH, k->path}};
    uint64_t h = sc_hash_mix(salt[0], (uint64_t)kind << 8 | scope);

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (scope & parts[i].bit)
            h = sc_hash_mix(h, sc_siphash(salt, parts[i].text.p, parts[i].text.n));
    return h | 1;
}

/* The slot's place; false: it is in the process's own memory. */
static bool place_of(const struct sc_region *r, const sc_word *words, size_t *i)
{
    uintptr_t from = (uintptr_t)&r->slots[0][0], at = (uintptr_t)words;

    if (!words || at < from || at >= from + sizeof r->slots)
        return false;
    *i = (at - from) / sizeof(struct sc_slot);
    return true;
}

/* False: there is no room. */
static bool list(struct sc_region *r, size_t i, int64_t now)
{
    for (size_t k = 0; k < SC_FLEET_LISTED; k++) {
        uint64_t found = sc_word_read(&r->fleet.list[k]);
        struct sc_fleet_slot *old;

        if (found == i + 1)
            return true;
        if (found != 0 && found <= SC_SLOTS) {
            old = sc_fleet_slot_at(r, found - 1);
            if (now - (int64_t)sc_word_read(&old->words[SC_F_ACTIVE]) < IDLE_NS)
                continue;
            atomic_store(&old->words[SC_F_ID], 0); /* listed anew when it is used again */
        }
        if (atomic_compare_exchange_strong(&r->fleet.list[k], &found, i + 1))
            return true;
    }
    return false;
}

static sc_word *use(struct sc_region *r, const sc_word *words, uint64_t id,
                    const struct sc_scope_key *k, unsigned scope, int64_t now)
{
    struct sc_fleet_slot *s;
    size_t i;

    if (!place_of(r, words, &i))
        return NULL;
    s = sc_fleet_slot_at(r, i);
    if (now - (int64_t)sc_word_read(&s->words[SC_F_ACTIVE]) > 50 * SC_NS_PER_MS)
        atomic_store_explicit(&s->words[SC_F_ACTIVE], (uint64_t)now, memory_order_relaxed);
    if (sc_word_read(&s->words[SC_F_ID]) == 0) {
        if (id == 0)
            id = id_of(&r->fleet, k, scope, (enum sc_slot_kind)(i % SC_KINDS));
        atomic_store(&s->words[SC_F_ID], id);
        if (!list(r, i, now)) { /* this host's own, until there is */
            atomic_store(&s->words[SC_F_ID], 0);
            return NULL;
        }
        atomic_store(&r->fleet.seq, 0); /* what was told of it before */
    }
    return s->words;
}

static void use_all(struct sc_ticket *t, const struct sc_scope_key *k, int64_t now)
{
    struct sc_region *r = t->region;

    for (int i = 0; i < 2; i++)
        (void)use(r, t->gate[i], 0, k, t->gate_scope[i], now);
    (void)use(r, t->latch, 0, k, SC_SCOPE_HOST | SC_SCOPE_MODEL | SC_SCOPE_KEY, now);
    (void)use(r, t->breaker, 0, k, t->settings->breaker.scope, now);
    for (size_t i = 0; t->money && i < t->money->n; i++) {
        struct sc_money_held *h = &t->money->held[i];
        sc_word *words = use(r, h->words, h->id | 1, k, 0, now);

        h->elsewhere = words ? &words[SC_F_ELSEWHERE] : NULL;
    }
}

/* ---- round trips ---- */

/* The last round trip was not answered. */
static bool is_late(const struct sc_fleet *f, int64_t now)
{
    return now - (int64_t)sc_word_read(&f->heard) >= SC_FLEET_PERIOD_NS;
}

/* One answer that is late does not make it away: what was leased lasts for another try. */
static bool is_leased_on(const struct sc_fleet *f, int64_t now)
{
    int64_t heard = (int64_t)sc_word_read(&f->heard);

    return heard != 0 && heard - now < SC_FLEET_LEASE_NS && /* else it is damage */
           now - heard < SC_FLEET_LEASE_NS - SC_FLEET_PRESSED_NS;
}

/* Due, or worth one before: `gap` since the last one began. Whoever moves the word makes it. */
static bool is_mine(struct sc_fleet *f, int64_t now, int64_t gap)
{
    uint64_t due = sc_word_read(&f->due);
    int64_t last = (int64_t)due - SC_FLEET_PERIOD_NS;

    if (sc_word_read(&f->away) && sc_word_read(&f->heard) == 0)
        gap = SC_FLEET_PRESSED_NS; /* never met: until then nothing is shared */
    else if (sc_word_read(&f->away) && gap < SC_FLEET_AWAY_NS)
        gap = SC_FLEET_AWAY_NS;
    else if (gap > SC_FLEET_PRESSED_NS && is_late(f, now))
        gap = SC_FLEET_PRESSED_NS;
    if (due != 0 && last <= now && now - last < gap)
        return false;
    return atomic_compare_exchange_strong(&f->due, &due, (uint64_t)(now + SC_FLEET_PERIOD_NS));
}

/* What a call has closed is told at once, whenever the last trip was; not so if all calls close
 * something: then one of the next calls tells it. */
static bool may_tell(struct sc_fleet *f, int64_t now)
{
    uint64_t since = sc_word_read(&f->untold);
    struct sc_limiter_ask a = {.cost_ns = SC_FLEET_NEWS_NS,
                               .burst_ns = SC_FLEET_NEWS_BURST_NS,
                               .now_ns = now,
                               .latest_ns = now};

    if (since == 0 || sc_word_read(&f->away))
        return false;
    sc_limiter_reserve(sc_word_read(&f->news), &a);
    if (!a.taken || !atomic_compare_exchange_strong(&f->untold, &since, 0))
        return false;
    sc_word_update(&f->news, sc_limiter_reserve, &a);
    atomic_store(&f->due, (uint64_t)(now + SC_FLEET_PERIOD_NS));
    return true;
}

static int64_t wall_offset(const struct sc_ticket *t, int64_t now)
{
    struct timespec w;

    if (t->money)
        return t->money->wall_ns;
    return clock_gettime(CLOCK_REALTIME, &w) == 0
               ? (int64_t)w.tv_sec * SC_NS_PER_S + w.tv_nsec - now
               : 0;
}

static void say_away(struct sc_fleet *f, int64_t now, int64_t stated, const char *why, char *note)
{
    int64_t known = (int64_t)sc_word_read(&f->hosts), hosts = sc_fleet_hosts(known, stated);

    if (atomic_exchange(&f->away, (uint64_t)now) != 0)
        return;
    if (hosts > 1)
        snprintf(note, SC_FLEET_NOTE,
                 "Redis is away (%s): this host goes on with its part of each limit, 1 of %lld",
                 why, (long long)hosts);
    else
        snprintf(note, SC_FLEET_NOTE,
                 "Redis is away (%s): limits are this host's alone until it is back", why);
}

static void make_trip(const struct sc_fleet_place *p, const struct sc_ticket *t, int64_t now,
                      char *note)
{
    struct sc_fleet *f = &t->region->fleet;
    char why[SC_REDIS_NOTE] = "";

    if (sc_word_read(&f->host) == 0)
        atomic_store(&f->host, name_host(t->region));
    atomic_fetch_add(&f->trips, 1);
    atomic_store(&f->untold, 0); /* each trip says all */
    switch (sc_fleet_trip(p, t->region, now, wall_offset(t, now), why)) {
    case SC_REDIS_BUSY:
        atomic_store(&f->due, 0); /* the next call's */
        return;
    case SC_REDIS_AWAY:
        if (is_leased_on(f, now))
            return;
        say_away(f, now, p->hosts, why, note);
        return;
    default:
        break;
    }
    atomic_store(&f->heard, (uint64_t)now);
    if (atomic_exchange(&f->away, 0) != 0)
        snprintf(note, SC_FLEET_NOTE, "Redis is back: limits are shared by %lld hosts again",
                 (long long)sc_word_read(&f->hosts));
}

/* In a program that is not ours: it keeps its errno, and a thread that is cancelled leaves nothing.
 */
static void trip(const struct sc_fleet_place *p, const struct sc_ticket *t, int64_t now, char *note)
{
    int before = errno, cancel;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    make_trip(p, t, now, note);
    pthread_setcancelstate(cancel, NULL);
    errno = before;
}

/* ---- limits ---- */

struct part {
    struct sc_reservation *r;
    sc_word *words; /* of the fleet's slot, NULL: not shared */
    int64_t units;
    int64_t hosts; /* to divide by */
};

static int64_t share_of(const struct sc_fleet *f, const struct part *part, int64_t now)
{
    struct sc_fleet_lease l = {.share = (int64_t)sc_word_read(&part->words[SC_F_SHARE]),
                               .end_ns = (int64_t)sc_word_read(&part->words[SC_F_END])};

    return sc_fleet_share(&l, now, sc_word_read(&f->away) != 0, part->hosts);
}

/* Whether a call of so many units would have to wait, and more could be had. */
static bool is_pressed(const struct sc_ticket *t, const struct part *part, int64_t share,
                       int64_t now)
{
    int64_t burst = sc_limiter_burst(t->settings->limits.burst);
    int64_t cost = sc_fleet_cost(part->units, part->r->limit, share);
    size_t i;

    return share < SC_FLEET_ALL &&
           sc_limiter_backlog(sc_word_read(&part->r->words[SC_W_TAT]), now) + cost > burst &&
           place_of(t->region, part->r->words, &i) &&
           sc_fleet_is_worth(share, sc_fleet_want_now(t->region, i, share, now));
}

/* How long after the last round trip another is worth it: the most urgent part says. */
static int64_t gap_of(const struct sc_ticket *t, const struct part parts[2], int64_t now)
{
    int64_t gap = SC_FLEET_PERIOD_NS;

    for (int i = 0; i < 2; i++) {
        int64_t share;

        if (!parts[i].words || parts[i].units == 0)
            continue;
        share = share_of(&t->region->fleet, &parts[i], now);
        if (share == 0)
            gap = NONE_NS;
        else if (gap > SC_FLEET_PRESSED_NS && is_pressed(t, &parts[i], share, now))
            gap = SC_FLEET_PRESSED_NS;
    }
    return gap;
}

/* Without a name that all hosts know it by (at first), a limit is not shared yet: as long it is the
 * part of a host that has not met the others. */
static void find_parts(const struct sc_fleet_place *p, struct sc_ticket *t, int64_t tokens,
                       struct part parts[2])
{
    int64_t hosts = sc_fleet_hosts((int64_t)sc_word_read(&t->region->fleet.hosts), p->hosts);

    parts[0] = (struct part){.r = &t->requests, .units = 1, .hosts = hosts};
    parts[1] = (struct part){.r = &t->tokens, .units = tokens, .hosts = hosts};
    for (int i = 0; i < 2; i++) {
        parts[i].r->share = SC_FLEET_ALL / hosts;
        parts[i].r->polls = NULL;
    }
}

/* Nobody waits for a share beyond what it may wait, or for ever. Redis is there, and others have it
 * all: it goes by next to nothing until some of it comes. */
static int64_t share_to_use(const struct sc_ticket *t, const struct part *part, int64_t now)
{
    int64_t share = share_of(&t->region->fleet, part, now);

    if (share > 0)
        return share;
    return sc_word_read(&t->region->fleet.heard) ? sc_fleet_crumb(part->hosts)
                                                 : SC_FLEET_ALL / part->hosts;
}

/* What is reserved next is counted in another share: what was reserved before is from now on, too.
 * Of two that find so, one moves it. */
static void count_in(const struct part *part, int64_t share, int64_t now)
{
    uint64_t before = sc_word_read(&part->words[SC_F_UNIT]);
    struct sc_fleet_move m = {.now_ns = now,
                              .burst_ns = (int64_t)sc_word_read(&part->r->words[SC_W_BURST_NS]),
                              .from = (int64_t)before,
                              .to = share};

    if (before == (uint64_t)share ||
        !atomic_compare_exchange_strong(&part->words[SC_F_UNIT], &before, (uint64_t)share))
        return;
    if (m.from > 0 && m.from <= SC_FLEET_ALL)
        sc_word_update(&part->r->words[SC_W_TAT], sc_fleet_move, &m);
}

/* As long as a round trip may take, whatever it may wait. */
static bool may_wait(const struct sc_ticket *t, int64_t now)
{
    int64_t most = t->settings->limits.max_wait_ms * SC_NS_PER_MS;

    if (most > SHARE_WAIT_NS)
        most = SHARE_WAIT_NS;
    if (most < ANSWER_WAIT_NS)
        most = ANSWER_WAIT_NS;
    return now + LOOK_NS < t->deadline_ns && now - t->share_since_ns < most;
}

static bool lacks_share(const struct sc_ticket *t, const struct part parts[2], int64_t now)
{
    for (int i = 0; i < 2; i++)
        if (parts[i].words && parts[i].units > 0 &&
            share_of(&t->region->fleet, &parts[i], now) == 0)
            return true;
    return false;
}

int64_t sc_fleet_before(const struct sc_fleet_place *p, struct sc_ticket *t,
                        const struct sc_scope_key *k, int64_t tokens, int64_t now, bool again,
                        char note[SC_FLEET_NOTE])
{
    int64_t gap;
    struct part parts[2];

    note[0] = '\0';
    if (!t->region || !p->redis)
        return 0;
    if (!again || t->share_since_ns == 0)
        t->share_since_ns = now;
    /* At first, for the secret that scopes are named by. */
    if (sc_word_read(&t->region->fleet.salt[0]) == 0 && is_mine(&t->region->fleet, now, GAP_NS)) {
        trip(p, t, now, note);
        if (sc_word_read(&t->region->fleet.away) == 0)
            atomic_store(&t->region->fleet.due, 0);
    }
    find_parts(p, t, tokens, parts);
    if (sc_word_read(&t->region->fleet.salt[0]) == 0)
        return sc_word_read(&t->region->fleet.away) == 0 && may_wait(t, now) ? now + LOOK_NS : 0;
    for (int i = 0; i < 2; i++)
        parts[i].words = use(t->region, parts[i].r->words, 0, k, t->settings->limits.scope, now);
    use_all(t, k, now);
    for (int i = 0; i < 2 && !again; i++)
        if (parts[i].words)
            atomic_fetch_add(&parts[i].words[SC_F_ASKED], (uint64_t)parts[i].units);
    gap = gap_of(t, parts, now);
    if (is_mine(&t->region->fleet, now, gap) || may_tell(&t->region->fleet, now))
        trip(p, t, now, note);
    if (lacks_share(t, parts, now) && may_wait(t, now))
        return now + LOOK_NS;
    for (int i = 0; i < 2; i++) {
        parts[i].r->share = parts[i].words ? share_to_use(t, &parts[i], now) : 0;
        parts[i].r->polls = parts[i].words ? &parts[i].words[SC_F_POLLS] : NULL;
        if (parts[i].words)
            count_in(&parts[i], parts[i].r->share, now);
    }
    return 0;
}

/* ---- what a call has closed ---- */

static bool claim_news(struct sc_region *r, const sc_word *words, int64_t now)
{
    size_t i;

    return place_of(r, words, &i) &&
           sc_word_read(&sc_fleet_slot_at(r, i)->words[SC_F_ID]) !=
               0 && /* else it has no name there */
           sc_fleet_claim_news(r, i, now);
}

/* All of them: they go in one trip. */
static bool has_news(struct sc_ticket *t, int64_t now)
{
    const sc_word *all[] = {t->gate[0], t->gate[1], t->latch, t->breaker};
    bool any = false;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        any |= claim_news(t->region, all[i], now);
    return any;
}

void sc_fleet_after(const struct sc_fleet_place *p, struct sc_ticket *t, int64_t now,
                    char note[SC_FLEET_NOTE])
{
    struct sc_region *r = t->region;

    note[0] = '\0';
    if (!r || !p->redis || sc_word_read(&r->fleet.salt[0]) == 0)
        return;
    if (has_news(t, now))
        atomic_store(&r->fleet.untold, (uint64_t)now);
    if (may_tell(&r->fleet, now) ||
        is_mine(&r->fleet, now, t->money ? SC_FLEET_PRESSED_NS : SC_FLEET_PERIOD_NS))
        trip(p, t, now, note);
}
