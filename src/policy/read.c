#include "policy/read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/layer.h"
#include "policy/options.h"
#include "policy/text.h"

#define PATH_MAX_TEXT 200
#define STRINGS_MAX 256
#define QUOTE_MAX 64

struct reader {
    const struct sc_document *doc;
    struct sc_policy *policy;
    sc_error_sink *sink;
    void *arg;
    size_t errors;
    bool stop;
    char path[PATH_MAX_TEXT];
    size_t path_n;
    /* Where a section's values go, and the items that gave them. */
    void *base[SC_SECTION_COUNT];
    const cJSON **given[SC_SECTION_COUNT];
    struct sc_draft draft;
    struct sc_rule_draft rule;
    struct sc_layer builtin, defaults, layer, nothing;
    const cJSON *given_top[8], *given_log[8], *given_rule[8], *given_match[8];
    const cJSON *conflict; /* reported last: generic values meet each class again */
    const char *strings[SC_MATCH_PARTS][STRINGS_MAX];
};

/* ---- places and errors ---- */

static size_t enter(struct reader *r, const char *key)
{
    size_t before = r->path_n;
    const char *dot = before > 0 && key[0] != '[' ? "." : "";
    int n = snprintf(r->path + before, sizeof r->path - before, "%s%s", dot, key);

    if (n > 0 && before + (size_t)n < sizeof r->path)
        r->path_n = before + (size_t)n;
    else
        r->path_n = sizeof r->path - 1;
    return before;
}

static size_t enter_index(struct reader *r, size_t i)
{
    char index[32];

    snprintf(index, sizeof index, "[%zu]", i);
    return enter(r, index);
}

static void leave(struct reader *r, size_t before)
{
    r->path_n = before;
    r->path[before] = '\0';
}

__attribute__((format(printf, 3, 4))) static void fail(struct reader *r, size_t at,
                                                       const char *format, ...)
{
    struct sc_policy_error e;
    char text[SC_POLICY_ERROR_MAX];
    va_list args;

    if (r->stop)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sc_document_error(r->doc, at, r->path, &e, "%s", text);
    r->errors++;
    r->stop = !r->sink(&e, r->arg) || r->errors >= SC_POLICY_ERRORS_MAX;
}

static void fail_value(struct reader *r, const cJSON *item, const char *allowed, const char *near)
{
    char found[QUOTE_MAX];

    sc_document_quote(r->doc, item, found, sizeof found);
    fail(r, sc_document_value(r->doc, item), "found %s, allowed %s%s%s%s", found, allowed,
         near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
         near != NULL ? "\"?" : "");
}

/* ---- what is allowed, in words ---- */

/* 120000 as "120000", 0.01 as "0.01", without a word from the locale. */
static void say_number(double v, char *buf, size_t size)
{
    long long whole = (long long)v;
    int hundredths = (int)((v - (double)whole) * 100 + 0.5);

    if (hundredths == 0)
        snprintf(buf, size, "%lld", whole);
    else
        snprintf(buf, size, "%lld.%02d", whole, hundredths);
}

static void say_range(const struct sc_policy_option *o, const char *what, char *buf, size_t size)
{
    char min[32], max[32];

    say_number(o->min, min, sizeof min);
    say_number(o->max, max, sizeof max);
    if (o->min == o->max)
        snprintf(buf, size, "%s", min);
    else
        snprintf(buf, size, "%s from %s to %s", what, min, max);
}

static void say_words(const char *const *words, char *buf, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; words[i] != NULL && n < size; i++) {
        const char *between = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";

        n += (size_t)snprintf(buf + n, size - n, "%s\"%s\"", between, words[i]);
    }
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

/* ---- values ---- */

static bool is_bool(const cJSON *item)
{
    return (item->type & (cJSON_True | cJSON_False)) != 0;
}

static bool number_of(struct reader *r, const cJSON *item, const struct sc_policy_option *o,
                      const char *what, double *value)
{
    char allowed[96];

    if ((item->type & cJSON_Number) && sc_document_number(r->doc, item, value) &&
        *value >= o->min && *value <= o->max &&
        (o->type == SC_TYPE_NUMBER || *value == (double)(int64_t)*value))
        return true;
    say_range(o, what, allowed, sizeof allowed);
    fail_value(r, item, allowed, NULL);
    return false;
}

