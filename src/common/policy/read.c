#include "policy/read.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/home.h"
#include "policy/reader.h"
#include "policy/text.h"

/* ---- objects ---- */

static bool is_bool(const cJSON *item)
{
    return (item->type & (cJSON_True | cJSON_False)) != 0;
}

static size_t say_keys(const struct sc_section *s, char *buf, size_t size)
{
    size_t n = 0;

    for (; s != NULL; s = s->also) {
        for (size_t i = 0; i < s->n && n < size; i++)
            n += (size_t)snprintf(buf + n, size - n, "%s%s", n > 0 ? ", " : "", s->rows[i].key);
    }
    return n;
}

static void read_strategy(struct sc_reader *r, const cJSON *item, int group)
{
    void *base = r->base[SC_SECTION_STRATEGY];
    const cJSON **given = r->given[SC_SECTION_STRATEGY];
    struct sc_layer *l = r->base[SC_SECTION_SETTINGS];

    r->base[SC_SECTION_STRATEGY] = r->base[SC_SECTION_BACKOFF] = &l->strategy[group];
    r->given[SC_SECTION_STRATEGY] = r->given[SC_SECTION_BACKOFF] = l->given_strategy[group];
    sc_read_object(r, item, SC_SECTION_STRATEGY);
    r->base[SC_SECTION_STRATEGY] = r->base[SC_SECTION_BACKOFF] = base;
    r->given[SC_SECTION_STRATEGY] = r->given[SC_SECTION_BACKOFF] = given;
}

static void read_switch(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                        void *base)
{
    if (is_bool(item)) {
        sc_option_store_word(o, base, (item->type & cJSON_True) != 0);
    } else if (item->type & cJSON_Object) {
        sc_option_store_word(o, base, 1);
        sc_read_object(r, item, o->child);
    } else {
        sc_reader_fail_value(r, item, "an object, true or false", NULL);
    }
}

bool sc_reader_gives(const struct sc_reader *r, enum sc_section_id id, const char *key)
{
    const struct sc_section *s = sc_section(id);

    return r->given[id][sc_option_find(s, key, &s) - s->rows] != NULL;
}

static bool price_gives(struct sc_reader *r, const char *key)
{
    return sc_reader_gives(r, SC_SECTION_PRICE, key);
}

static void check_price(struct sc_reader *r, const cJSON *item)
{
    static const char *const required[] = {"model", "input_per_mtok", "output_per_mtok"};
    static const char *const large[] = {"above_tokens", "input_above_per_mtok",
                                        "output_above_per_mtok"};
    bool any = false;

    for (size_t i = 0; i < 3; i++)
        any |= price_gives(r, large[i]);
    for (size_t i = 0; i < 3; i++) {
        if (!price_gives(r, required[i]))
            sc_reader_fail(r, sc_document_value(r->doc, item),
                           "found no %s, allowed one; each price needs it", required[i]);
        if (any && !price_gives(r, large[i]))
            sc_reader_fail(r, sc_document_value(r->doc, item),
                           "found no %s, allowed one; above_tokens, input_above_per_mtok and "
                           "output_above_per_mtok go together",
                           large[i]);
    }
}

/* What is not given for long inputs is dearer by as much as input is. */
static void fill_large(struct sc_price *p)
{
    const struct sc_rates *r = &p->rates;
    int64_t by = r->input > 0 ? r->input : 1;

    if (p->above == 0)
        return;
    p->large.cached_read = r->cached_read * p->large.input / by;
    p->large.cache_write_5m = r->cache_write_5m * p->large.input / by;
    p->large.cache_write_1h = r->cache_write_1h * p->large.input / by;
}

