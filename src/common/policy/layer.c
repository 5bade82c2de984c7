#include "policy/layer.h"

#include <string.h>

#include "core/stages.h"
#include "policy/options.h"
#include "policy/text.h"

/* Throttled and overloaded services want longer waits than a passing fault (AWS's 2026 retry
 * guidance: 1-2 s base for throttling, cap 30-60 s). A first delay that is shorter than a model's
 * answer finds it as busy as before (docs/simulate.md, herd). Who is overloaded is spared by the
 * retry budget; a cap above that of other faults saves no attempt there (tests/common/state/
 * test_goodput.c), and keeps people waiting. */
const struct sc_class_initial sc_class_initials[] = {
    {SC_GROUP_OVERLOADED, "base_ms", "3000"},
    {SC_GROUP_RATE_LIMITED, "base_ms", "2000"},
    {SC_GROUP_RATE_LIMITED, "max_ms", "60000"},
    {SC_GROUP_RATE_LIMITED, "total_timeout_ms", "300000"},
    {0, NULL, NULL},
};

void sc_option_store_integer(const struct sc_policy_option *o, void *base, double value)
{
    int64_t wide = (int64_t)value * (o->scale == 0 ? 1 : o->scale);
    int narrow = (int)wide;

    if (o->size == sizeof wide)
        memcpy((char *)base + o->offset, &wide, sizeof wide);
    else
        memcpy((char *)base + o->offset, &narrow, sizeof narrow);
}

void sc_option_store_word(const struct sc_policy_option *o, void *base, int index)
{
    bool flag = index != 0;

    if (o->size == sizeof flag)
        memcpy((char *)base + o->offset, &flag, sizeof flag);
    else
        memcpy((char *)base + o->offset, &index, sizeof index);
}

static unsigned words_in(const char *text, const char *const *words)
{
    unsigned bits = 0;

    for (const char *p = strchr(text, '"'); p != NULL; p = strchr(p + 1, '"')) {
        int i = sc_word_index(words, p + 1, strcspn(p + 1, "\""));

        if (i >= 0)
            bits |= 1u << i;
    }
    return bits;
}

void sc_option_store_initial(const struct sc_policy_option *o, const char *text, void *base)
{
    double number = 0;
    unsigned bits;

    switch (o->type) {
    case SC_TYPE_INTEGER:
        sc_number_read(text, strlen(text), &number);
        sc_option_store_integer(o, base, number);
        break;
    case SC_TYPE_NUMBER:
        sc_number_read(text, strlen(text), &number);
        memcpy((char *)base + o->offset, &number, sizeof number);
        break;
    case SC_TYPE_WORD:
        sc_option_store_word(o, base,
                             sc_word_index(sc_option_words(o), text + 1, strlen(text) - 2));
        break;
    case SC_TYPE_SCOPE:
        bits = words_in(text, sc_option_words(o));
        memcpy((char *)base + o->offset, &bits, sizeof bits);
        break;
    case SC_TYPE_BOOL:
    case SC_TYPE_SWITCH:
        sc_option_store_word(o, base, text[0] == 't');
        break;
    default:
        break;
    }
}

void sc_section_store_initial(const struct sc_section *s, void *base)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->rows[i].initial[0] && s->rows[i].size != 0)
            sc_option_store_initial(&s->rows[i], s->rows[i].initial, base);
    }
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

void sc_layer_builtin(struct sc_layer *l)
{
    const struct sc_section *owner;
    const struct sc_policy_option *o;

    memset(l, 0, sizeof *l);
    for (int i = 0; i < SC_SECTION_COUNT; i++) {
        const struct sc_section *s = sc_section((enum sc_section_id)i);

        if (s->place == SC_PLACE_LAYER)
            sc_section_store_initial(s, l);
        for (int g = 0; g < SC_GROUPS && s->place == SC_PLACE_CLASS; g++)
            sc_section_store_initial(s, &l->strategy[g]);
    }
    for (const struct sc_class_initial *c = sc_class_initials; c->key != NULL; c++) {
        o = sc_option_find(sc_section(SC_SECTION_STRATEGY), c->key, &owner);
        if (o == NULL)
            o = sc_option_find(sc_section(SC_SECTION_BACKOFF), c->key, &owner);
        sc_option_store_initial(o, c->value, &l->strategy[c->group]);
    }
}

static void overlay(struct sc_layer *to, const struct sc_layer *from)
{
    for (int i = 0; i < SC_SECTION_COUNT; i++) {
        const struct sc_section *s = sc_section((enum sc_section_id)i);

        for (size_t j = 0; s->place == SC_PLACE_LAYER && j < s->n; j++) {
            const struct sc_policy_option *o = &s->rows[j];

            if (from->given[s->first + j] != NULL)
                memcpy((char *)to + o->offset, (const char *)from + o->offset, o->size);
        }
    }
}

