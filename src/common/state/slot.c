#include "state/slot.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/settings.h"
#include "state/region.h"
#include "state/siphash.h"

/* How many groups are looked at before the table counts as full for a scope. */
#define PROBES 16

void sc_scope_hash(struct sc_scope_hashes *h, struct sc_region *r, const struct sc_scope_key *k)
{
    const uint64_t *key = r->head.hash_key;

    h->region = r;
    h->host = sc_siphash(key, k->host.p, k->host.n);
    h->model = k->model.n ? sc_siphash(key, k->model.p, k->model.n) : 0;
    h->path = k->model.n || !k->path.n ? 0 : sc_siphash(key, k->path.p, k->path.n);
    h->rule = k->rule.n ? sc_siphash(key, k->rule.p, k->rule.n) : 0;
    h->key = k->key.n ? sc_siphash(key, k->key.p, k->key.n) : 0;
}

uint64_t sc_hash_mix(uint64_t h, uint64_t part)
{
    h = (h ^ part) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

uint64_t sc_scope_hash_of(const struct sc_scope_hashes *h, unsigned scope)
{
    uint64_t x = sc_hash_mix(h->region->head.hash_key[0], scope);

    if (scope & SC_SCOPE_HOST)
        x = sc_hash_mix(x, h->host);
    if (scope & SC_SCOPE_MODEL)
        x = sc_hash_mix(x, h->model);
    if (scope & SC_SCOPE_RULE)
        x = sc_hash_mix(x, h->rule);
    if (scope & SC_SCOPE_KEY)
        x = sc_hash_mix(x, h->key);
    if (scope & SC_SCOPE_PATH)
        x = sc_hash_mix(x, h->path);
    return x;
}

/* Labels are read by people and by Prometheus: no blanks, quotes or control characters. */
size_t sc_label_put(char *buf, size_t at, size_t size, const char *name, struct sc_str s)
{
    if (s.n == 0 || at + strlen(name) + 2 >= size)
        return at;
    at += (size_t)snprintf(buf + at, size - at, "%s%s=", at ? " " : "", name);
    for (size_t i = 0; i < s.n && at + 1 < size; i++) {
        unsigned char c = (unsigned char)s.p[i];

        buf[at++] = c > ' ' && c < 127 && c != '"' && c != '\\' && c != '=' ? (char)c : '_';
    }
    buf[at] = '\0';
    return at;
}

static size_t make_label(char *buf, size_t size, const struct sc_scope_hashes *h,
                         const struct sc_scope_key *k, unsigned scope)
{
    const char *provider = sc_provider_name(k->provider);
    char mark[8];
    size_t n = sc_label_put(buf, 0, size, "provider", (struct sc_str){provider, strlen(provider)});

    if (scope & SC_SCOPE_HOST)
        n = sc_label_put(buf, n, size, "host", k->host);
    if (scope & SC_SCOPE_MODEL)
        n = sc_label_put(buf, n, size, "model", k->model);
    if (scope & SC_SCOPE_RULE)
        n = sc_label_put(buf, n, size, "rule", k->rule);
    if (scope & SC_SCOPE_PATH)
        n = sc_label_put(buf, n, size, "path", k->path);
    if ((scope & SC_SCOPE_KEY) && k->key.n) {
        snprintf(mark, sizeof mark, "#%05x", (unsigned)(h->key & 0xfffff));
        n = sc_label_put(buf, n, size, "key", (struct sc_str){mark, strlen(mark)});
    }
    return n;
}

/* Word by word and then the length: a reader sees no half label. Everybody who finds the label
 * unwritten writes the same bytes, so a claimer killed in between leaves no nameless slot. */
static void write_text(struct sc_label *l, const char text[SC_LABEL_MAX], size_t n)
{
    for (size_t i = 0; i < SC_LABEL_WORDS; i++) {
        uint64_t word;

        memcpy(&word, text + i * 8, 8);
        atomic_store_explicit(&l->text[i], word, memory_order_relaxed);
    }
    atomic_store_explicit(&l->length, n, memory_order_release);
}

static void write_label(struct sc_label *l, const struct sc_scope_hashes *h,
                        const struct sc_scope_key *k, unsigned scope)
{
    char text[SC_LABEL_MAX] = {0};
    size_t n = make_label(text, sizeof text, h, k, scope);

    write_text(l, text, n);
}

void sc_label_read(const struct sc_label *l, char *buf, size_t n)
{
    char text[SC_LABEL_MAX + 1] = {0};

    buf[0] = '\0';
    if (sc_word_read(&l->length) == 0)
        return;
    for (size_t i = 0; i < SC_LABEL_WORDS; i++) {
        uint64_t word = sc_word_read(&l->text[i]);

        memcpy(text + i * 8, &word, 8);
    }
    /* Damaged bytes must not reach a terminal. */
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || (unsigned char)*c > 126 || *c == '"' || *c == '\\')
            *c = '_';
    snprintf(buf, n, "%s", text);
}

/* The i-th place that a hash may have. Each hash has a stride of its own (odd, the table's size a
 * power of two): with the next place as the next try, clusters would turn away one scope in fifty
 * while half the table is free. */
static size_t place_of(uint64_t hash, size_t i, size_t size)
{
    return (size_t)((hash >> 8) + i * (hash >> 40 | 1)) % size;
}