static void read_price(struct sc_reader *r, const cJSON *item)
{
    size_t errors = r->errors;

    memset(&r->price, 0, sizeof r->price);
    memset(r->given_price, 0, sizeof r->given_price);
    r->price.provider = SC_PROVIDER_COUNT;
    sc_read_object(r, item, SC_SECTION_PRICE);
    if (r->stop || !(item->type & cJSON_Object))
        return;
    check_price(r, item);
    if (errors != r->errors)
        return;
    fill_large(&r->price);
    if (!sc_build_price(r->policy, &r->price))
        sc_reader_fail(r, SIZE_MAX, "out of memory");
}

static void read_value(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                       void *base)
{
    switch (o->type) {
    case SC_TYPE_SWITCH:
        read_switch(r, item, o, base);
        break;
    case SC_TYPE_OBJECT:
        if (o->group != SC_GROUP_ALL)
            read_strategy(r, item, o->group);
        else
            sc_read_object(r, item, o->child);
        break;
    case SC_TYPE_RULES:
        /* Read when all else is known: `defaults` may come after them in the file. */
        if (!(item->type & cJSON_Array))
            sc_reader_fail_value(r, item, "a list of rules", NULL);
        break;
    case SC_TYPE_PRICES:
        (void)sc_reader_each(r, item, "a list of prices", read_price);
        break;
    case SC_TYPE_BUDGETS:
        break; /* read when the rules are known */
    case SC_TYPE_PROVIDERS:
        sc_read_providers(r, item);
        break;
    case SC_TYPE_CLASSES:
        sc_read_classes(r, item);
        break;
    default:
        sc_value_read(r, item, o, base);
        break;
    }
}

/* A known key at a wrong place deserves to hear of its right one. */
static const char *home_of(const char *key)
{
    static const struct {
        enum sc_section_id id;
        const char *path;
    } homes[] = {{SC_SECTION_BACKOFF, "retry.backoff"},
                 {SC_SECTION_BUDGET, "retry.budget"},
                 {SC_SECTION_STRATEGY, "retry"},
                 {SC_SECTION_RETRY, "retry"},
                 {SC_SECTION_BREAKER, "breaker"},
                 {SC_SECTION_LIMITS, "limits"},
                 {SC_SECTION_HOLD, "hold"},
                 {SC_SECTION_TIMEOUTS, "timeouts"},
                 {SC_SECTION_USAGE, "usage"},
                 {SC_SECTION_EMBEDDINGS, "embeddings"},
                 {SC_SECTION_TOKENS, "tokens"},
                 {SC_SECTION_MATCH, "match"},
                 {SC_SECTION_SETTINGS, "defaults"},
                 {SC_SECTION_LOG, "log"},
                 {SC_SECTION_PRICE, "prices[N]"}};
    const struct sc_section *owner;

    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
        if (sc_option_find(sc_section(homes[i].id), key, &owner) != NULL &&
            owner == sc_section(homes[i].id))
            return homes[i].path;
    }
    return NULL;
}

