/*
 * section.h - the sections of a policy file, a row each, and what an option of one is.
 *
 * A section is one kind of JSON object. Its row says all that is to be said of it: the enum, the
 * table (options.c), where its values lie while a file is read (layer.c, read_layer.c), where a
 * person finds its keys, and the schema follow.
 */
#ifndef SC_POLICY_SECTION_H
#define SC_POLICY_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the values of a section lie while a file is read. */
enum sc_place {
    SC_PLACE_DRAFT, /* in a struct of its own (drafts.h) */
    SC_PLACE_LAYER, /* in a layer, `defaults` or a rule: what is not given is inherited */
    SC_PLACE_CLASS  /* likewise, once for each group of failures */
};

/* ID, name of its rows (rows_*.h), name in the schema, where a person finds its
 * keys (of two sections with a key the first is named), place, section whose rows it takes too. */
#define SC_SECTION_LIST(X)                                             \
    X(TOP, top, "", NULL, DRAFT, NONE)                                 \
    X(RULE, rule, "rule", NULL, DRAFT, SETTINGS)                       \
    X(MATCH, match, "match", "match", DRAFT, NONE)                     \
    X(LOG, log, "log", "log", DRAFT, NONE)                             \
    X(SETTINGS, settings, "settings", "defaults", LAYER, NONE)         \
    X(RETRY, retry, "retry", "retry", LAYER, STRATEGY)                 \
    X(STRATEGY, strategy, "strategy", "retry", CLASS, NONE)            \
    X(BACKOFF, backoff, "backoff", "retry.backoff", CLASS, NONE)       \
    X(BUDGET, budget, "budget", "retry.budget", LAYER, NONE)           \
    X(BREAKER, breaker, "breaker", "breaker", LAYER, NONE)             \
    X(LIMITS, limits, "limits", "limits", LAYER, NONE)                 \
    X(WEIGHTS, weights, "weights", "limits.weights", LAYER, NONE)      \
    X(HOLD, hold, "hold", "hold", LAYER, NONE)                         \
    X(TIMEOUTS, timeouts, "timeouts", "timeouts", LAYER, NONE)         \
    X(SLOW, slow, "slow", "timeouts.slow", LAYER, NONE)                \
    X(USAGE, usage, "usage", "usage", LAYER, NONE)                     \
    X(TOKENS, tokens, "tokens", "tokens", LAYER, NONE)                 \
    X(EMBEDDINGS, embeddings, "embeddings", "embeddings", LAYER, NONE) \
    X(CACHE, cache, "cache", "cache", LAYER, NONE)                     \
    X(HEDGE, hedge, "hedge", "hedge", LAYER, NONE)                     \
    X(PRICE, price, "price", "prices[N]", DRAFT, NONE)                 \
    X(PROVIDER, provider, "provider", NULL, DRAFT, NONE)               \
    X(CLASS, class, "class_row", NULL, DRAFT, NONE)                    \
    X(MONEY, money, "spending", NULL, DRAFT, NONE)                     \
    X(TARGET, target, "target", "targets.NAME", DRAFT, NONE)           \
    X(ROUTE, route, "route_entry", "route[N]", DRAFT, NONE)            \
    X(WHEN, when, "when", "route[N].when", DRAFT, NONE)                \
    X(LINK, link, "link", NULL, DRAFT, NONE)                           \
    X(REPLY, reply, "reply", NULL, DRAFT, NONE)                        \
    X(FAULTS, faults, "faults", "faults", DRAFT, NONE)                 \
    X(STATE, state, "state", "state", DRAFT, NONE)

enum sc_section_id {
#define SC_SECTION_ENUM(id, ...) SC_SECTION_##id,
    SC_SECTION_LIST(SC_SECTION_ENUM)
#undef SC_SECTION_ENUM
        SC_SECTION_COUNT
};

/* How a value is written, and what it is stored as. */
enum sc_option_type {
    SC_TYPE_INTEGER,   /* whole number; int or int64_t by size, times scale */
    SC_TYPE_NUMBER,    /* double */
    SC_TYPE_MONEY,     /* USD per million tokens, or 0; int64_t in 1e-12 USD a token */
    SC_TYPE_WORD,      /* one of words; its index, as bool or int by size */
    SC_TYPE_SCOPE,     /* word or list of words; bit set, bit i is words[i] */
    SC_TYPE_DELAYS,    /* list of whole numbers; from n_delays to the end of struct sc_backoff */
    SC_TYPE_TEXT,      /* string; borrowed const char *, not stored if size is 0 */
    SC_TYPE_STRINGS,   /* string or list of strings; the cJSON item */
    SC_TYPE_OBJECT,    /* of section `child` */
    SC_TYPE_BOOL,      /* true or false */
    SC_TYPE_SWITCH,    /* false, true, or an object of section `child`; stored as bool */
    SC_TYPE_RULES,     /* list of objects of section `child` */
    SC_TYPE_PRICES,    /* likewise */
    SC_TYPE_PROVIDERS, /* likewise */
    SC_TYPE_CLASSES,   /* likewise */
    SC_TYPE_BUDGETS,   /* likewise */
    SC_TYPE_USD,       /* USD; int64_t in 1e-9 USD */
    SC_TYPE_PARTS,     /* number or list of numbers; from n_alerts to the end of struct
                          sc_money_budget, in 1/10000 */
    SC_TYPE_NUMBERS,   /* whole number or list of them; short[SC_ROW_NUMBERS] */
    SC_TYPE_PROVIDER,  /* one of words, or a name in the policy's `providers`; as TEXT */
    SC_TYPE_TARGETS,   /* object whose members are objects of section `child` */
    SC_TYPE_ROUTES,    /* list of objects of section `child`; the cJSON item, NULL: an empty one */
    SC_TYPE_LINKS,     /* list of targets' names and objects of section `child`; likewise */
    SC_TYPE_JSON       /* any object or list; the cJSON item */
};

/* One more than the last of them. */
#define SC_TYPES (SC_TYPE_JSON + 1)

/* Texts are held, not pointed to: what has pointers is written to by the dynamic linker, and then
 * every process of every user has a copy of its own. "" is none. */
struct sc_policy_option {
    char key[28];
    enum sc_option_type type;
    double min, max;  /* bounds of the number as written; of a list's length for DELAYS */
    char initial[20]; /* default as JSON text */
    char unit[28];    /* "ms" */
    uint8_t words;    /* which list, see sc_option_words */
    char later[15];   /* a word of versions to come: an error that says so */
    enum sc_section_id child;
    bool hidden;         /* it may hold a credential: no error repeats it */
    uint8_t stage;       /* that a value other than 0 switches on, SC_STAGE_* + 1; 0: none */
    int group;           /* for an object that holds a strategy: which one (1..3) */
    int64_t scale;       /* stored = written * scale, 0: 1 */
    size_t offset, size; /* place in the section's struct; size 0: not stored here */
    char doc[240];       /* one sentence */
};

struct sc_section {
    const char *name; /* in the schema, "" for the whole */
    const char *home; /* where a person finds its keys; NULL: all over */
    enum sc_place place;
    const struct sc_policy_option *rows;
    size_t n;
    const struct sc_section *also; /* rows of this section are allowed as well */
    size_t first;                  /* place of its first row among the keys that a layer gives */
};

#endif
