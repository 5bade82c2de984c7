/*
 * store.h - where answers are kept.
 *
 * One table of functions for each place that there is (SQLite, Redis). None of them keeps anything
 * open between two calls that a program could notice, none takes longer than the caller's patience,
 * and all fail softly: a store that is away, full, busy or broken is one that has nothing.
 *
 *     struct sc_kept_answer a;
 *     if (store->fetch(&where, key, &asked, &a, note) == SC_STORE_FOUND) { ...; free(a.memory); }
 *
 * Keys are made under the store's own salt (asked.h), so the caller hands in how.
 */
#ifndef SC_STORE_STORE_H
#define SC_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/str.h"
#include "store/asked.h"

struct sc_store_where {
    const char *place;        /* a file's path, a server's URL */
    int64_t max_bytes;        /* more than that it does not hold: what was used longest ago goes */
    int64_t now_ms;           /* of the wall clock */
    int patience_ms;          /* it takes no longer */
    const char *password_env; /* of a server: the variable that has the password; NULL: none */
};

/* No call waits longer for a store, all in all. */
enum { SC_STORE_PATIENCE_MS = 45 };

struct sc_kept_answer {
    int64_t kept_ms;  /* wall clock */
    int64_t until_ms; /* of no use to anybody from then on */
    int status;
    bool stream;
    struct sc_str type; /* Content-Type */
    struct sc_str host, model;
    struct sc_str body;
    int64_t cost_nano; /* what it had cost, -1: unknown */
    int64_t tokens;    /* -1: unknown */
    void *memory;      /* of one that was fetched: all of the above lies there */
};

enum sc_store_result {
    SC_STORE_FOUND, /* or kept */
    SC_STORE_NONE,
    SC_STORE_AWAY /* not now; `note` may say why */
};

enum { SC_STORE_NOTE = 256 };

/* The key under this salt. */
typedef void sc_store_keyer(void *arg, const uint8_t salt[SC_STORE_SALT],
                            uint8_t key[SC_STORE_KEY]);

struct sc_store {
    const char *name;
    /* note: "", or what a person should hear of once. */
    enum sc_store_result (*fetch)(const struct sc_store_where *w, sc_store_keyer *key, void *arg,
                                  struct sc_kept_answer *out, char note[SC_STORE_NOTE]);
    enum sc_store_result (*keep)(const struct sc_store_where *w, sc_store_keyer *key, void *arg,
                                 const struct sc_kept_answer *a, char note[SC_STORE_NOTE]);
};

extern const struct sc_store sc_store_sqlite;

/* What the object that is loaded for it exports (the engine is linked to no store). */
#define SC_STORE_ENTRY "sc_store_entry"
typedef const struct sc_store *sc_store_entry_fn(const char *name);

#endif