/* Keys of earlier versions, and what came in their place. */
static const char *retired(const struct sc_section *s, const char *key)
{
    static const struct {
        enum sc_section_id id;
        const char *key, *now;
    } table[] = {
        {SC_SECTION_BUDGET, "ratio",
         "\"per_success\", how many failures are tried again for each answer (1)"},
        {SC_SECTION_BUDGET, "min_per_minute",
         "\"reserve\", how many are in two minutes whatever was answered (10)"},
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (s == sc_section(table[i].id) && strcmp(key, table[i].key) == 0)
            return table[i].now;
    return NULL;
}

static void fail_unknown(struct sc_reader *r, const cJSON *item, const struct sc_section *s)
{
    size_t at = sc_document_key(r->doc, item), before;
    const char *near = sc_option_nearest(s, item->string);
    const char *home = near == NULL ? home_of(item->string) : NULL;
    const char *now = retired(s, item->string);
    char found[SC_QUOTE_MAX], keys[400];

    /* As it is written: a decoded key may hold anything. */
    sc_text_cut(r->doc->text + at + 1, sc_text_skip_scalar(r->doc->text, at) - at - 2, found,
                sizeof found);
    before = sc_reader_enter(r, found);
    say_keys(s, keys, sizeof keys);
    if (now != NULL)
        sc_reader_fail(r, at, "found a key of earlier versions, allowed %s; it is now %s", keys,
                       now);
    else if (near != NULL)
        sc_reader_fail(r, at, "found an unknown key, allowed %s; did you mean \"%s\"?", keys, near);
    else if (home != NULL)
        sc_reader_fail(r, at, "found an unknown key, allowed %s; did you mean %s.%s?", keys, home,
                       item->string);
    else
        sc_reader_fail(r, at, "found an unknown key, allowed %s", keys);
    sc_reader_leave(r, before);
}

static enum sc_section_id id_of(const struct sc_section *s)
{
    return (enum sc_section_id)(s - sc_section(SC_SECTION_TOP));
}

static void read_member(struct sc_reader *r, const cJSON *item, const struct sc_section *s,
                        uint64_t *seen)
{
    const struct sc_section *owner = s;
    const struct sc_policy_option *o = sc_option_find(s, item->string, &owner);
    size_t before, row;
    uint64_t bit;

    if (o == NULL) {
        fail_unknown(r, item, s);
        return;
    }
    row = (size_t)(o - owner->rows);
    bit = UINT64_C(1) << (row + (owner == s ? 0 : 32));
    before = sc_reader_enter(r, o->key);
    if (*seen & bit) {
        sc_reader_fail(r, sc_document_key(r->doc, item),
                       "found the key a second time, allowed once");
    } else {
        r->given[id_of(owner)][owner->first + row] = item;
        read_value(r, item, o, r->base[id_of(owner)]);
    }
    *seen |= bit;
    sc_reader_leave(r, before);
}

void sc_read_object(struct sc_reader *r, const cJSON *item, enum sc_section_id id)
{
    uint64_t seen = 0;

    if (!(item->type & cJSON_Object)) {
        sc_reader_fail_value(r, item, "an object", NULL);
        return;
    }
    for (const cJSON *c = item->child; c != NULL && !r->stop; c = c->next)
        read_member(r, c, sc_section(id), &seen);
}

/* ---- layers and rules ---- */

static void use_layer(struct sc_reader *r, struct sc_layer *l)
{
    static const enum sc_section_id own[] = {
        SC_SECTION_SETTINGS, SC_SECTION_RETRY,     SC_SECTION_BUDGET,   SC_SECTION_BREAKER,
        SC_SECTION_LIMITS,   SC_SECTION_HOLD,      SC_SECTION_TIMEOUTS, SC_SECTION_USAGE,
        SC_SECTION_TOKENS,   SC_SECTION_EMBEDDINGS};

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        r->base[own[i]] = l;
        r->given[own[i]] = l->given;
    }
    r->base[SC_SECTION_STRATEGY] = r->base[SC_SECTION_BACKOFF] = &l->strategy[SC_GROUP_ALL];
    r->given[SC_SECTION_STRATEGY] = r->given[SC_SECTION_BACKOFF] = l->given_strategy[SC_GROUP_ALL];
}

static size_t enter_backoff(struct sc_reader *r, int group, const char *key)
{
    static const char *const groups[] = {"", ".retryable", ".overloaded", ".rate_limited"};
    char path[96];

    snprintf(path, sizeof path, "retry%s.backoff.%s", groups[group], key);
    return sc_reader_enter(r, path);
}

