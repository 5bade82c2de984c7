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

#include <stddef.h>

#include "policy/section.h"

const struct sc_section *sc_section(enum sc_section_id id);

/* The row of that key in a section or the one it includes; NULL if unknown. *owner becomes the
 * section that holds the row. */
const struct sc_policy_option *sc_option_find(const struct sc_section *s, const char *key,
                                              const struct sc_section **owner);

/* The words that a word may be, NULL-terminated; NULL if it is none. */
const char *const *sc_option_words(const struct sc_policy_option *o);

/* The key of the section that is most like `key`, NULL if none is near. */
const char *sc_option_nearest(const struct sc_section *s, const char *key);

/* Position in a NULL-terminated list, -1 if absent. */
int sc_word_index(const char *const *words, const char *word, size_t n);

#endif