/* Which level a strategy's keys came from, nearest first. */
enum { FROM_UPPER_CLASS, FROM_LOWER_CLASS, FROM_UPPER, FROM_LOWER, FROM_BUILTIN };

static int pick(const struct sc_layer *upper, const struct sc_layer *lower, int group, size_t key)
{
    if (group != SC_GROUP_ALL && upper->given_strategy[group][key] != NULL)
        return FROM_UPPER_CLASS;
    if (group != SC_GROUP_ALL && lower->given_strategy[group][key] != NULL)
        return FROM_LOWER_CLASS;
    if (upper->given_strategy[SC_GROUP_ALL][key] != NULL)
        return FROM_UPPER;
    if (lower->given_strategy[SC_GROUP_ALL][key] != NULL)
        return FROM_LOWER;
    return FROM_BUILTIN;
}

struct resolution {
    const struct sc_layer *upper, *lower, *builtin;
    sc_conflict_report *report;
    void *arg;
    int from[SC_GIVEN_STRATEGY_MAX]; /* of the strategy at hand */
};

static const struct sc_strategy *source(const struct resolution *r, int group, int from)
{
    switch (from) {
    case FROM_UPPER_CLASS:
        return &r->upper->strategy[group];
    case FROM_LOWER_CLASS:
        return &r->lower->strategy[group];
    case FROM_UPPER:
        return &r->upper->strategy[SC_GROUP_ALL];
    case FROM_LOWER:
        return &r->lower->strategy[SC_GROUP_ALL];
    default:
        return &r->builtin->strategy[group];
    }
}

/* The upper layer's item that gave a strategy's key, NULL if it came from elsewhere. */
static const struct cJSON *upper_item(const struct resolution *r, int group, size_t key)
{
    if (r->from[key] == FROM_UPPER_CLASS)
        return r->upper->given_strategy[group][key];
    if (r->from[key] == FROM_UPPER)
        return r->upper->given_strategy[SC_GROUP_ALL][key];
    return NULL;
}

static void complain(const struct resolution *r, const struct sc_conflict *c)
{
    if (r->report != NULL && (c->low_item != NULL || c->high_item != NULL))
        r->report(c, r->arg);
}

static size_t backoff_key(const char *key, const struct sc_policy_option **o)
{
    const struct sc_section *owner;

    *o = sc_option_find(sc_section(SC_SECTION_BACKOFF), key, &owner);
    return owner->first + (size_t)(*o - owner->rows);
}

static int64_t longest(const struct sc_backoff *b)
{
    int64_t most = b->base_ms;

    for (uint32_t i = 0; i < b->n_delays; i++) {
        if (i == 0 || b->delays_ms[i] > most)
            most = b->delays_ms[i];
    }
    return most;
}

/* An explicit list and base_ms/factor exclude each other; the nearer one counts. Then max_ms must
 * hold what it bounds. */
static void settle_backoff(const struct resolution *r, int group, struct sc_backoff *b)
{
    struct sc_conflict c = {.section = SC_SECTION_BACKOFF, .group = group};
    const struct sc_policy_option *unused;
    size_t base = backoff_key("base_ms", &c.low), max = backoff_key("max_ms", &c.high);
    size_t factor = backoff_key("factor", &unused), delays = backoff_key("delays_ms", &unused);
    size_t low = base;

    if (r->from[delays] > r->from[base] || r->from[delays] > r->from[factor])
        memset(&b->n_delays, 0, sizeof *b - offsetof(struct sc_backoff, n_delays));
    if (b->n_delays > 0) {
        low = delays;
        c.low = unused;
    }
    c.low_value = longest(b);
    c.high_value = b->max_ms;
    if (c.low_value <= c.high_value)
        return;
    if (r->from[max] == FROM_BUILTIN) {
        b->max_ms = c.low_value;
    } else if (r->from[low] == FROM_BUILTIN) {
        b->base_ms = b->max_ms;
    } else {
        c.low_item = upper_item(r, group, low);
        c.high_item = upper_item(r, group, max);
        complain(r, &c);
    }
}

static void resolve_strategy(struct resolution *r, int group, struct sc_strategy *out)
{
    for (int i = 0; i < SC_SECTION_COUNT; i++) {
        const struct sc_section *s = sc_section((enum sc_section_id)i);

        for (size_t j = 0; s->place == SC_PLACE_CLASS && j < s->n; j++) {
            const struct sc_policy_option *o = &s->rows[j];
            int from = pick(r->upper, r->lower, group, s->first + j);

            r->from[s->first + j] = from;
            if (o->size != 0)
                memcpy((char *)out + o->offset, (const char *)source(r, group, from) + o->offset,
                       o->size);
        }
    }
    settle_backoff(r, group, &out->backoff);
}