/* Shows a conflict at the value of this layer, and what it is up against. */
static void report_conflict(const struct sc_conflict *c, void *arg)
{
    struct sc_reader *r = arg;
    bool high = c->high_item != NULL;
    const cJSON *item = high ? c->high_item : c->low_item;
    const struct sc_policy_option *mine = high ? c->high : c->low, *other = high ? c->low : c->high;
    int64_t limit = (high ? c->low_value : c->high_value) / (other->scale ? other->scale : 1);
    char path[96], allowed[96];
    size_t before;

    if (item == r->conflict)
        return;
    r->conflict = item;
    snprintf(path, sizeof path, "%s.%s", sc_section(c->section)->name, mine->key);
    snprintf(allowed, sizeof allowed, "at %s %s's %lld", high ? "least" : "most", other->key,
             (long long)limit);
    before = c->section == SC_SECTION_BACKOFF ? enter_backoff(r, c->group, mine->key)
                                              : sc_reader_enter(r, path);
    if (item->type & cJSON_Array)
        sc_reader_fail(r, sc_document_value(r->doc, item), "found a delay of %lld, allowed %s",
                       (long long)c->low_value, allowed);
    else
        sc_reader_fail_value(r, item, allowed, NULL);
    sc_reader_leave(r, before);
}

/* delays_ms beside base_ms or factor in one object: one of them would be ignored in silence. */
static void check_delays(struct sc_reader *r, const struct sc_layer *l)
{
    const struct sc_section *s = sc_section(SC_SECTION_BACKOFF), *owner;
    const struct sc_policy_option *delays = sc_option_find(s, "delays_ms", &owner);
    static const char *const replaced[] = {"base_ms", "factor"};

    for (int g = 0; g < SC_GROUPS; g++) {
        if (l->given_strategy[g][s->first + (size_t)(delays - s->rows)] == NULL)
            continue;
        for (size_t i = 0; i < 2; i++) {
            const struct sc_policy_option *o = sc_option_find(s, replaced[i], &owner);
            const cJSON *item = l->given_strategy[g][s->first + (size_t)(o - s->rows)];

            size_t before;

            if (item == NULL)
                continue;
            before = enter_backoff(r, g, o->key);
            sc_reader_fail(
                r, sc_document_key(r->doc, item),
                "found it beside delays_ms, allowed one of them (delays_ms replaces it)");
            sc_reader_leave(r, before);
        }
    }
}

size_t sc_reader_strings(const cJSON *item, const char *out[SC_STRINGS_MAX])
{
    size_t n = 0;

    if (item == NULL)
        return 0;
    if (item->type & cJSON_String) {
        out[n++] = item->valuestring;
        return n;
    }
    for (const cJSON *c = item->child; c != NULL && n < SC_STRINGS_MAX; c = c->next)
        out[n++] = c->valuestring;
    return n;
}

static struct sc_strings strings_of(struct sc_reader *r, enum sc_match_part part)
{
    return (struct sc_strings){r->strings[part],
                               sc_reader_strings(r->rule.match[part], r->strings[part])};
}

static void set_provider(struct sc_reader *r, struct sc_rule_spec *spec)
{
    spec->provider = SC_PROVIDER_OPENAI_COMPATIBLE;
    spec->provider_given = r->rule.provider != NULL;
    if (!spec->provider_given)
        return;
    spec->own_provider = sc_build_find_provider(r->policy, r->rule.provider);
    spec->provider =
        spec->own_provider ? spec->own_provider->base : sc_provider_by_name(r->rule.provider);
}

static void add_rule(struct sc_reader *r)
{
    struct sc_settings settings;
    struct sc_rule_spec spec = {
        .name = r->rule.name, .settings = &settings, .classify = r->classify};
    size_t errors = r->errors;

    check_delays(r, &r->layer);
    sc_layer_resolve(&r->layer, &r->defaults, &r->builtin, &settings, report_conflict, r);
    if (r->errors != 0 || errors != r->errors)
        return;
    set_provider(r, &spec);
    spec.host = strings_of(r, SC_MATCH_HOST);
    spec.path = strings_of(r, SC_MATCH_PATH);
    spec.method = strings_of(r, SC_MATCH_METHOD);
    spec.model = strings_of(r, SC_MATCH_MODEL);
    if (!sc_build_rule(r->policy, &spec))
        sc_reader_fail(r, SIZE_MAX, "out of memory");
}

