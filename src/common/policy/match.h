/*
 * match.h - from a subject to the first rule that matches, at a cost that does not grow with the
 * number of rules.
 *
 * Each host pattern has a key: all of the host ("api.openai.com"), the sub-domains of a suffix
 * ("*.example.com", and "eu-*.example.com" with a check), or every host ("*"). The key leads to a
 * bucket: the rules with this key, in file order. Rules that ask for models (or paths) that begin
 * with something definite go, instead of into the key's own bucket, into one for the key and that
 * beginning ("gpt-4" of "gpt-4*"); the key's bucket knows which lengths of beginnings exist. So a
 * lookup tries few buckets, and merges their lists by rule number.
 *
 * No allocation in sc_index_match; immutable once built.
 */
#ifndef SC_POLICY_MATCH_H
#define SC_POLICY_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/str.h"

struct sc_subject;

struct sc_patterns {
    const struct sc_str *items;
    uint32_t n; /* 0: matches all */
};

/* What a rule asks for. Hosts in lower case. */
struct sc_rule_match {
    struct sc_patterns host, path, method, model;
};

struct sc_bucket;
struct sc_candidate;

struct sc_index {
    const struct sc_rule_match *matches;
    struct sc_bucket *buckets;
    size_t mask; /* number of buckets - 1 */
    struct sc_candidate *candidates;
};

bool sc_index_build(struct sc_index *x, const struct sc_rule_match *matches, size_t n);
void sc_index_free(struct sc_index *x);

/* The number of the first rule that matches, -1 if none does. */
long sc_index_match(const struct sc_index *x, const struct sc_subject *t);

/* Whether a rule's host patterns could match; may say yes in vain, never no. */
bool sc_index_may_match_host(const struct sc_index *x, struct sc_str host, int port);

#endif
