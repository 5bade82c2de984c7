/*
 * slot.h - finding a scope's words in the table.
 *
 * A scope is the texts that a limit is keyed by (host, model, rule, credential). Each text is
 * hashed with the region's secret key once per call; a scope's hash is a mix of those it is made
 * of. Slots are claimed by compare-and-swap of their key word and never given back.
 */
#ifndef SC_STATE_SLOT_H
#define SC_STATE_SLOT_H

#include <stdint.h>

#include "http/str.h"
#include "provider/provider.h"
#include "state/layout.h"

/* What a slot's words are. The order is the layout: append only. */
enum sc_slot_kind {
    SC_SLOT_REQUESTS, /* limiter, requests */
    SC_SLOT_TOKENS,   /* limiter, tokens */
    SC_SLOT_GATE,
    SC_SLOT_LATCH,
    SC_SLOT_BREAKER,
    SC_SLOT_WINDOW, /* of the breaker */
    SC_SLOT_BUDGET,
    SC_SLOT_RATIO,  /* tokens, by what was estimated */
    SC_SLOT_LEASES, /* six concurrency leases; further ones under a hash of their own */
    SC_SLOT_CONCURRENT,
    SC_SLOT_LEARNED_REQUESTS, /* what the service's own limit was found to be */
    SC_SLOT_LEARNED_TOKENS,
    SC_SLOT_SPENT,  /* money, of a budget */
    SC_SLOT_HELD,   /* money set aside: three leases with their amounts; further slots likewise */
    SC_SLOT_COUNTS, /* nobody's, and without a key: see counts.h */
    SC_SLOT_HEDGE,  /* second attempts: see hedge.h */
    SC_SLOT_QUEUE   /* who waits for a limit: its classes; two places each in further ones */
};

/* Words of the slots, by kind. Words not named are 0. */
enum { SC_W_TAT, SC_W_SHIFT, SC_W_LIMIT, SC_W_BURST_NS };   /* REQUESTS, TOKENS */
enum { SC_W_PERIOD = 2, SC_W_SEEN, SC_W_RATE, SC_W_METER }; /* LEARNED_*, after TAT and SHIFT */
enum { SC_W_UNTIL, SC_W_RELEASE, SC_W_CLOSINGS };           /* GATE */
enum { SC_W_LATCH, SC_W_LATCHED_AT, SC_W_TRUST };           /* LATCH */
enum { SC_W_STATE, SC_W_CHANGED_AT, SC_W_OPENINGS, SC_W_WHY, SC_W_OPEN_MAX_MS }; /* BREAKER */
enum { SC_W_SCALE = 1 };                            /* RATIO; [0] was bytes per token */
enum { SC_W_BUDGET_TERMS = 5 };                     /* BUDGET, after the fifths */
enum { SC_W_CONCURRENT_MAX, SC_W_CONCURRENT_HASH }; /* CONCURRENT */

enum { SC_W_QUEUE_TIME, SC_W_QUEUE_MARK, SC_W_QUEUE_TERMS = 4, SC_W_QUEUE_HASH }; /* QUEUE */

enum { SC_W_SPENT, SC_W_TOLD, SC_W_RAN, SC_W_TERMS, SC_W_PLACES, SC_W_HELD_HASH }; /* SPENT */

/* What a call is about. Texts are borrowed. */
struct sc_scope_key {
    enum sc_provider provider; /* for labels and metrics only */
    struct sc_str host;        /* lower case, with ":port" where it matters */
    struct sc_str model;       /* n 0: unknown */
    struct sc_str path;        /* looked at where there is no model */
    struct sc_str rule;
    struct sc_str key; /* the credential as sent; only a keyed hash of it is ever kept */
};

/* The texts' hashes under one region's secret. */
struct sc_scope_hashes {
    struct sc_region *region;
    uint64_t host, model, path, rule, key;
};

/* Beside the SC_SCOPE_* of the settings: the path, for gates of calls without a model. */
enum { SC_SCOPE_PATH = 16 };

void sc_scope_hash(struct sc_scope_hashes *h, struct sc_region *r, const struct sc_scope_key *k);

/* The words of a scope's slot of that kind; `scope` is a set of SC_SCOPE_*. Claims the slot if the
 * scope has none. When its group is full: a slot of the process's own memory. NULL: no memory. */
sc_word *sc_slot_words(const struct sc_scope_hashes *h, const struct sc_scope_key *k,
                       unsigned scope, enum sc_slot_kind kind);

/* The same for who knows the scope's hash: several kinds share one. */
sc_word *sc_slot_at(const struct sc_scope_hashes *h, const struct sc_scope_key *k, unsigned scope,
                    uint64_t hash, enum sc_slot_kind kind);

/* The same, but only if the scope has a slot in the region already; NULL: none. */
sc_word *sc_slot_known(const struct sc_scope_hashes *h, unsigned scope, enum sc_slot_kind kind);

/* The hash of a scope under this region's secret. */
uint64_t sc_scope_hash_of(const struct sc_scope_hashes *h, unsigned scope);

/* The lease words number 6 * part ... 6 * part + 5 of a scope; they have no label of their own.
 * `make`: claim the slot if there is none. NULL: there is none. */
sc_word *sc_lease_words(struct sc_region *r, uint64_t hash, unsigned part, bool make);

/* The same for money set aside: words 6 * part ... are lease, amount, lease, amount... */
sc_word *sc_held_words(struct sc_region *r, uint64_t hash, unsigned part, bool make);

/* The same for who waits: words 3 * i ... are a place (queue.c). */
sc_word *sc_queue_words(struct sc_region *r, uint64_t hash, unsigned part, bool make);

/* The words of a slot whose hash and label are the caller's own; as sc_slot_words. */
sc_word *sc_slot_named(struct sc_region *r, uint64_t hash, enum sc_slot_kind kind,
                       const char *label);

/* Mixes a part into a hash. */
uint64_t sc_hash_mix(uint64_t h, uint64_t part);

/* Appends " NAME=TEXT" as labels are written; returns the new length. */
size_t sc_label_put(char *buf, size_t at, size_t size, const char *name, struct sc_str s);

/* Counters of a (provider, host, model); hash: of the scope host, model. NULL: no room. */
sc_word *sc_series_words(const struct sc_scope_hashes *h, const struct sc_scope_key *k,
                         uint64_t hash);

/* Reads a label ("provider=openai host=api.openai.com model=gpt-4o") into buf; "" if none. */
void sc_label_read(const struct sc_label *l, char *buf, size_t n);

#endif
