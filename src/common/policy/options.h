/*
 * options.h - every key of a policy file, one row each.
 *
 * The parser, its checks, policies/policy.schema.json, the manual page's list and `steadycurl
 * check` all follow from these rows; adding an option is adding a row (and a field in
 * core/settings.h).
 *
 * A section is one kind of JSON object. A section may include another's rows: a rule takes all that
 * `defaults` takes, `retry` takes all that one class of failures takes.
 *
 * Constant data, no state.
 */
#ifndef SC_POLICY_OPTIONS_H
#define SC_POLICY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sc_section_id {
    SC_SECTION_TOP,
    SC_SECTION_LOG,
    SC_SECTION_RULE,
    SC_SECTION_MATCH,
    SC_SECTION_SETTINGS, /* `defaults`, and part of a rule */
    SC_SECTION_RETRY,
    SC_SECTION_STRATEGY, /* retry.rate_limited and its like; part of `retry` */
    SC_SECTION_BACKOFF,
    SC_SECTION_BUDGET,
    SC_SECTION_BREAKER,
    SC_SECTION_LIMITS,
    SC_SECTION_HOLD,
    SC_SECTION_TIMEOUTS,
    SC_SECTION_USAGE,
    SC_SECTION_TOKENS,
    SC_SECTION_EMBEDDINGS,
    SC_SECTION_PRICE,
    SC_SECTION_PROVIDER,
    SC_SECTION_CLASS,
    SC_SECTION_MONEY, /* one of `budgets` */
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
    SC_TYPE_PROVIDER   /* one of words, or a name in the policy's `providers`; as TEXT */
};

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
    uint8_t stage;       /* that a value other than 0 switches on, SC_STAGE_* + 1; 0: none */
    int group;           /* for an object that holds a strategy: which one (1..3) */
    int64_t scale;       /* stored = written * scale, 0: 1 */
    size_t offset, size; /* place in the section's struct; size 0: not stored here */
    char doc[240];       /* one sentence */
};

struct sc_section {
    const char *name; /* as a person would say it */
    const struct sc_policy_option *rows;
    size_t n;
    const struct sc_section *also; /* rows of this section are allowed as well */
    size_t first;                  /* number of its first row in a layer's list of given keys */
};

const struct sc_section *sc_section(enum sc_section_id id);

/* The row of that key in a section or the one it includes; NULL if unknown. *owner becomes the
 * section that holds the row. */
const struct sc_policy_option *sc_option_find(const struct sc_section *s, const char *key,
                                              const struct sc_section **owner);

/* The words that a word may be, NULL-terminated; NULL if it is none. */
const char *const *sc_option_words(const struct sc_policy_option *o);

/* The key of the section that is most like `key`, NULL if none is near. */
const char *sc_option_nearest(const struct sc_section *s, const char *key);

/* The nearest of a list of words, NULL if none is near. */
const char *sc_word_nearest(const char *const *words, const char *word);

/* Position in a NULL-terminated list, -1 if absent. */
int sc_word_index(const char *const *words, const char *word, size_t n);

#endif