static void read_rule(struct sc_reader *r, const cJSON *item)
{
    memset(&r->rule, 0, sizeof r->rule);
    memset(&r->layer, 0, sizeof r->layer);
    memset(r->given_rule, 0, sizeof r->given_rule);
    memset(&r->classify, 0, sizeof r->classify);
    sc_read_object(r, item, SC_SECTION_RULE);
    if (!r->stop && (item->type & cJSON_Object))
        add_rule(r);
}

struct named {
    const char *name;
    const cJSON *item;
    size_t rule;
};

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    return order != 0 ? order : (x->rule > y->rule) - (x->rule < y->rule);
}

/* Two rules of one name could not be told apart in the log. */
static void check_names(struct sc_reader *r, const cJSON *rules, size_t n)
{
    struct named *names = malloc((n + 1) * sizeof *names);
    size_t used = 0, rule = 0;

    if (names == NULL) {
        sc_reader_fail(r, SIZE_MAX, "out of memory");
        return;
    }
    for (const cJSON *c = rules->child; c != NULL; c = c->next, rule++) {
        for (const cJSON *m = c->type & cJSON_Object ? c->child : NULL; m != NULL; m = m->next) {
            if ((m->type & cJSON_String) && strcmp(m->string, "name") == 0)
                names[used++] = (struct named){m->valuestring, m, rule};
            if (used > 0 && names[used - 1].rule == rule)
                break;
        }
    }
    qsort(names, used, sizeof *names, by_name);
    for (size_t i = 1; i < used; i++) {
        char path[64];

        if (strcmp(names[i].name, names[i - 1].name) != 0)
            continue;
        snprintf(path, sizeof path, "rules[%zu].name", names[i].rule);
        r->path_n = 0;
        sc_reader_enter(r, path);
        snprintf(path, sizeof path, "a name of its own (rules[%zu] has this one)",
                 names[i - 1].rule);
        sc_reader_fail_value(r, names[i].item, path, NULL);
        sc_reader_leave(r, 0);
    }
    free(names);
}

static void read_all_rules(struct sc_reader *r, const cJSON *rules)
{
    size_t i = 0;

    if (!(rules->type & cJSON_Array))
        return;
    use_layer(r, &r->layer);
    for (const cJSON *c = rules->child; c != NULL && !r->stop; c = c->next, i++) {
        size_t before = sc_reader_enter(r, "rules");

        sc_reader_enter_index(r, i);
        read_rule(r, c);
        sc_reader_leave(r, before);
    }
    if (!r->stop)
        check_names(r, rules, i);
}

/* ---- top ---- */

static const cJSON *given_top(const struct sc_reader *r, const char *key)
{
    const struct sc_section *s = sc_section(SC_SECTION_TOP);

    return r->given_top[sc_option_find(s, key, &s) - s->rows];
}

static void check_top(struct sc_reader *r)
{
    size_t at = sc_document_value(r->doc, r->doc->root);

    if (r->stop)
        return;
    if (given_top(r, "version") == NULL) {
        sc_reader_enter(r, "version");
        sc_reader_fail(r, at, "found no version, allowed 1; add \"version\": 1");
        sc_reader_leave(r, 0);
    }
    if (given_top(r, "rules") == NULL) {
        sc_reader_enter(r, "rules");
        sc_reader_fail(
            r, at,
            "found no rules, allowed a list; add \"rules\": [...] (an empty list manages "
            "no call)");
        sc_reader_leave(r, 0);
    }
}

static void check_log(struct sc_reader *r)
{
    const char *path = r->draft.log_path;
    const struct sc_section *s;
    const struct sc_policy_option *o = sc_option_find(sc_section(SC_SECTION_LOG), "path", &s);
    size_t before;

    if (path == NULL || path[0] == '/' || strncmp(path, "~/", 2) == 0)
        return;
    before = sc_reader_enter(r, "log.path");
    sc_reader_fail_value(
        r, r->given_log[o - s->rows],
        "an absolute path or one that starts with ~/ (the program's folder is not ours to "
        "choose)",
        NULL);
    sc_reader_leave(r, before);
}

