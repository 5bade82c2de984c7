/*
 * reader.h - the state of a walk through a policy's document, shared by the files that do it:
 * walk.c (objects), value.c and value_text.c (values), reader.c (places and errors), read_*.c (what
 * an object means) and read.c (all of it). Nobody else needs it.
 */
#ifndef SC_POLICY_READER_H
#define SC_POLICY_READER_H

#include "policy/build.h"
#include "policy/document.h"
#include "policy/drafts.h"
#include "policy/section.h"

#define SC_QUOTE_MAX 64
#define SC_READER_PATH_MAX 200
#define SC_STRINGS_MAX 256

struct sc_reader;

/* Reads a list. */
typedef void sc_list_reader(struct sc_reader *r, const cJSON *item);

struct sc_reader {
    const struct sc_document *doc;
    sc_list_reader *const *lists; /* by type of option; NULL: it is no list */
    struct sc_policy *policy;
    sc_error_sink *sink;
    void *arg;
    size_t errors;
    bool stop;
    char path[SC_READER_PATH_MAX];
    size_t path_n;
    /* Where a section's values go, and the items that gave them. */
    void *base[SC_SECTION_COUNT];
    const cJSON **given[SC_SECTION_COUNT];
    struct sc_draft draft;
    struct sc_rule_draft rule;
    struct sc_layer builtin, defaults, layer, nothing;
    struct sc_price price;
    struct sc_provider_draft house;
    struct sc_class_draft class;
    struct sc_rows_draft rows; /* of the list that is being read */
    struct sc_class_rows classify;
    struct sc_money_draft money;
    struct sc_target_draft target;
    struct sc_route_draft route;
    struct sc_reply_draft reply;
    struct sc_chain chain; /* of `defaults` */
    struct sc_faults_draft faults;
    struct sc_state_draft state;
    const cJSON *given_draft[SC_SECTION_COUNT][SC_DRAFT_KEYS_MAX];
    const cJSON *conflict; /* reported last: generic values meet each class again */
    const char *strings[SC_MATCH_PARTS][SC_STRINGS_MAX];
};

/* Goes down to a key or list entry; returns what sc_reader_leave wants. */
size_t sc_reader_enter(struct sc_reader *r, const char *key);
size_t sc_reader_enter_index(struct sc_reader *r, size_t i);
void sc_reader_leave(struct sc_reader *r, size_t before);

/* Reads the entries of a list one by one; what: "a list of prices". False if it is none. */
bool sc_reader_each(struct sc_reader *r, const cJSON *item, const char *what,
                    void (*one)(struct sc_reader *r, const cJSON *entry));

/* Reports an error at an offset of the text (SIZE_MAX: the whole file). */
__attribute__((format(printf, 3, 4))) void sc_reader_fail(struct sc_reader *r, size_t at,
                                                          const char *format, ...);

/* "found VALUE, allowed ALLOWED; did you mean NEAR?" at the value; near may be NULL. */
void sc_reader_fail_value(struct sc_reader *r, const cJSON *item, const char *allowed,
                          const char *near);

/* Where the values of `defaults` or a rule go from now on. */
void sc_read_into_layer(struct sc_reader *r, struct sc_layer *l);

/* What was given at one place over what it inherits; contradictions are errors. */
void sc_read_resolve(struct sc_reader *r, const struct sc_layer *upper,
                     const struct sc_layer *lower, struct sc_settings *out);

/* Who is of a class of his own where calls wait (`limits`). */
void sc_read_who(struct sc_reader *r, const struct sc_layer *l, struct sc_settings *set);

/* What of `cache` is no plain value: what a chain's end says of it, where it is, its texts. */
void sc_read_cache(struct sc_reader *r, const struct sc_layer *l, const struct sc_chain *chain,
                   struct sc_settings *set);

/* The policy's `rules`; all else that they refer to must have been read. */
void sc_read_rules(struct sc_reader *r, const cJSON *rules);

/* The policy's `prices`. */
void sc_read_prices(struct sc_reader *r, const cJSON *item);

/* The policy's `budgets`; its rules must have been read. */
void sc_read_budgets(struct sc_reader *r, const cJSON *item);

/* The policy's `targets`; its providers must have been read. */
void sc_read_targets(struct sc_reader *r, const cJSON *item);

/* What a layer says of `fallback`, `route` and `on`, over what it inherits; the targets must have
 * been read. False: it cannot hold, and that was said. */
bool sc_read_chain(struct sc_reader *r, const struct sc_layer *l, const struct sc_chain *inherited,
                   struct sc_chain *out);
/* `state`; all rules must have been read. */
void sc_read_state(struct sc_reader *r, const cJSON *given);

/* The policy's `faults`, and the environment's; its rules must have been read. */
void sc_read_faults(struct sc_reader *r, const struct sc_settings *settings);

/* The rows of a `classify` list; they stay in r->classify. */
void sc_read_classes(struct sc_reader *r, const cJSON *item);

/* The policy's `providers`. */
void sc_read_providers(struct sc_reader *r, const cJSON *item);

/* An object of a section, into r->base[id]. */
void sc_read_object(struct sc_reader *r, const cJSON *item, enum sc_section_id id);

/* Before the next object of a section that is stored into a draft. */
void sc_reader_forget(struct sc_reader *r, enum sc_section_id id);

/* What gave a key of the object that was read last, NULL: it was not given. */
const cJSON *sc_reader_given(const struct sc_reader *r, enum sc_section_id id, const char *key);

/* Whether it was given. */
bool sc_reader_gives(const struct sc_reader *r, enum sc_section_id id, const char *key);

/* A string or a list of them. */
size_t sc_reader_strings(const cJSON *item, const char *out[SC_STRINGS_MAX]);

/* A list of texts, a NUL behind each and one more at the end, in the policy's memory; lower: in
 * lower case. NULL: no memory, and that was said. */
const char *sc_reader_names(struct sc_reader *r, const cJSON *item, bool lower);

/* Checks a value that is no object and stores it into the row's place in `base`. */
void sc_value_read(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                   void *base);

/* The same of a text, and of a list of texts. */
void sc_value_read_text(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                        void *base);
void sc_value_read_strings(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                           void *base);

#endif