static void read_integer(struct reader *r, const cJSON *item, const struct sc_policy_option *o,
                         void *base)
{
    double value;

    if (number_of(r, item, o, "a whole number", &value))
        sc_option_store_integer(o, base, value);
}

static void read_number(struct reader *r, const cJSON *item, const struct sc_policy_option *o,
                        void *base)
{
    double value;

    if (number_of(r, item, o, "a number", &value))
        memcpy((char *)base + o->offset, &value, sizeof value);
}

/* Index of the item's word, or -1 with an error. */
static int word_of(struct reader *r, const cJSON *item, const struct sc_policy_option *o,
                   const char *or_)
{
    char allowed[400];
    bool word = (item->type & cJSON_String) != 0;
    int i = word ? sc_word_index(o->words, item->valuestring, strlen(item->valuestring)) : -1;
    const char *near;
    size_t n;

    if (i < 0) {
        near = word ? sc_word_nearest(o->words, item->valuestring) : NULL;
        say_words(o->words, allowed, sizeof allowed);
        n = strlen(allowed);
        snprintf(allowed + n, sizeof allowed - n, "%s", or_);
        fail_value(r, item, allowed, near);
    }
    return i;
}

static void read_word(struct reader *r, const cJSON *item, const struct sc_policy_option *o,
                      void *base)
{
    int i = word_of(r, item, o, "");

    if (i >= 0)
        sc_option_store_word(o, base, i);
}

static void read_scope(struct reader *r, const cJSON *item, const struct sc_policy_option *o,
                       void *base)
{
    static const char list[] = ", or a list of these";
    const cJSON *first = item->type & cJSON_Array ? item->child : item;
    unsigned bits = 0;
    size_t n = 0;

    if (first == NULL) {
        fail(r, sc_document_value(r->doc, item), "found an empty list, allowed at least one word");
        return;
    }
    for (const cJSON *c = first; c != NULL; c = first == item ? NULL : c->next, n++) {
        size_t before = first == item ? r->path_n : enter_index(r, n);
        int i = word_of(r, c, o, first == item ? list : "");

        if (i >= 0 && bits >> i & 1)
            fail_value(r, c, "each word once", NULL);
        if (i >= 0)
            bits |= 1u << i;
        leave(r, before);
    }
    memcpy((char *)base + o->offset, &bits, sizeof bits);
}

static void read_delays(struct reader *r, const cJSON *item, const struct sc_policy_option *o,
                        void *base)
{
    struct sc_backoff b = {0};
    double value;
    size_t i = 0;

    if (!(item->type & cJSON_Array)) {
        fail_value(r, item, "a list of 1 to 16 whole numbers", NULL);
        return;
    }
    if (item->child == NULL)
        fail(r, sc_document_value(r->doc, item), "found an empty list, allowed 1 to 16 delays");
    for (const cJSON *c = item->child; c != NULL; c = c->next, i++) {
        size_t before = enter_index(r, i);

        if (i == SC_DELAYS_MAX)
            fail(r, sc_document_value(r->doc, c), "found more than 16 delays, allowed at most 16");
        else if (i < SC_DELAYS_MAX && number_of(r, c, o, "a whole number", &value))
            b.delays_ms[b.n_delays++] = (int64_t)value;
        leave(r, before);
    }
    memcpy((char *)base + o->offset, &b.n_delays, o->size);
}

static bool has_control(const char *s)
{
    for (; *s != '\0'; s++) {
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return true;
    }
    return false;
}

/* A string as such: not empty, not too long, one line (a comment may be anything). */
static bool text_of(struct reader *r, const cJSON *item, const struct sc_policy_option *o,
                    const char *allowed)
{
    char range[64];

    if (!(item->type & cJSON_String)) {
        fail_value(r, item, allowed, NULL);
        return false;
    }
    if (o->size == 0)
        return true;
    if (item->valuestring[0] == '\0' || strlen(item->valuestring) > (size_t)o->max) {
        snprintf(range, sizeof range, "a string of 1 to %d bytes", (int)o->max);
        fail_value(r, item, range, NULL);
        return false;
    }
    if (has_control(item->valuestring)) {
        fail_value(r, item, "a string without control characters", NULL);
        return false;
    }
    return true;
}