void sc_draft_log(const struct sc_draft *d, struct sc_log_settings *log)
{
    const struct sc_section *s = sc_section(SC_SECTION_LOG), *owner;
    const char *const *modes = sc_option_words(sc_option_find(s, "mode", &owner));

    log->format = (enum sc_log_format)d->log_format;
    log->level = (enum sc_log_level)d->log_level;
    log->max_bytes = d->log_max_bytes;
    log->mode = (unsigned)strtoul(modes[d->log_mode], NULL, 8);
}

/* Without a home that "~" could stand for there is no log; `homeless` has that said. */
static void set_log(struct sc_reader *r)
{
    const char *path = r->draft.log_path;
    struct sc_log_settings *log = &r->policy->log;
    char home[PATH_MAX] = "", *full;

    sc_draft_log(&r->draft, log);
    if (path == NULL)
        return;
    if (path[0] == '~') {
        log->homeless = !sc_home(home, sizeof home);
        if (log->homeless)
            return;
        path++;
    }
    full = sc_build_alloc(r->policy, strlen(home) + strlen(path) + 1);
    if (full != NULL) {
        strcpy(full, home);
        strcat(full, path);
    }
    log->path = full;
}

static void read_top(struct sc_reader *r)
{
    const cJSON *rules;
    struct sc_settings unused;
    size_t before;

    use_layer(r, &r->defaults);
    sc_read_object(r, r->doc->root, SC_SECTION_TOP);
    if (!(r->doc->root->type & cJSON_Object))
        return;
    check_top(r);
    check_log(r);
    before = sc_reader_enter(r, "defaults");
    check_delays(r, &r->defaults);
    sc_layer_resolve(&r->defaults, &r->nothing, &r->builtin, &unused, report_conflict, r);
    sc_reader_leave(r, before);
    rules = given_top(r, "rules");
    if (rules != NULL && !r->stop)
        read_all_rules(r, rules);
    if (given_top(r, "budgets") != NULL && !r->stop)
        sc_read_budgets(r, given_top(r, "budgets"));
}

size_t sc_read(const struct sc_document *doc, struct sc_policy *p, sc_error_sink *sink, void *arg)
{
    struct sc_reader *r = calloc(1, sizeof *r);
    struct sc_policy_error e;
    size_t errors;

    if (r == NULL) {
        sc_document_error(doc, SIZE_MAX, "", &e, "out of memory");
        sink(&e, arg);
        return 1;
    }
    r->doc = doc;
    r->policy = p;
    r->sink = sink;
    r->arg = arg;
    r->base[SC_SECTION_TOP] = r->base[SC_SECTION_LOG] = &r->draft;
    r->base[SC_SECTION_RULE] = r->base[SC_SECTION_MATCH] = &r->rule;
    r->base[SC_SECTION_PRICE] = &r->price;
    r->given[SC_SECTION_PRICE] = r->given_price;
    r->base[SC_SECTION_MONEY] = &r->money;
    r->given[SC_SECTION_MONEY] = r->given_money;
    r->base[SC_SECTION_PROVIDER] = &r->house;
    r->given[SC_SECTION_PROVIDER] = r->given_provider;
    r->base[SC_SECTION_CLASS] = &r->class;
    r->given[SC_SECTION_CLASS] = r->given_class;
    r->given[SC_SECTION_TOP] = r->given_top;
    r->given[SC_SECTION_LOG] = r->given_log;
    r->given[SC_SECTION_RULE] = r->given_rule;
    r->given[SC_SECTION_MATCH] = r->given_match;
    sc_section_store_initial(sc_section(SC_SECTION_LOG), &r->draft);
    sc_layer_builtin(&r->builtin);
    read_top(r);
    if (r->errors == 0)
        set_log(r);
    errors = r->errors;
    free(r->rows.rows);
    free(r);
    return errors;
}
