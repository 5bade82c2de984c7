#include "policy/match.h"

#include <stdlib.h>
#include <string.h>

#include "policy/glob.h"
#include "policy/host.h"
#include "policy/rule.h"

/* Beginnings longer than this are told apart by the rule's own check. */
#define PREFIX_MAX 63
/* A host has at most 127 labels; each suffix can lead to a bucket, with a few lists each. */
#define RUNS_MAX 160

enum kind { KIND_EXACT = 1, KIND_SUFFIX, KIND_ANY };
enum part { PART_NONE, PART_MODEL, PART_PATH };

struct sc_candidate {
    uint32_t rule;
    uint16_t port;         /* 0: any */
    struct sc_str pattern; /* to be checked on the host; n 0: the key said it all */
};

struct key {
    uint8_t kind, part;
    struct sc_str host, beginning;
    uint64_t hash;
};

struct sc_bucket {
    struct key key; /* kind 0: empty */
    uint32_t first, n, filled;
    bool any_port;
    uint16_t port;       /* the one port of all rules of this host key, unless any_port */
    uint64_t lengths[3]; /* by part: bit n, there are beginnings of n bytes */
};

static uint64_t mix(uint64_t hash, unsigned char c)
{
    return (hash ^ c) * 0x100000001b3u;
}

#define HASH_START 0xcbf29ce484222325u

/* Hosts are hashed from their end, so that one pass yields the hash of every suffix. */
static uint64_t hash_host(struct sc_str host)
{
    uint64_t hash = HASH_START;

    for (size_t i = host.n; i > 0; i--)
        hash = mix(hash, (unsigned char)host.p[i - 1]);
    return hash;
}

static uint64_t hash_beginning(struct sc_str s)
{
    uint64_t hash = HASH_START;

    for (size_t i = 0; i < s.n; i++)
        hash = mix(hash, (unsigned char)s.p[i]);
    return hash;
}

static uint64_t hash_key(int kind, int part, uint64_t host, uint64_t beginning)
{
    uint64_t h = (host ^ (uint64_t)kind << 56) * 0x9e3779b97f4a7c15u;

    if (part != PART_NONE)
        h = (h ^ (beginning + (uint64_t)part)) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 32;
}

