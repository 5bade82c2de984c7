/*
 * layer.h - the settings given at one place of a policy, and how places are laid over each other.
 *
 * `defaults` is one layer and each rule is one. What a rule's settings are in the end:
 *
 *     a key outside of retry strategies    rule, else defaults, else built in
 *     retry.CLASS.key                      rule's retry.CLASS.key, else defaults' retry.CLASS.key,
 *                                          else rule's retry.key, else defaults' retry.key,
 *                                          else built in for that class
 *
 * So what somebody wrote always wins over what is built in, and what was written for one class over
 * what was written for all. A built-in value that cannot stand beside a written one gives way
 * ("base_ms": 20000 alone lifts max_ms); two written ones that contradict are an error.
 */
#ifndef SC_POLICY_LAYER_H
#define SC_POLICY_LAYER_H

#include "policy/drafts.h"
#include "policy/section.h"

/* Two written values that cannot both hold. */
struct sc_conflict {
    enum sc_section_id section; /* SC_SECTION_BACKOFF, _BREAKER, _HOLD */
    int group;                  /* of a backoff */
    const struct sc_policy_option *low, *high;
    int64_t low_value, high_value;            /* as stored */
    const struct cJSON *low_item, *high_item; /* NULL when not given by the upper layer */
};

typedef void sc_conflict_report(const struct sc_conflict *c, void *arg);

/* Stores a value into the row's place in `base`: a number as written, the index of a word, the
 * row's or section's defaults. */
void sc_option_store_integer(const struct sc_policy_option *o, void *base, double value);
void sc_option_store_word(const struct sc_policy_option *o, void *base, int index);
void sc_option_store_initial(const struct sc_policy_option *o, const char *text, void *base);
void sc_section_store_initial(const struct sc_section *s, void *base);

/* What is built in for one class other than for all; the list ends with a row without key. */
struct sc_class_initial {
    int group;
    const char *key;
    const char *value;
};
extern const struct sc_class_initial sc_class_initials[];

/* Everything built in, as a layer. */
void sc_layer_builtin(struct sc_layer *l);

/* Resolves `upper` over `lower` over `builtin`. Every byte of *out is set (padding to 0), so equal
 * settings compare equal with memcmp. report may be NULL. */
void sc_layer_resolve(const struct sc_layer *upper, const struct sc_layer *lower,
                      const struct sc_layer *builtin, struct sc_settings *out,
                      sc_conflict_report *report, void *arg);

#endif