static void read_text(struct reader *r, const cJSON *item, const struct sc_policy_option *o,
                      void *base)
{
    const char *text = item->valuestring;

    if (text_of(r, item, o, "a string") && o->size != 0)
        memcpy((char *)base + o->offset, &text, sizeof text);
}

/* What a string of a match part may look like; NULL if this one may. */
static const char *unfit(const char *key, const char *s, char *near, size_t size)
{
    struct sc_str host;
    const char *why;
    int port;

    near[0] = '\0';
    if (strcmp(key, "host") == 0) {
        if (sc_host_split((struct sc_str){s, strlen(s)}, &host, &port, &why))
            return NULL;
        return why;
    }
    if (strcmp(key, "path") == 0 && s[0] != '/' && s[0] != '*') {
        snprintf(near, size, "/%s", s);
        return "a path that begins with / or *";
    }
    if (strcmp(key, "path") == 0 && strpbrk(s, "?#") != NULL)
        return "a path without query or fragment";
    if (strcmp(key, "method") != 0)
        return NULL;
    if (strchr(s, '*') != NULL)
        return "a method in capitals, such as \"POST\" (leave the key out to match all)";
    for (size_t i = 0; s[i] != '\0'; i++) {
        bool small = s[i] >= 'a' && s[i] <= 'z';

        if (i + 1 < size) {
            near[i] = (char)(small ? s[i] - 32 : s[i]);
            near[i + 1] = '\0';
        }
        if (!small && (s[i] < 'A' || s[i] > 'Z') && s[i] != '-' && s[i] != '_') {
            near[0] = '\0';
            return "a method in capitals, such as \"POST\"";
        }
    }
    return strcmp(near, s) == 0 ? NULL : "a method in capitals, such as \"POST\"";
}

static void read_string(struct reader *r, const cJSON *item, const struct sc_policy_option *o,
                        const char *allowed)
{
    const char *wrong;
    char near[128];

    if (!text_of(r, item, o, allowed))
        return;
    wrong = unfit(o->key, item->valuestring, near, sizeof near);
    if (wrong != NULL)
        fail_value(r, item, wrong, near[0] != '\0' ? near : NULL);
}

static void read_strings(struct reader *r, const cJSON *item, const struct sc_policy_option *o,
                         void *base)
{
    size_t i = 0;

    memcpy((char *)base + o->offset, &item, sizeof item);
    if (!(item->type & cJSON_Array)) {
        read_string(r, item, o, "a string or a list of strings");
        return;
    }
    if (item->child == NULL)
        fail(r, sc_document_value(r->doc, item),
             "found an empty list, allowed at least one string (leave the key out to match all)");
    for (const cJSON *c = item->child; c != NULL; c = c->next, i++) {
        size_t before = enter_index(r, i);

        if (i == STRINGS_MAX)
            fail(r, sc_document_value(r->doc, c), "found more than %d strings, allowed at most %d",
                 STRINGS_MAX, STRINGS_MAX);
        else if (i < STRINGS_MAX)
            read_string(r, c, o, "a string");
        leave(r, before);
    }
}

/* ---- objects ---- */

static void read_object(struct reader *r, const cJSON *item, enum sc_section_id id);
static void read_rules(struct reader *r, const cJSON *item);

static void read_strategy(struct reader *r, const cJSON *item, int group)
{
    void *base = r->base[SC_SECTION_STRATEGY];
    const cJSON **given = r->given[SC_SECTION_STRATEGY];
    struct sc_layer *l = r->base[SC_SECTION_SETTINGS];

    r->base[SC_SECTION_STRATEGY] = r->base[SC_SECTION_BACKOFF] = &l->strategy[group];
    r->given[SC_SECTION_STRATEGY] = r->given[SC_SECTION_BACKOFF] = l->given_strategy[group];
    read_object(r, item, SC_SECTION_STRATEGY);
    r->base[SC_SECTION_STRATEGY] = r->base[SC_SECTION_BACKOFF] = base;
    r->given[SC_SECTION_STRATEGY] = r->given[SC_SECTION_BACKOFF] = given;
}