static bool same(struct sc_str a, struct sc_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static struct sc_bucket *find(const struct sc_index *x, const struct key *k)
{
    size_t i = k->hash & x->mask;

    for (;; i = (i + 1) & x->mask) {
        struct sc_bucket *b = &x->buckets[i];

        if (b->key.kind == 0)
            return b;
        if (b->key.hash == k->hash && b->key.kind == k->kind && b->key.part == k->part &&
            same(b->key.host, k->host) && same(b->key.beginning, k->beginning))
            return b;
    }
}

/* ---- building ---- */

static struct sc_str beginning_of(struct sc_str pattern)
{
    const char *star = memchr(pattern.p, '*', pattern.n);
    struct sc_str s = {pattern.p, star == NULL ? pattern.n : (size_t)(star - pattern.p)};

    if (s.n > PREFIX_MAX)
        s.n = PREFIX_MAX;
    return s;
}

/* A path's leading slash tells nothing. */
static bool all_begin(const struct sc_patterns *p, size_t more_than)
{
    for (uint32_t i = 0; i < p->n; i++) {
        if (beginning_of(p->items[i]).n <= more_than)
            return false;
    }
    return p->n > 0;
}

static enum part part_of(const struct sc_rule_match *m)
{
    if (all_begin(&m->model, 0))
        return PART_MODEL;
    return all_begin(&m->path, 1) ? PART_PATH : PART_NONE;
}

/* The key of a host pattern, and what remains to be checked on the host. */
static struct key key_of(struct sc_str pattern, struct sc_candidate *c)
{
    struct key k = {.kind = KIND_EXACT};
    const char *why;
    int port = 0;

    sc_host_split(pattern, &k.host, &port, &why);
    c->port = (uint16_t)port;
    if (k.host.n == 1 && k.host.p[0] == '*') {
        k.kind = KIND_ANY;
        k.host.n = 0;
    } else if (memchr(k.host.p, '*', k.host.n) != NULL) {
        struct sc_str suffix = sc_host_suffix(k.host);

        k.kind = KIND_SUFFIX;
        if (suffix.n + 2 != k.host.n || k.host.p[0] != '*')
            c->pattern = k.host;
        k.host = suffix;
    }
    k.hash = hash_key(k.kind, PART_NONE, hash_host(k.host), 0);
    return k;
}

typedef void visit(struct sc_index *x, const struct key *k, const struct sc_candidate *c,
                   struct sc_bucket *base);

/* Visits the buckets a rule's host pattern belongs to. */
static void place(struct sc_index *x, uint32_t rule, struct sc_str pattern, visit *v)
{
    const struct sc_rule_match *m = &x->matches[rule];
    struct sc_candidate c = {.rule = rule};
    struct key k = key_of(pattern, &c);
    enum part part = part_of(m);
    const struct sc_patterns *list = part == PART_MODEL ? &m->model : &m->path;
    struct sc_bucket *base = find(x, &k);

    if (part == PART_NONE) {
        v(x, &k, &c, base);
        return;
    }
    if (base->key.kind == 0)
        base->key = k;
    for (uint32_t i = 0; i < list->n; i++) {
        struct key sub = k;

        sub.part = part;
        sub.beginning = beginning_of(list->items[i]);
        sub.hash = hash_key(k.kind, part, hash_host(k.host), hash_beginning(sub.beginning));
        v(x, &sub, &c, base);
    }
}

static void count(struct sc_index *x, const struct key *k, const struct sc_candidate *c,
                  struct sc_bucket *base)
{
    struct sc_bucket *b = find(x, k);

    if (b->key.kind == 0)
        b->key = *k;
    b->n++;
    if (k->part != PART_NONE)
        base->lengths[k->part] |= UINT64_C(1) << k->beginning.n;
    if (c->port == 0 || (base->port != 0 && base->port != c->port))
        base->any_port = true;
    base->port = c->port;
}

static void fill(struct sc_index *x, const struct key *k, const struct sc_candidate *c,
                 struct sc_bucket *base)
{
    struct sc_bucket *b = find(x, k);

    (void)base;
    x->candidates[b->first + b->filled++] = *c;
}

static void place_all(struct sc_index *x, size_t n, visit *v)
{
    static const struct sc_str everywhere = {"*", 1};

    for (size_t rule = 0; rule < n; rule++) {
        const struct sc_patterns *hosts = &x->matches[rule].host;

        if (hosts->n == 0)
            place(x, (uint32_t)rule, everywhere, v);
        for (uint32_t i = 0; i < hosts->n; i++)
            place(x, (uint32_t)rule, hosts->items[i], v);
    }
}

/* No more buckets than this can be needed. */
static size_t bound(const struct sc_rule_match *matches, size_t n)
{
    size_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        const struct sc_rule_match *m = &matches[i];
        size_t lists = part_of(m) == PART_MODEL  ? m->model.n
                       : part_of(m) == PART_PATH ? m->path.n
                                                 : 0;

        sum += (m->host.n == 0 ? 1 : m->host.n) * (1 + lists);
    }
    return sum;
}

bool sc_index_build(struct sc_index *x, const struct sc_rule_match *matches, size_t n)
{
    size_t most = bound(matches, n), room = 8;
    uint32_t first = 0;

    while (room < most + most / 2 + 1)
        room *= 2;
    x->matches = matches;
    x->mask = room - 1;
    x->buckets = calloc(room, sizeof *x->buckets);
    if (x->buckets == NULL)
        return false;
    place_all(x, n, count);
    for (size_t i = 0; i < room; i++) {
        x->buckets[i].first = first;
        first += x->buckets[i].n;
    }
    x->candidates = calloc(first == 0 ? 1 : first, sizeof *x->candidates);
    if (x->candidates == NULL)
        return false;
    place_all(x, n, fill);
    return true;
}

void sc_index_free(struct sc_index *x)
{
    free(x->buckets);
    free(x->candidates);
}

/* ---- matching ---- */

static bool any_matches(const struct sc_patterns *patterns, struct sc_str text)
{
    for (uint32_t i = 0; i < patterns->n; i++) {
        if (sc_glob_match(patterns->items[i], text))
            return true;
    }
    return patterns->n == 0;
}

static bool host_accepts(const struct sc_candidate *c, struct sc_str host, int port)
{
    return (c->port == 0 || c->port == port) &&
           (c->pattern.n == 0 || sc_host_match(c->pattern, host));
}

static bool accepts(const struct sc_index *x, const struct sc_candidate *c,
                    const struct sc_subject *t, struct sc_str host)
{
    const struct sc_rule_match *m = &x->matches[c->rule];

    return host_accepts(c, host, t->port) && any_matches(&m->model, t->model) &&
           any_matches(&m->path, t->path) && any_matches(&m->method, t->method);
}

/* Visits the bucket of each key that fits the host: itself, its suffixes, everything. */
struct walk {
    const struct sc_index *index;
    struct sc_str host;
    uint64_t hash; /* of the last `done` bytes */
    size_t done;
    int stage;
    uint64_t host_hash; /* of the bucket last returned */
};

