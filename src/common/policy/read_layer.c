/* read_layer.c - the settings given at one place: where they go, and whether they can all hold. */
#include <stdio.h>

#include "policy/layer.h"
#include "policy/options.h"
#include "policy/reader.h"

void sc_read_into_layer(struct sc_reader *r, struct sc_layer *l)
{
    for (int i = 0; i < SC_SECTION_COUNT; i++) {
        switch (sc_section((enum sc_section_id)i)->place) {
        case SC_PLACE_LAYER:
            r->base[i] = l;
            r->given[i] = l->given;
            break;
        case SC_PLACE_CLASS:
            r->base[i] = &l->strategy[SC_GROUP_ALL];
            r->given[i] = l->given_strategy[SC_GROUP_ALL];
            break;
        default:
            break;
        }
    }
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

void sc_read_resolve(struct sc_reader *r, const struct sc_layer *upper,
                     const struct sc_layer *lower, struct sc_settings *out)
{
    check_delays(r, upper);
    sc_layer_resolve(upper, lower, &r->builtin, out, report_conflict, r);
}