static void read_switch(struct reader *r, const cJSON *item, const struct sc_policy_option *o,
                        void *base)
{
    if (is_bool(item)) {
        sc_option_store_word(o, base, (item->type & cJSON_True) != 0);
    } else if (item->type & cJSON_Object) {
        sc_option_store_word(o, base, 1);
        read_object(r, item, o->child);
    } else {
        fail_value(r, item, "an object, true or false", NULL);
    }
}

static void read_value(struct reader *r, const cJSON *item, const struct sc_policy_option *o,
                       void *base)
{
    switch (o->type) {
    case SC_TYPE_INTEGER:
        read_integer(r, item, o, base);
        break;
    case SC_TYPE_NUMBER:
        read_number(r, item, o, base);
        break;
    case SC_TYPE_WORD:
        read_word(r, item, o, base);
        break;
    case SC_TYPE_SCOPE:
        read_scope(r, item, o, base);
        break;
    case SC_TYPE_DELAYS:
        read_delays(r, item, o, base);
        break;
    case SC_TYPE_TEXT:
        read_text(r, item, o, base);
        break;
    case SC_TYPE_STRINGS:
        read_strings(r, item, o, base);
        break;
    case SC_TYPE_SWITCH:
        read_switch(r, item, o, base);
        break;
    case SC_TYPE_OBJECT:
        if (o->group != SC_GROUP_ALL)
            read_strategy(r, item, o->group);
        else
            read_object(r, item, o->child);
        break;
    case SC_TYPE_RULES:
        read_rules(r, item);
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
                 {SC_SECTION_MATCH, "match"},
                 {SC_SECTION_SETTINGS, "defaults"},
                 {SC_SECTION_LOG, "log"}};
    const struct sc_section *owner;

    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
        if (sc_option_find(sc_section(homes[i].id), key, &owner) != NULL &&
            owner == sc_section(homes[i].id))
            return homes[i].path;
    }
    return NULL;
}

static void fail_unknown(struct reader *r, const cJSON *item, const struct sc_section *s)
{
    size_t at = sc_document_key(r->doc, item), before;
    const char *near = sc_option_nearest(s, item->string);
    const char *home = near == NULL ? home_of(item->string) : NULL;
    char found[QUOTE_MAX], keys[400];

    /* As it is written: a decoded key may hold anything. */
    sc_text_cut(r->doc->text + at + 1, sc_text_skip_scalar(r->doc->text, at) - at - 2, found,
                sizeof found);
    before = enter(r, found);
    say_keys(s, keys, sizeof keys);
    if (near != NULL)
        fail(r, at, "found an unknown key, allowed %s; did you mean \"%s\"?", keys, near);
    else if (home != NULL)
        fail(r, at, "found an unknown key, allowed %s; did you mean %s.%s?", keys, home,
             item->string);
    else
        fail(r, at, "found an unknown key, allowed %s", keys);
    leave(r, before);
}

static enum sc_section_id id_of(const struct sc_section *s)
{
    return (enum sc_section_id)(s - sc_section(SC_SECTION_TOP));
}

static void read_member(struct reader *r, const cJSON *item, const struct sc_section *s,
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
    before = enter(r, o->key);
    if (*seen & bit) {
        fail(r, sc_document_key(r->doc, item), "found the key a second time, allowed once");
    } else {
        r->given[id_of(owner)][owner->first + row] = item;
        read_value(r, item, o, r->base[id_of(owner)]);
    }
    *seen |= bit;
    leave(r, before);
}

static void read_object(struct reader *r, const cJSON *item, enum sc_section_id id)
{
    uint64_t seen = 0;

    if (!(item->type & cJSON_Object)) {
        fail_value(r, item, "an object", NULL);
        return;
    }
    for (const cJSON *c = item->child; c != NULL && !r->stop; c = c->next)
        read_member(r, c, sc_section(id), &seen);
}