static const struct sc_bucket *bucket_of(struct walk *w, int kind, struct sc_str host)
{
    struct key k = {.kind = (uint8_t)kind, .host = host};
    const struct sc_bucket *b;

    w->host_hash = host.n == 0 ? HASH_START : w->hash;
    k.hash = hash_key(kind, PART_NONE, w->host_hash, 0);
    b = find(w->index, &k);
    return b->key.kind == 0 ? NULL : b;
}

static const struct sc_bucket *next_bucket(struct walk *w)
{
    const struct sc_bucket *b;

    if (w->stage == 0) {
        w->stage = 1;
        b = bucket_of(w, KIND_ANY, (struct sc_str){"", 0});
        if (b != NULL)
            return b;
    }
    while (w->done < w->host.n) {
        size_t at = w->host.n - w->done - 1;

        if (w->host.p[at] == '.' && w->done > 0 && at > 0 && w->stage == 1) {
            w->stage = 2; /* the dot itself is taken next time */
            b = bucket_of(w, KIND_SUFFIX, (struct sc_str){w->host.p + at + 1, w->done});
            if (b != NULL)
                return b;
        }
        w->stage = 1;
        w->hash = mix(w->hash, (unsigned char)w->host.p[at]);
        w->done++;
    }
    if (w->stage == 1) {
        w->stage = 3;
        return bucket_of(w, KIND_EXACT, w->host);
    }
    return NULL;
}

static struct walk walk_start(const struct sc_index *x, struct sc_str host)
{
    struct walk w = {.index = x, .host = host, .hash = HASH_START};

    if (host.n > 0 && host.p[host.n - 1] == '.')
        w.host.n--; /* the root's dot: the same name */
    return w;
}

/* Lists still to be merged. */
struct runs {
    struct {
        const struct sc_candidate *at, *end;
    } run[RUNS_MAX];
    size_t n;
};

static void add_run(struct runs *r, const struct sc_index *x, const struct sc_bucket *b)
{
    if (b->n == 0 || r->n == RUNS_MAX)
        return;
    r->run[r->n].at = x->candidates + b->first;
    r->run[r->n].end = r->run[r->n].at + b->n;
    r->n++;
}

static void add_beginnings(struct runs *r, const struct walk *w, const struct sc_bucket *b,
                           enum part part, struct sc_str text)
{
    uint64_t lengths = b->lengths[part], hash = HASH_START;

    for (size_t n = 1; lengths >> 1 != 0 && n <= text.n && n <= PREFIX_MAX; n++) {
        hash = mix(hash, (unsigned char)text.p[n - 1]);
        if (lengths >> n & 1) {
            struct key k = {.kind = b->key.kind,
                            .part = (uint8_t)part,
                            .host = b->key.host,
                            .beginning = {text.p, n}};

            k.hash = hash_key(k.kind, part, w->host_hash, hash);
            add_run(r, w->index, find(w->index, &k));
            lengths &= ~(UINT64_C(1) << n);
        }
    }
}

/* Takes the candidate with the least rule number off the lists. */
static const struct sc_candidate *take_first(struct runs *r)
{
    const struct sc_candidate *c;
    size_t best = 0;

    for (size_t i = 1; i < r->n; i++) {
        if (r->run[i].at->rule < r->run[best].at->rule)
            best = i;
    }
    c = r->run[best].at++;
    if (r->run[best].at == r->run[best].end)
        r->run[best] = r->run[--r->n];
    return c;
}

long sc_index_match(const struct sc_index *x, const struct sc_subject *t)
{
    struct walk w = walk_start(x, t->host);
    const struct sc_bucket *b;
    struct runs runs;

    runs.n = 0;
    while ((b = next_bucket(&w)) != NULL) {
        add_run(&runs, x, b);
        if (b->lengths[PART_MODEL] != 0)
            add_beginnings(&runs, &w, b, PART_MODEL, t->model);
        if (b->lengths[PART_PATH] != 0)
            add_beginnings(&runs, &w, b, PART_PATH, t->path);
    }
    while (runs.n > 0) {
        const struct sc_candidate *c = take_first(&runs);

        if (accepts(x, c, t, w.host))
            return (long)c->rule;
    }
    return -1;
}

bool sc_index_may_match_host(const struct sc_index *x, struct sc_str host, int port)
{
    struct walk w = walk_start(x, host);
    const struct sc_bucket *b;

    while ((b = next_bucket(&w)) != NULL) {
        bool deeper = (b->lengths[PART_MODEL] | b->lengths[PART_PATH]) != 0;

        if (deeper && (b->any_port || b->port == port))
            return true;
        for (uint32_t i = 0; i < b->n; i++) {
            if (host_accepts(&x->candidates[b->first + i], w.host, port))
                return true;
        }
    }
    return false;
}
