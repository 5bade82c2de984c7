/*
 * policy.h - the policy file: read, checked, matched.
 *
 * A policy is immutable once loaded; it may be matched from any thread without a lock. Loading
 * allocates, matching does not.
 */
#ifndef SC_POLICY_POLICY_H
#define SC_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/classify.h"
#include "policy/house.h"
#include "policy/faults.h"
#include "policy/rule.h"

struct sc_policy;

/* Loads and checks a file. NULL on failure, with the first (best) error. */
struct sc_policy *sc_policy_load(const char *path, struct sc_policy_error *err);

/* The same from memory; `name` stands for the file in messages. */
struct sc_policy *sc_policy_parse(const char *text, size_t n, const char *name,
                                  struct sc_policy_error *err);

/* Every error of a file (at most SC_POLICY_ERRORS_MAX), for `steadycurl check`: calls `report` for
 * each, returns their number. */
size_t sc_policy_check(const char *path, void (*report)(const struct sc_policy_error *, void *),
                       void *arg);
size_t sc_policy_check_text(const char *text, size_t n, const char *name,
                            void (*report)(const struct sc_policy_error *, void *), void *arg);

/* The built-in default policy (known providers, sane values). Needs no JSON parser, never fails
 * except for memory. Its rules are the same as policies/default.json's; a test compares them. */
struct sc_policy *sc_policy_builtin(void);

void sc_policy_free(struct sc_policy *p);

/* The file's stamp, taken while it was read; all zero for a policy that came from no file. */
const struct sc_policy_stamp *sc_policy_stamp(const struct sc_policy *p);

/* Whether the file at `path` is no longer the one that was loaded (or is gone). One stat(2), no
 * descriptor; keeps errno. */
bool sc_policy_changed(const struct sc_policy *p, const char *path);

/* First matching rule in file order, NULL if none. Cost does not grow with the number of rules. */
const struct sc_rule *sc_policy_match(const struct sc_policy *p, const struct sc_subject *t);

/* The first rule that could match if the model were another than t->model; NULL: none, whatever the
 * model. Looks at one rule after the other: for commands. */
const struct sc_rule *sc_policy_match_any_model(const struct sc_policy *p,
                                                const struct sc_subject *t);

/* Whether some rule could match this host and port at all, before path, method and model are
 * known: lets a caller skip reading them. */
bool sc_policy_may_match_host(const struct sc_policy *p, struct sc_str host, int port);

/* Whether any rule that could match asks for the model (then it is worth looking for). */
bool sc_policy_wants_model(const struct sc_policy *p);

/* Whether any rule has a feature that looks at request bodies before they are sent. */
bool sc_policy_edits_requests(const struct sc_policy *p);

/* Whether anything may ask how many tokens a request is before it is sent: limits, budgets. */
bool sc_policy_counts_tokens(const struct sc_policy *p);

/* The prices that the policy gives, for sc_price_find. */
const struct sc_price *sc_policy_prices(const struct sc_policy *p, size_t *n);

/* All of its budgets, in the order of the file. */
const struct sc_money_budget *sc_policy_budgets(const struct sc_policy *p, size_t *n);

/* All of its targets, in the order of the file. */
const struct sc_target *sc_policy_targets(const struct sc_policy *p, size_t *n);

const struct sc_log_settings *sc_policy_log(const struct sc_policy *p);
size_t sc_policy_rule_count(const struct sc_policy *p);
const struct sc_rule *sc_policy_rule(const struct sc_policy *p, size_t i);

/* What that rule asks for (policy/match.h). */
struct sc_rule_match;
const struct sc_rule_match *sc_policy_rule_match(const struct sc_policy *p, size_t i);

/* Finds the policy file by the search order of the contract ($STEADYCURL_POLICY,
 * $XDG_CONFIG_HOME or ~/.config, /etc/steadycurl). Writes the path into buf; returns false if no
 * file exists (then the built-in policy applies). A file named by $STEADYCURL_POLICY is returned
 * whether or not it exists. */
bool sc_policy_find(char *buf, size_t n);

/* The Redis that brings hosts together; NULL: each is alone. */
const struct sc_fleet_settings *sc_policy_fleet(const struct sc_policy *p);

/* Faults on purpose; NULL: none. */
const struct sc_faults *sc_policy_faults(const struct sc_policy *p);

/* The cassette of this run, and which run it is; NULL: none. */
const struct sc_cassette_asked *sc_policy_cassette(const struct sc_policy *p, uint64_t *run);

/* The port of 127.0.0.1 where known hosts are answered by a mock; 0: by themselves. */
int sc_policy_mock(const struct sc_policy *p);

/* `run --trace`: the log has each attempt, in JSON, whatever the policy says of it. */
bool sc_policy_is_traced(const struct sc_policy *p);

/* Whether the rule says whose calls it is for: one for all hosts does not. */
bool sc_policy_names_hosts(const struct sc_policy *p, const struct sc_rule *rule);

/* The policy's own rows for a call by this rule, its provider's behind them (core/classify.h), in
 * `rows`; NULL: neither has any. */
const struct sc_class_rows *sc_rule_class_rows(const struct sc_rule *rule,
                                               const struct sc_policy_provider *own,
                                               struct sc_class_rows rows[SC_OWN_TABLES]);

#endif
