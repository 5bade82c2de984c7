/*
 * build.h - a policy under construction, and what it is made of.
 *
 *     struct sc_policy *p = sc_build_new();
 *     sc_build_rule(p, &spec);       in file order
 *     sc_build_finish(p);            from here on it is immutable
 *
 * Everything that lives as long as the policy is in its arena; settings are shared between rules
 * that have the same.
 */
#ifndef SC_POLICY_BUILD_H
#define SC_POLICY_BUILD_H

#include "policy/drafts.h"
#include "policy/faults.h"
#include "policy/match.h"
#include "policy/rule.h"

struct sc_strings {
    const char *const *items;
    size_t n;
};

struct sc_rule_spec {
    const char *name; /* NULL: "rules[N]" */
    bool provider_given;
    enum sc_provider provider;
    struct sc_strings host, path, method, model; /* empty: matches all */
    const struct sc_settings *settings;          /* copied */
    const struct sc_policy_provider *own_provider;
    struct sc_class_rows classify; /* of the arena */
    const struct sc_chain *chain;  /* likewise; NULL: none */
};

struct sc_house {
    struct sc_policy_provider provider;
    struct sc_patterns hosts; /* in lower case, with ports */
};

struct sc_arena_chunk;

struct sc_policy {
    struct sc_rule *rules;
    struct sc_rule_match *matches; /* parallel to rules */
    size_t n, room;
    struct sc_settings_slot *settings; /* the different ones, while building */
    size_t n_settings, settings_room;
    struct sc_index index;
    struct sc_price *prices;
    size_t n_prices, prices_room;
    struct sc_house **houses; /* `providers` */
    size_t n_houses;
    struct sc_money_budget *budgets;
    size_t n_budgets;
    struct sc_target *targets; /* of the arena */
    size_t n_targets;
    struct sc_log_settings log;
    struct sc_faults faults;
    struct sc_fleet_settings fleet;
    struct sc_policy_stamp stamp;
    bool wants_model, edits_requests, counts_tokens;
    struct sc_arena_chunk *arena;
};

struct sc_policy *sc_build_new(void);
void sc_build_free(struct sc_policy *p);
bool sc_build_rule(struct sc_policy *p, const struct sc_rule_spec *spec);

/* The row is copied, its model as well. */
bool sc_build_price(struct sc_policy *p, const struct sc_price *price);

/* Adds a copy of the row, its strings as they are, to a draft; then the draft as it stays. */
bool sc_build_class_row(struct sc_rows_draft *d, const struct sc_class_row *row);
bool sc_build_class_rows(struct sc_policy *p, struct sc_rows_draft *d, struct sc_class_rows *out);

/* The name and the hosts are copied. */
bool sc_build_provider(struct sc_policy *p, const struct sc_policy_provider *provider,
                       const struct sc_strings *hosts);

/* The entry of `providers` with that name, NULL if there is none. */
const struct sc_policy_provider *sc_build_find_provider(const struct sc_policy *p,
                                                        const char *name);

/* Adds a budget, its name is copied; for the rules whose bit is set in `rules` (NULL: all), which
 * have all been added. */
bool sc_build_budget(struct sc_policy *p, const struct sc_money_budget *budget, const bool *rules);
/* Those of $STEADYCURL_FAULTS behind the file's own. Their hosts are managed, with these settings
 * where no rule is for them. All rules have been added. False and *err if one is wrong. */
bool sc_build_faults(struct sc_policy *p, const struct sc_settings *settings,
                     struct sc_script_error *err);
/* All rules' calls go by what other hosts know, too. The texts are copied. */
bool sc_build_fleet(struct sc_policy *p, const struct sc_fleet_settings *s);
bool sc_build_finish(struct sc_policy *p);

/* Memory that lives as long as the policy; NULL if there is none. */
void *sc_build_alloc(struct sc_policy *p, size_t n);
char *sc_build_copy(struct sc_policy *p, const char *s, size_t n);

#endif
