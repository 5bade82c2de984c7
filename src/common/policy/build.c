#include "policy/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/stages.h"
#include "provider/rows.h"

#define CHUNK_MIN 1000 /* most policies are small, and each process has its own */

struct sc_arena_chunk {
    struct sc_arena_chunk *next;
    size_t used, room;
    _Alignas(16) char bytes[];
};

struct sc_settings_slot {
    uint64_t hash;
    const struct sc_settings *settings;
};

void *sc_build_alloc(struct sc_policy *p, size_t n)
{
    struct sc_arena_chunk *c = p->arena;
    size_t room;

    n = (n + 15) & ~(size_t)15;
    if (c == NULL || c->room - c->used < n) {
        room = n > CHUNK_MIN ? n : CHUNK_MIN;
        c = malloc(sizeof *c + room);
        if (c == NULL)
            return NULL;
        c->used = 0;
        c->room = room;
        c->next = p->arena;
        p->arena = c;
    }
    c->used += n;
    return c->bytes + c->used - n;
}

char *sc_build_copy(struct sc_policy *p, const char *s, size_t n)
{
    char *copy = sc_build_alloc(p, n + 1);

    if (copy != NULL) {
        memcpy(copy, s, n);
        copy[n] = '\0';
    }
    return copy;
}

struct sc_policy *sc_build_new(void)
{
    return calloc(1, sizeof(struct sc_policy));
}

void sc_build_free(struct sc_policy *p)
{
    struct sc_arena_chunk *next;

    if (p == NULL)
        return;
    for (struct sc_arena_chunk *c = p->arena; c != NULL; c = next) {
        next = c->next;
        free(c);
    }
    sc_index_free(&p->index);
    sc_faults_free(&p->faults);
    free(p->settings);
    free(p->prices);
    free(p->houses);
    free(p->rules);
    free(p->matches);
    free(p);
}

