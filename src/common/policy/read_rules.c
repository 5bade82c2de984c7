/* read_rules.c - reads `rules`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/glob.h"
#include "policy/reader.h"

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

/* Paths that are spoken in a dialect, whatever comes before. */
static const char *const spoken[] = {"*/chat/completions", "*/responses", "*/messages",
                                     "*:generateContent", "*:streamGenerateContent"};

static bool is_spoken(const char *pattern)
{
    for (size_t i = 0; i < sizeof spoken / sizeof spoken[0]; i++)
        if (sc_glob_meet((struct sc_str){pattern, strlen(pattern)},
                         (struct sc_str){spoken[i], strlen(spoken[i])}))
            return true;
    return false;
}

/* What a rule says of targets must be good for some of its calls. */
static void check_paths(struct sc_reader *r, const char *key, const cJSON *item)
{
    struct sc_strings paths = strings_of(r, SC_MATCH_PATH);
    size_t before;

    for (size_t i = 0; i < paths.n; i++)
        if (is_spoken(paths.items[i]))
            return;
    if (paths.n == 0)
        return;
    before = sc_reader_enter(r, key);
    sc_reader_fail(r, sc_document_value(r->doc, item),
                   "found targets for calls that cannot be said in another dialect (match.path), "
                   "allowed where one of the paths can end in /chat/completions, /responses, "
                   "/messages, :generateContent or :streamGenerateContent");
    sc_reader_leave(r, before);
}

static void read_chain(struct sc_reader *r, struct sc_rule_spec *spec)
{
    struct sc_chain chain, *copy;

    if (r->stop || !sc_read_chain(r, &r->layer, &r->chain, &chain))
        return;
    if (r->layer.fallback != NULL)
        check_paths(r, "fallback", r->layer.fallback);
    if (r->layer.route != NULL)
        check_paths(r, "route", r->layer.route);
    if (chain.n_links + chain.n_route == 0)
        return;
    spec->chain = copy = sc_build_alloc(r->policy, sizeof *copy);
    if (copy != NULL)
        *copy = chain;
    else
        sc_reader_fail(r, SIZE_MAX, "out of memory");
}

static void add_rule(struct sc_reader *r)
{
    struct sc_settings settings;
    struct sc_rule_spec spec = {
        .name = r->rule.name, .settings = &settings, .classify = r->classify};
    size_t errors = r->errors;

    read_chain(r, &spec);
    sc_read_resolve(r, &r->layer, &r->defaults, &settings);
    sc_read_who(r, &r->layer, &settings);
    sc_read_cache(r, &r->layer, spec.chain, &settings);
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
    sc_reader_forget(r, SC_SECTION_RULE);
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

void sc_read_rules(struct sc_reader *r, const cJSON *rules)
{
    size_t i = 0;

    if (!(rules->type & cJSON_Array))
        return;
    sc_read_into_layer(r, &r->layer);
    for (const cJSON *c = rules->child; c != NULL && !r->stop; c = c->next, i++) {
        size_t before = sc_reader_enter(r, "rules");

        sc_reader_enter_index(r, i);
        read_rule(r, c);
        sc_reader_leave(r, before);
    }
    if (!r->stop)
        check_names(r, rules, i);
}
