#include "policy/read.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/home.h"
#include "policy/layer.h"
#include "policy/options.h"
#include "policy/reader.h"

static const cJSON *given_top(const struct sc_reader *r, const char *key)
{
    return sc_reader_given(r, SC_SECTION_TOP, key);
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
    size_t before;

    if (path == NULL || path[0] == '/' || strncmp(path, "~/", 2) == 0)
        return;
    before = sc_reader_enter(r, "log.path");
    sc_reader_fail_value(
        r, sc_reader_given(r, SC_SECTION_LOG, "path"),
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
    log->flush = (enum sc_log_flush)d->log_flush;
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
    static const struct sc_chain nowhere = {.on = SC_CHAIN_ON};
    const cJSON *rules;
    struct sc_settings settings;
    size_t before;

    sc_read_into_layer(r, &r->defaults);
    sc_read_object(r, r->doc->root, SC_SECTION_TOP);
    if (!(r->doc->root->type & cJSON_Object))
        return;
    check_top(r);
    check_log(r);
    if (given_top(r, "targets") != NULL && !r->stop)
        sc_read_targets(r, given_top(r, "targets"));
    before = sc_reader_enter(r, "defaults");
    (void)sc_read_chain(r, &r->defaults, &nowhere, &r->chain);
    sc_read_resolve(r, &r->defaults, &r->nothing, &settings);
    sc_read_who(r, &r->defaults, &settings);
    sc_read_cache(r, &r->defaults, &r->chain, &settings);
    sc_reader_leave(r, before);
    rules = given_top(r, "rules");
    if (rules != NULL && !r->stop)
        sc_read_rules(r, rules);
    if (given_top(r, "budgets") != NULL && !r->stop)
        sc_read_budgets(r, given_top(r, "budgets"));
    if (given_top(r, "state") != NULL && !r->stop)
        sc_read_state(r, given_top(r, "state"));
    if (r->errors == 0)
        sc_read_faults(r, &settings);
}

/* `defaults` may come after the rules in the file: these are read when all else is known. */
static void look_at_rules(struct sc_reader *r, const cJSON *item)
{
    if (!(item->type & cJSON_Array))
        sc_reader_fail_value(r, item, "a list of rules", NULL);
}

/* Likewise budgets, which name rules, and targets, which name providers. */
static void leave_for_later(struct sc_reader *r, const cJSON *item)
{
    (void)r;
    (void)item;
}

static sc_list_reader *const lists[SC_TYPES] = {
    [SC_TYPE_RULES] = look_at_rules,         [SC_TYPE_PRICES] = sc_read_prices,
    [SC_TYPE_PROVIDERS] = sc_read_providers, [SC_TYPE_CLASSES] = sc_read_classes,
    [SC_TYPE_BUDGETS] = leave_for_later,     [SC_TYPE_TARGETS] = leave_for_later};

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
    r->lists = lists;
    r->policy = p;
    r->sink = sink;
    r->arg = arg;
    for (int i = 0; i < SC_SECTION_COUNT; i++)
        r->given[i] = r->given_draft[i];
    r->base[SC_SECTION_TOP] = r->base[SC_SECTION_LOG] = &r->draft;
    r->base[SC_SECTION_RULE] = r->base[SC_SECTION_MATCH] = &r->rule;
    r->base[SC_SECTION_PRICE] = &r->price;
    r->base[SC_SECTION_MONEY] = &r->money;
    r->base[SC_SECTION_PROVIDER] = &r->house;
    r->base[SC_SECTION_CLASS] = &r->class;
    r->base[SC_SECTION_TARGET] = &r->target;
    r->base[SC_SECTION_ROUTE] = r->base[SC_SECTION_WHEN] = &r->route;
    r->base[SC_SECTION_REPLY] = &r->reply;
    r->base[SC_SECTION_FAULTS] = &r->faults;
    r->base[SC_SECTION_STATE] = &r->state;
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