static uint64_t hash_settings(const struct sc_settings *s)
{
    uint64_t hash = 0xcbf29ce484222325u, word;

    for (size_t i = 0; i + sizeof word <= sizeof *s; i += sizeof word) {
        memcpy(&word, (const char *)s + i, sizeof word);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    return hash;
}

static bool remember(struct sc_policy *p, const struct sc_settings *s, uint64_t hash)
{
    if (p->n_settings == p->settings_room) {
        size_t room = p->settings_room == 0 ? 4 : 2 * p->settings_room;
        void *more = realloc(p->settings, room * sizeof *p->settings);

        if (more == NULL)
            return false;
        p->settings = more;
        p->settings_room = room;
    }
    p->settings[p->n_settings++] = (struct sc_settings_slot){hash, s};
    return true;
}

static const struct sc_settings *share(struct sc_policy *p, const struct sc_settings *s)
{
    uint64_t hash = hash_settings(s);
    struct sc_settings *copy;

    for (size_t i = 0; i < p->n_settings; i++) {
        /* Drafts start as zeros, padding included.
         * NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
        if (p->settings[i].hash == hash && memcmp(p->settings[i].settings, s, sizeof *s) == 0)
            return p->settings[i].settings;
    }
    copy = sc_build_alloc(p, sizeof *s);
    if (copy == NULL || !remember(p, copy, hash))
        return NULL;
    memcpy(copy, s, sizeof *s);
    return copy;
}

static bool copy_patterns(struct sc_policy *p, const struct sc_strings *from,
                          struct sc_patterns *to, bool lower)
{
    struct sc_str *items;

    to->n = (uint32_t)from->n;
    to->items = items = from->n == 0 ? NULL : sc_build_alloc(p, from->n * sizeof *items);
    if (from->n > 0 && items == NULL)
        return false;
    for (size_t i = 0; i < from->n; i++) {
        size_t n = strlen(from->items[i]);
        char *copy = sc_build_copy(p, from->items[i], n);

        if (copy == NULL)
            return false;
        for (size_t j = 0; lower && j < n; j++) {
            if (copy[j] >= 'A' && copy[j] <= 'Z')
                copy[j] = (char)(copy[j] + 32);
        }
        items[i] = (struct sc_str){copy, n};
    }
    return true;
}

static bool grow(struct sc_policy *p)
{
    size_t room = p->room == 0 ? 4 : 2 * p->room;
    void *rules = realloc(p->rules, room * sizeof *p->rules);
    void *matches;

    if (rules == NULL)
        return false;
    p->rules = rules;
    matches = realloc(p->matches, room * sizeof *p->matches);
    if (matches == NULL)
        return false;
    p->matches = matches;
    p->room = room;
    return true;
}

static const char *rule_name(struct sc_policy *p, const char *name)
{
    char numbered[32];

    if (name == NULL) {
        snprintf(numbered, sizeof numbered, "rules[%zu]", p->n);
        name = numbered;
    }
    return sc_build_copy(p, name, strlen(name));
}

bool sc_build_rule(struct sc_policy *p, const struct sc_rule_spec *spec)
{
    struct sc_rule *rule;
    struct sc_rule_match *m;

    if (p->n == p->room && !grow(p))
        return false;
    rule = &p->rules[p->n];
    m = &p->matches[p->n];
    rule->index = p->n;
    rule->budgets = NULL;
    rule->name = rule_name(p, spec->name);
    rule->provider_given = spec->provider_given;
    rule->provider = spec->provider;
    rule->own_provider = spec->own_provider;
    rule->classify = spec->classify;
    rule->chain = spec->chain;
    rule->settings = share(p, spec->settings);
    if (rule->name == NULL || rule->settings == NULL ||
        !copy_patterns(p, &spec->host, &m->host, true) ||
        !copy_patterns(p, &spec->path, &m->path, false) ||
        !copy_patterns(p, &spec->method, &m->method, false) ||
        !copy_patterns(p, &spec->model, &m->model, false))
        return false;
    p->wants_model |= m->model.n > 0;
    p->edits_requests |= rule->settings->edits_requests || rule->settings->hedge.enabled;
    p->counts_tokens |= rule->settings->limits.tpm > 0 || rule->settings->limits.learn;
    for (size_t i = 0; rule->chain != NULL && i < rule->chain->n_route; i++) {
        const struct sc_route_when *w = &rule->chain->route[i].when;

        p->wants_model |= w->model != NULL;
        p->counts_tokens |= w->input_tokens_above >= 0 || w->input_tokens_below >= 0;
    }
    p->n++;
    return true;
}

bool sc_build_price(struct sc_policy *p, const struct sc_price *price)
{
    char *model = sc_build_copy(p, price->model, strlen(price->model));

    if (p->n_prices == p->prices_room) {
        size_t room = p->prices_room == 0 ? 8 : 2 * p->prices_room;
        void *more = realloc(p->prices, room * sizeof *p->prices);

        if (more == NULL)
            return false;
        p->prices = more;
        p->prices_room = room;
    }
    p->prices[p->n_prices] = *price;
    p->prices[p->n_prices++].model = model;
    return model != NULL;
}

bool sc_build_class_row(struct sc_rows_draft *d, const struct sc_class_row *row)
{
    if (d->n == d->room) {
        size_t room = d->room == 0 ? 8 : 2 * d->room;
        void *more = realloc(d->rows, room * sizeof *d->rows);

        if (more == NULL)
            return false;
        d->rows = more;
        d->room = room;
    }
    d->rows[d->n++] = *row;
    return true;
}

bool sc_build_class_rows(struct sc_policy *p, struct sc_rows_draft *d, struct sc_class_rows *out)
{
    struct sc_class_row *rows = d->n > 0 ? sc_build_alloc(p, d->n * sizeof *rows) : NULL;

    if (rows != NULL)
        memcpy(rows, d->rows, d->n * sizeof *rows);
    *out = (struct sc_class_rows){rows, rows != NULL ? d->n : 0};
    return rows != NULL || d->n == 0;
}

bool sc_build_provider(struct sc_policy *p, const struct sc_policy_provider *provider,
                       const struct sc_strings *hosts)
{
    struct sc_house *h = sc_build_alloc(p, sizeof *h);
    void *more = realloc(p->houses, (p->n_houses + 1) * sizeof(struct sc_house *));

    if (more != NULL)
        p->houses = more;
    if (h == NULL || more == NULL || !copy_patterns(p, hosts, &h->hosts, true))
        return false;
    h->provider = *provider;
    h->provider.name = sc_build_copy(p, provider->name, strlen(provider->name));
    p->houses[p->n_houses++] = h;
    return h->provider.name != NULL;
}

const struct sc_policy_provider *sc_build_find_provider(const struct sc_policy *p, const char *name)
{
    for (size_t i = 0; i < p->n_houses; i++) {
        if (strcmp(p->houses[i]->provider.name, name) == 0)
            return &p->houses[i]->provider;
    }
    return NULL;
}

/* Settings that rules without a budget have as well stay as they are for these. */
static bool switch_budget_on(struct sc_policy *p, struct sc_rule *rule)
{
    struct sc_settings settings;

    if (rule->settings->shadow)
        return true;
    memcpy(&settings, rule->settings, sizeof settings);
    settings.stages |= SC_STAGE_BIT(SC_STAGE_BUDGET);
    rule->settings = share(p, &settings);
    return rule->settings != NULL;
}

/* A rule's list is laid out anew with each budget: there are few. */
static bool add_to_rule(struct sc_policy *p, struct sc_rule *rule, const struct sc_money_budget *b)
{
    const struct sc_money_budget **list;
    size_t n = 0;

    while (rule->budgets != NULL && rule->budgets[n] != NULL)
        n++;
    list = sc_build_alloc(p, (n + 2) * sizeof *list);
    if (list == NULL)
        return false;
    if (n > 0)
        memcpy(list, rule->budgets, n * sizeof *list);
    list[n] = b;
    list[n + 1] = NULL;
    rule->budgets = list;
    return n > 0 || switch_budget_on(p, rule);
}

bool sc_build_budget(struct sc_policy *p, const struct sc_money_budget *budget, const bool *rules)
{
    struct sc_money_budget *b;
    bool good = true;

    if (p->budgets == NULL)
        p->budgets = sc_build_alloc(p, SC_MONEY_BUDGETS_MAX * sizeof *p->budgets);
    if (p->budgets == NULL || p->n_budgets == SC_MONEY_BUDGETS_MAX)
        return false;
    b = &p->budgets[p->n_budgets++];
    *b = *budget;
    b->name = sc_build_copy(p, budget->name, strlen(budget->name));
    for (size_t i = 0; i < p->n && good; i++)
        if (rules == NULL || rules[i])
            good = add_to_rule(p, &p->rules[i], b);
    return good && b->name != NULL;
}

static bool switch_on(struct sc_policy *p, struct sc_rule *rule, enum sc_stage_id stage)
{
    struct sc_settings settings;

    memcpy(&settings, rule->settings, sizeof settings);
    settings.stages |= SC_STAGE_BIT(stage);
    rule->settings = share(p, &settings);
    return rule->settings != NULL;
}

static const char *copy_text(struct sc_policy *p, const char *s)
{
    return s != NULL ? sc_build_copy(p, s, strlen(s)) : NULL;
}

bool sc_build_fleet(struct sc_policy *p, const struct sc_fleet_settings *s)
{
    bool good = true;

    p->fleet.hosts = s->hosts;
    p->fleet.redis = copy_text(p, s->redis);
    p->fleet.prefix = copy_text(p, s->prefix);
    p->fleet.password_env = copy_text(p, s->password_env);
    for (size_t i = 0; i < p->n && good; i++)
        good = p->rules[i].settings->shadow || switch_on(p, &p->rules[i], SC_STAGE_FLEET);
    return good && p->fleet.redis != NULL && p->fleet.prefix != NULL;
}

/* "HOST[:PORT]" of each fault. */
static bool list_hosts(struct sc_policy *p, const char **hosts)
{
    size_t i = 0;

    for (const struct sc_fault_spec *f = p->faults.specs; f != NULL; f = f->next, i++) {
        bool ipv6 = memchr(f->host.p, ':', f->host.n) != NULL;
        size_t n = f->host.n + 12, at;
        char *host = sc_build_alloc(p, n);

        if (host == NULL)
            return false;
        at = (size_t)snprintf(host, n, ipv6 ? "[%.*s]" : "%.*s", (int)f->host.n, f->host.p);
        if (f->port > 0)
            snprintf(host + at, n - at, ":%d", f->port);
        hosts[i] = host;
    }
    return true;
}

/* A rule behind all others, for what no other is for. */
static bool manage_faulty(struct sc_policy *p, const struct sc_settings *settings)
{
    struct sc_rule_spec spec = {.name = "faults", .settings = settings};
    const char **hosts;
    size_t n = 0;

    for (const struct sc_fault_spec *f = p->faults.specs; f != NULL; f = f->next)
        n++;
    hosts = sc_build_alloc(p, n * sizeof *hosts);
    if (hosts == NULL || !list_hosts(p, hosts))
        return false;
    spec.host = (struct sc_strings){hosts, n};
    return sc_build_rule(p, &spec);
}

/* The same for all hosts that some provider has. */
static bool manage_known(struct sc_policy *p, const struct sc_settings *settings)
{
    struct sc_rule_spec spec = {.name = "mock", .settings = settings};

    for (int i = 0; i < SC_PROVIDER_COUNT; i++) {
        const char *const *hosts = sc_provider_info((enum sc_provider)i)->hosts;
        size_t n = 0;

        while (hosts != NULL && hosts[n] != NULL)
            n++;
        spec.host = (struct sc_strings){hosts, n};
        if (n > 0 && !sc_build_rule(p, &spec))
            return false;
    }
    return true;
}

/* The same for all that no rule is for: such calls are recorded, or replayed, as they are. */
static bool manage_all(struct sc_policy *p, const struct sc_settings *settings)
{
    static const char *const any[] = {"*"};
    struct sc_settings plain;
    struct sc_rule_spec spec = {.name = "cassette", .host = {any, 1}, .settings = &plain};

    memcpy(&plain, settings, sizeof plain);
    plain.stages = 0;
    plain.edits_requests = false;
    plain.retry.enabled = false;
    p->edits_requests = true; /* copies of bodies are kept: the request is found by its body */
    return sc_build_rule(p, &spec);
}

static bool switch_all_on(struct sc_policy *p, enum sc_stage_id stage)
{
    for (size_t i = 0; i < p->n; i++)
        if (!switch_on(p, &p->rules[i], stage))
            return false;
    return true;
}

bool sc_build_faults(struct sc_policy *p, const struct sc_settings *settings,
                     struct sc_script_error *err)
{
    const char *lines = getenv("STEADYCURL_FAULTS");
    bool good;

    if (lines != NULL && !sc_faults_read(&p->faults, lines, err))
        return false;
    good = p->faults.specs == NULL || manage_faulty(p, settings);
    good = good && (p->faults.mock_port == 0 || manage_known(p, settings));
    good = good && (p->faults.cassette == NULL || manage_all(p, settings));
    if (good && p->faults.specs != NULL)
        good = switch_all_on(p, SC_STAGE_CHAOS);
    if (good && p->faults.mock_port > 0)
        good = switch_all_on(p, SC_STAGE_REDIRECT);
    if (good && p->faults.cassette != NULL)
        good = switch_all_on(p, SC_STAGE_CASSETTE);
    if (!good)
        snprintf(err->text, sizeof err->text, "out of memory");
    return good;
}

bool sc_build_finish(struct sc_policy *p)
{
    free(p->settings);
    p->settings = NULL;
    p->n_settings = p->settings_room = 0;
    return sc_index_build(&p->index, p->matches, p->n);
}