/* ---- layers and rules ---- */

static void use_layer(struct reader *r, struct sc_layer *l)
{
    static const enum sc_section_id own[] = {SC_SECTION_SETTINGS, SC_SECTION_RETRY,
                                             SC_SECTION_BUDGET,   SC_SECTION_BREAKER,
                                             SC_SECTION_LIMITS,   SC_SECTION_HOLD};

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        r->base[own[i]] = l;
        r->given[own[i]] = l->given;
    }
    r->base[SC_SECTION_STRATEGY] = r->base[SC_SECTION_BACKOFF] = &l->strategy[SC_GROUP_ALL];
    r->given[SC_SECTION_STRATEGY] = r->given[SC_SECTION_BACKOFF] = l->given_strategy[SC_GROUP_ALL];
}

static size_t enter_backoff(struct reader *r, int group, const char *key)
{
    static const char *const groups[] = {"", ".retryable", ".overloaded", ".rate_limited"};
    char path[96];

    snprintf(path, sizeof path, "retry%s.backoff.%s", groups[group], key);
    return enter(r, path);
}

/* Shows a conflict at the value of this layer, and what it is up against. */
static void report_conflict(const struct sc_conflict *c, void *arg)
{
    struct reader *r = arg;
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
    before =
        c->section == SC_SECTION_BACKOFF ? enter_backoff(r, c->group, mine->key) : enter(r, path);
    if (item->type & cJSON_Array)
        fail(r, sc_document_value(r->doc, item), "found a delay of %lld, allowed %s",
             (long long)c->low_value, allowed);
    else
        fail_value(r, item, allowed, NULL);
    leave(r, before);
}

/* delays_ms beside base_ms or factor in one object: one of them would be ignored in silence. */
static void check_delays(struct reader *r, const struct sc_layer *l)
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
            fail(r, sc_document_key(r->doc, item),
                 "found it beside delays_ms, allowed one of them (delays_ms replaces it)");
            leave(r, before);
        }
    }
}

static struct sc_strings strings_of(struct reader *r, enum sc_match_part part)
{
    const cJSON *item = r->rule.match[part];
    struct sc_strings s = {r->strings[part], 0};

    if (item == NULL)
        return s;
    if (item->type & cJSON_String) {
        r->strings[part][s.n++] = item->valuestring;
        return s;
    }
    for (const cJSON *c = item->child; c != NULL && s.n < STRINGS_MAX; c = c->next)
        r->strings[part][s.n++] = c->valuestring;
    return s;
}

static void add_rule(struct reader *r)
{
    struct sc_settings settings;
    struct sc_rule_spec spec = {
        .name = r->rule.name, .provider_given = r->rule.provider >= 0, .settings = &settings};
    size_t errors = r->errors;

    check_delays(r, &r->layer);
    sc_layer_resolve(&r->layer, &r->defaults, &r->builtin, &settings, report_conflict, r);
    if (r->errors != 0 || errors != r->errors)
        return;
    spec.provider =
        spec.provider_given ? (enum sc_provider)r->rule.provider : SC_PROVIDER_OPENAI_COMPATIBLE;
    spec.host = strings_of(r, SC_MATCH_HOST);
    spec.path = strings_of(r, SC_MATCH_PATH);
    spec.method = strings_of(r, SC_MATCH_METHOD);
    spec.model = strings_of(r, SC_MATCH_MODEL);
    if (!sc_build_rule(r->policy, &spec))
        fail(r, SIZE_MAX, "out of memory");
}