/* Takes a free place, or one whose key cannot be (its low byte names another kind: damage). */
static bool claim(sc_word *place, uint64_t key, bool *fresh)
{
    uint64_t found = sc_word_read(place);

    *fresh = false;
    if (found == key)
        return true;
    if (found != 0 && (found & 0xff) == (key & 0xff))
        return false;
    *fresh = atomic_compare_exchange_strong(place, &found, key);
    return *fresh || found == key;
}

static struct sc_slot *find(struct sc_region *r, uint64_t hash, enum sc_slot_kind kind,
                            struct sc_label **label)
{
    uint64_t key = (hash & ~UINT64_C(0xff)) | (uint64_t)(kind + 1);
    bool fresh;

    for (size_t i = 0; i < PROBES; i++) {
        size_t group = place_of(hash, i, SC_GROUPS);
        struct sc_slot *s = &r->slots[group][kind];

        if (claim(&s->key, key, &fresh)) {
            *label = &r->labels[group][kind];
            if (fresh)
                atomic_store(&(*label)->length, 0);
            return s;
        }
    }
    return NULL;
}

/* The same, in the process's own memory if there is no room. */
static struct sc_slot *find_anywhere(struct sc_region *r, uint64_t hash, enum sc_slot_kind kind,
                                     struct sc_label **label)
{
    struct sc_slot *s = find(r, hash, kind, label);
    struct sc_region *own;

    if (s)
        return s;
    sc_region_note("the state table is full: further scopes are kept per process");
    own = sc_region_private();
    return own && own != r ? find(own, hash, kind, label) : NULL;
}

sc_word *sc_slot_at(const struct sc_scope_hashes *h, const struct sc_scope_key *k, unsigned scope,
                    uint64_t hash, enum sc_slot_kind kind)
{
    struct sc_label *label = NULL;
    struct sc_slot *s = find_anywhere(h->region, hash, kind, &label);

    if (!s)
        return NULL;
    if (sc_word_read(&label->length) == 0)
        write_label(label, h, k, scope);
    return s->words;
}

sc_word *sc_slot_named(struct sc_region *r, uint64_t hash, enum sc_slot_kind kind, const char *text)
{
    struct sc_label *label = NULL;
    struct sc_slot *s = find_anywhere(r, hash, kind, &label);
    char padded[SC_LABEL_MAX] = {0};

    if (!s)
        return NULL;
    if (sc_word_read(&label->length) == 0) {
        snprintf(padded, sizeof padded, "%s", text);
        write_text(label, padded, strlen(padded));
    }
    return s->words;
}

sc_word *sc_slot_words(const struct sc_scope_hashes *h, const struct sc_scope_key *k,
                       unsigned scope, enum sc_slot_kind kind)
{
    return sc_slot_at(h, k, scope, sc_scope_hash_of(h, scope), kind);
}

static struct sc_slot *look_up(struct sc_region *r, uint64_t hash, enum sc_slot_kind kind)
{
    uint64_t key = (hash & ~UINT64_C(0xff)) | (uint64_t)(kind + 1);

    for (size_t i = 0; i < PROBES; i++) {
        struct sc_slot *s = &r->slots[place_of(hash, i, SC_GROUPS)][kind];
        uint64_t found = sc_word_read(&s->key);

        if (found == key)
            return s;
        if (found == 0)
            break;
    }
    return NULL;
}

sc_word *sc_slot_known(const struct sc_scope_hashes *h, unsigned scope, enum sc_slot_kind kind)
{
    struct sc_slot *s = look_up(h->region, sc_scope_hash_of(h, scope), kind);

    return s ? s->words : NULL;
}

static sc_word *part_words(struct sc_region *r, uint64_t hash, unsigned part, bool make,
                           enum sc_slot_kind kind)
{
    uint64_t mixed = sc_hash_mix(hash, part + 1);
    struct sc_label *label;
    struct sc_slot *s = make ? find(r, mixed, kind, &label) : look_up(r, mixed, kind);

    return s ? s->words : NULL;
}

sc_word *sc_lease_words(struct sc_region *r, uint64_t hash, unsigned part, bool make)
{
    return part_words(r, hash, part, make, SC_SLOT_LEASES);
}

sc_word *sc_held_words(struct sc_region *r, uint64_t hash, unsigned part, bool make)
{
    return part_words(r, hash, part, make, SC_SLOT_HELD);
}

sc_word *sc_queue_words(struct sc_region *r, uint64_t hash, unsigned part, bool make)
{
    return part_words(r, hash, part, make, SC_SLOT_QUEUE);
}

sc_word *sc_series_words(const struct sc_scope_hashes *h, const struct sc_scope_key *k,
                         uint64_t hash)
{
    unsigned scope = SC_SCOPE_HOST | SC_SCOPE_MODEL;
    uint64_t key = sc_hash_mix(hash, (uint64_t)k->provider) | 1;
    bool fresh;

    for (size_t i = 0; i < PROBES; i++) {
        struct sc_series *s = &h->region->series[place_of(key, i, SC_SERIES)];
        uint64_t found = sc_word_read(&s->key);

        if (found != key && found != 0)
            continue;
        if (!claim(&s->key, key, &fresh))
            continue;
        if (sc_word_read(&s->label.length) == 0)
            write_label(&s->label, h, k, scope);
        return s->words;
    }
    return NULL;
}