static void settle_pair(const struct resolution *r, struct sc_layer *l, enum sc_section_id id,
                        const char *low_key, const char *high_key)
{
    struct sc_conflict c = {.section = id};
    const struct sc_section *s = sc_section(id);
    bool low_given, high_given;
    size_t low, high;

    c.low = sc_option_find(s, low_key, &s);
    c.high = sc_option_find(s, high_key, &s);
    memcpy(&c.low_value, (const char *)l + c.low->offset, sizeof c.low_value);
    memcpy(&c.high_value, (const char *)l + c.high->offset, sizeof c.high_value);
    if (c.low_value <= c.high_value)
        return;
    low = s->first + (size_t)(c.low - s->rows);
    high = s->first + (size_t)(c.high - s->rows);
    c.low_item = r->upper->given[low];
    c.high_item = r->upper->given[high];
    low_given = c.low_item != NULL || r->lower->given[low] != NULL;
    high_given = c.high_item != NULL || r->lower->given[high] != NULL;
    if (!high_given)
        memcpy((char *)l + c.high->offset, &c.low_value, sizeof c.low_value);
    else if (!low_given)
        memcpy((char *)l + c.low->offset, &c.high_value, sizeof c.high_value);
    else
        complain(r, &c);
}

/* No key switches these off; budgets have rules, not rules budgets (build.c). */
#define ALWAYS \
    (SC_STAGE_BIT(SC_STAGE_ADMIT) | SC_STAGE_BIT(SC_STAGE_CONSENT) | SC_STAGE_BIT(SC_STAGE_METER))
static bool is_zero(const char *p, size_t n)
{
    while (n > 0 && p[n - 1] == 0)
        n--;
    return n == 0;
}

static uint32_t stages_of(const struct sc_layer *l)
{
    uint32_t stages = ALWAYS;

    for (int i = 0; i < SC_SECTION_COUNT; i++) {
        const struct sc_section *s = sc_section((enum sc_section_id)i);

        for (size_t j = 0; s->place == SC_PLACE_LAYER && j < s->n; j++) {
            const struct sc_policy_option *o = &s->rows[j];

            if (o->stage != 0 && !is_zero((const char *)l + o->offset, o->size))
                stages |= SC_STAGE_BIT(o->stage - 1);
        }
    }
    return stages;
}

static void resolve_general(const struct resolution *r, struct sc_settings *out)
{
    struct sc_layer merged;

    memcpy(&merged, r->builtin, sizeof merged);
    overlay(&merged, r->lower);
    overlay(&merged, r->upper);
    settle_pair(r, &merged, SC_SECTION_BREAKER, "open_ms", "open_max_ms");
    settle_pair(r, &merged, SC_SECTION_HOLD, "upload_memory_kb", "upload_max_kb");
    if (!merged.limits_on) {
        merged.values.limits.rpm = merged.values.limits.tpm = merged.values.limits.concurrent = 0;
        merged.values.limits.learn = false;
    }
    merged.values.stages = stages_of(&merged);
    if (merged.values.shadow) { /* who looks on, and nobody else */
        merged.values.stages = SC_STAGE_BIT(SC_STAGE_METER) | SC_STAGE_BIT(SC_STAGE_SHADOW);
        memset(&merged.values.timeouts, 0, sizeof merged.values.timeouts);
    }
    merged.values.edits_requests = (merged.values.stages & SC_STAGES_EDITING) != 0;
    memcpy(out, &merged.values, sizeof *out);
}

void sc_layer_resolve(const struct sc_layer *upper, const struct sc_layer *lower,
                      const struct sc_layer *builtin, struct sc_settings *out,
                      sc_conflict_report *report, void *arg)
{
    static const struct {
        int group;
        enum sc_class class;
    } own[] = {{SC_GROUP_RETRYABLE, SC_CLASS_RETRYABLE},
               {SC_GROUP_OVERLOADED, SC_CLASS_OVERLOADED},
               {SC_GROUP_RATE_LIMITED, SC_CLASS_RATE_LIMITED}};
    struct resolution r = {.upper = upper, .lower = lower, .builtin = builtin};
    struct sc_strategy all;

    r.report = report;
    r.arg = arg;
    memset(&all, 0, sizeof all);
    resolve_general(&r, out);
    resolve_strategy(&r, SC_GROUP_ALL, &all);
    for (int c = 0; c < SC_CLASS_COUNT; c++)
        memcpy(&out->retry.by_class[c], &all, sizeof all);
    for (size_t i = 0; i < COUNT(own); i++)
        resolve_strategy(&r, own[i].group, &out->retry.by_class[own[i].class]);
}