static void read_rule(struct reader *r, const cJSON *item)
{
    memset(&r->rule, 0, sizeof r->rule);
    memset(&r->layer, 0, sizeof r->layer);
    memset(r->given_rule, 0, sizeof r->given_rule);
    r->rule.provider = -1;
    read_object(r, item, SC_SECTION_RULE);
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
static void check_names(struct reader *r, const cJSON *rules, size_t n)
{
    struct named *names = malloc((n + 1) * sizeof *names);
    size_t used = 0, rule = 0;

    if (names == NULL) {
        fail(r, SIZE_MAX, "out of memory");
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
        enter(r, path);
        snprintf(path, sizeof path, "a name of its own (rules[%zu] has this one)",
                 names[i - 1].rule);
        fail_value(r, names[i].item, path, NULL);
        leave(r, 0);
    }
    free(names);
}

/* Rules are read when all else is known: `defaults` may come after them in the file. */
static void read_rules(struct reader *r, const cJSON *item)
{
    if (!(item->type & cJSON_Array))
        fail_value(r, item, "a list of rules", NULL);
}

static void read_all_rules(struct reader *r, const cJSON *rules)
{
    size_t i = 0;

    if (!(rules->type & cJSON_Array))
        return;
    use_layer(r, &r->layer);
    for (const cJSON *c = rules->child; c != NULL && !r->stop; c = c->next, i++) {
        size_t before = enter(r, "rules");

        enter_index(r, i);
        read_rule(r, c);
        leave(r, before);
    }
    if (!r->stop)
        check_names(r, rules, i);
}

/* ---- top ---- */

static const cJSON *given_top(const struct reader *r, const char *key)
{
    const struct sc_section *s = sc_section(SC_SECTION_TOP);

    return r->given_top[sc_option_find(s, key, &s) - s->rows];
}

static void check_top(struct reader *r)
{
    size_t at = sc_document_value(r->doc, r->doc->root);

    if (r->stop)
        return;
    if (given_top(r, "version") == NULL) {
        enter(r, "version");
        fail(r, at, "found no version, allowed 1; add \"version\": 1");
        leave(r, 0);
    }
    if (given_top(r, "rules") == NULL) {
        enter(r, "rules");
        fail(r, at,
             "found no rules, allowed a list; add \"rules\": [...] (an empty list manages "
             "no call)");
        leave(r, 0);
    }
}

static void check_log(struct reader *r)
{
    const char *path = r->draft.log_path;
    const struct sc_section *s;
    const struct sc_policy_option *o = sc_option_find(sc_section(SC_SECTION_LOG), "path", &s);
    size_t before;

    if (path == NULL || path[0] == '/' || strncmp(path, "~/", 2) == 0)
        return;
    before = enter(r, "log.path");
    fail_value(r, r->given_log[o - s->rows],
               "an absolute path or one that starts with ~/ (the program's folder is not ours to "
               "choose)",
               NULL);
    leave(r, before);
}

/* "~" is the user's home as the environment has it; without one there is no log. */
static void set_log(struct reader *r)
{
    const char *path = r->draft.log_path, *home = getenv("HOME");
    struct sc_log_settings *log = &r->policy->log;
    char *full;

    log->format = (enum sc_log_format)r->draft.log_format;
    log->level = (enum sc_log_level)r->draft.log_level;
    log->max_bytes = r->draft.log_max_bytes;
    if (path == NULL || (path[0] == '~' && (home == NULL || home[0] != '/')))
        return;
    if (path[0] == '~')
        path++;
    else
        home = "";
    full = sc_build_alloc(r->policy, strlen(home) + strlen(path) + 1);
    if (full != NULL) {
        strcpy(full, home);
        strcat(full, path);
    }
    log->path = full;
}

static void read_top(struct reader *r)
{
    const cJSON *rules;
    struct sc_settings unused;
    size_t before;

    use_layer(r, &r->defaults);
    read_object(r, r->doc->root, SC_SECTION_TOP);
    if (!(r->doc->root->type & cJSON_Object))
        return;
    check_top(r);
    check_log(r);
    before = enter(r, "defaults");
    check_delays(r, &r->defaults);
    sc_layer_resolve(&r->defaults, &r->nothing, &r->builtin, &unused, report_conflict, r);
    leave(r, before);
    rules = given_top(r, "rules");
    if (rules != NULL && !r->stop)
        read_all_rules(r, rules);
}

size_t sc_read(const struct sc_document *doc, struct sc_policy *p, sc_error_sink *sink, void *arg)
{
    struct reader *r = calloc(1, sizeof *r);
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
    free(r);
    return errors;
}
