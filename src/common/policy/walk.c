/* walk.c - goes through the members of an object by the rows of its section. */
#include <stdio.h>
#include <string.h>

#include "policy/layer.h"
#include "policy/options.h"
#include "policy/reader.h"
#include "policy/text.h"

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

void sc_reader_forget(struct sc_reader *r, enum sc_section_id id)
{
    memset(r->given_draft[id], 0, sizeof r->given_draft[id]);
}

const cJSON *sc_reader_given(const struct sc_reader *r, enum sc_section_id id, const char *key)
{
    const struct sc_section *s = sc_section(id);

    return r->given_draft[id][sc_option_find(s, key, &s) - s->rows];
}

bool sc_reader_gives(const struct sc_reader *r, enum sc_section_id id, const char *key)
{
    return sc_reader_given(r, id, key) != NULL;
}

/* What is in it waits until the targets are known; an empty one is none. */
static void keep_list(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                      void *base)
{
    const cJSON *kept = item->child != NULL ? item : NULL;

    if (item->type & cJSON_Array)
        memcpy((char *)base + o->offset, &kept, sizeof kept);
    else
        sc_reader_fail_value(
            r, item, o->type == SC_TYPE_LINKS ? "a list of targets" : "a list of routes", NULL);
}

static void read_value(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                       void *base)
{
    if (o->type == SC_TYPE_SWITCH)
        read_switch(r, item, o, base);
    else if (o->type == SC_TYPE_OBJECT && o->group != SC_GROUP_ALL)
        read_strategy(r, item, o->group);
    else if (o->type == SC_TYPE_OBJECT)
        sc_read_object(r, item, o->child);
    else if (o->type == SC_TYPE_ROUTES || o->type == SC_TYPE_LINKS)
        keep_list(r, item, o, base);
    else if (r->lists[o->type] != NULL)
        r->lists[o->type](r, item);
    else
        sc_value_read(r, item, o, base);
}

/* A known key at a wrong place deserves to hear of its right one. */
static const char *home_of(const char *key)
{
    for (int i = 0; i < SC_SECTION_COUNT; i++) {
        const struct sc_section *s = sc_section((enum sc_section_id)i), *owner;

        if (s->home != NULL && sc_option_find(s, key, &owner) != NULL && owner == s)
            return s->home;
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
         "\"reserve\", how many are in two minutes whatever was answered (20)"},
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

const char *sc_reader_names(struct sc_reader *r, const cJSON *item, bool lower)
{
    const char *names[SC_STRINGS_MAX];
    size_t n = sc_reader_strings(item, names), size = 1, at = 0;
    char *all;

    for (size_t i = 0; i < n; i++)
        size += strlen(names[i]) + 1;
    all = sc_build_alloc(r->policy, size);
    if (all == NULL) {
        sc_reader_fail(r, SIZE_MAX, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        for (const char *p = names[i]; *p; p++)
            all[at++] = (char)(lower && *p >= 'A' && *p <= 'Z' ? *p | 32 : *p);
        all[at++] = '\0';
    }
    all[at] = '\0';
    return all;
}
