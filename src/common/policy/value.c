/* value.c - values of a policy: numbers and words, and lists of them. Texts: value_text.c. */
#include <stdio.h>
#include <string.h>

#include "policy/layer.h"
#include "policy/measure.h"
#include "policy/options.h"
#include "policy/reader.h"
#include "http/nearest.h"

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
    const struct sc_measure *m = sc_option_measure(o);
    char min[32], max[32];

    say_number(o->min, min, sizeof min);
    say_number(o->max, max, sizeof max);
    if (o->min == o->max)
        snprintf(buf, size, "%s", min);
    else
        snprintf(buf, size, "%s from %s to %s%s%s", what, min, max, m != NULL ? ", or " : "",
                 m != NULL ? m->such : "");
}

static void say_words(const char *const *words, char *buf, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; words[i] != NULL && n < size; i++) {
        const char *between = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";

        n += (size_t)snprintf(buf + n, size - n, "%s\"%s\"", between, words[i]);
    }
}

/* ---- values ---- */

/* A number as such, or of a time or size the text. */
static bool value_of(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                     double *value)
{
    const struct sc_measure *m = sc_option_measure(o);

    if (item->type & cJSON_Number)
        return sc_document_number(r->doc, item, value);
    return (item->type & cJSON_String) && m != NULL && sc_measure_read(m, item->valuestring, value);
}

static bool number_of(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                      const char *what, double *value)
{
    char allowed[160];

    if (value_of(r, item, o, value) && *value >= o->min && *value <= o->max &&
        (o->type == SC_TYPE_NUMBER || *value == (double)(int64_t)*value))
        return true;
    say_range(o, what, allowed, sizeof allowed);
    sc_reader_fail_value(r, item, allowed, NULL);
    return false;
}

static void read_integer(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                         void *base)
{
    double value;

    if (number_of(r, item, o, "a whole number", &value))
        sc_option_store_integer(o, base, value);
}

static void read_number(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                        void *base)
{
    double value;

    if (number_of(r, item, o, "a number", &value))
        memcpy((char *)base + o->offset, &value, sizeof value);
}

/* A price's bound: whole, or a power of ten below one. */
static void say_money(double v, char *buf, size_t size)
{
    int places = 0;

    for (double part = v; part < 1 && places < 6; part *= 10)
        places++;
    if (places == 0)
        snprintf(buf, size, "%lld", (long long)v);
    else
        snprintf(buf, size, "0.%0*d", places, 1);
}

/* A price in another unit is off by a thousand or a million, so it shows. */
static void read_money(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                       void *base)
{
    char min[16], max[16], allowed[160];
    double value;
    int64_t pico;

    if (!(item->type & cJSON_Number) || !sc_document_number(r->doc, item, &value) ||
        (value != 0 && !(value >= o->min && value <= o->max))) {
        say_money(o->min, min, sizeof min);
        say_money(o->max, max, sizeof max);
        snprintf(allowed, sizeof allowed,
                 "0 or %s to %s USD per million tokens (is it per token or per thousand by "
                 "mistake?)",
                 min, max);
        sc_reader_fail_value(r, item, allowed, NULL);
        return;
    }
    pico = (int64_t)(value * 1e6 + 0.5);
    memcpy((char *)base + o->offset, &pico, sizeof pico);
}

/* 0.000001 as it is written, whole numbers as such: bounds of money. */
static void read_usd(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                     void *base)
{
    double value;
    int64_t nano;

    if (!(item->type & cJSON_Number) || !sc_document_number(r->doc, item, &value) ||
        !(value >= o->min && value <= o->max)) {
        sc_reader_fail_value(r, item, "0.000001 to 1000000 USD", NULL);
        return;
    }
    nano = (int64_t)(value * 1e9 + 0.5);
    memcpy((char *)base + o->offset, &nano, sizeof nano);
}

/* Keeps the list rising; an entry that is there already is dropped. */
static void add_part(int32_t *list, uint32_t *n, int32_t part)
{
    uint32_t i = 0;

    while (i < *n && list[i] < part)
        i++;
    if (*n == SC_ALERTS_MAX || (i < *n && list[i] == part))
        return;
    memmove(&list[i + 1], &list[i], (*n - i) * sizeof *list);
    list[i] = part;
    (*n)++;
}

/* The list as stored always has the whole, 1, in it. */
static void read_parts(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                       void *base)
{
    static const char allowed[] = "a number from 0.01 to 10, or a list of at most 9 of them";
    const cJSON *first = item->type & cJSON_Array ? item->child : item;
    struct sc_money_budget b = {.n_alerts = 0};
    size_t n = 0;
    double value;

    for (const cJSON *c = first; c != NULL; c = first == item ? NULL : c->next, n++) {
        size_t before = first == item ? r->path_n : sc_reader_enter_index(r, n);

        if (n == SC_ALERTS_MAX - 1)
            sc_reader_fail(r, sc_document_value(r->doc, c),
                           "found more than %d numbers, allowed at most %d", SC_ALERTS_MAX - 1,
                           SC_ALERTS_MAX - 1);
        else if (!(c->type & cJSON_Number) || !sc_document_number(r->doc, c, &value) ||
                 !(value >= o->min && value <= o->max))
            sc_reader_fail_value(r, c, first == item ? allowed : "a number from 0.01 to 10", NULL);
        else
            add_part(b.alerts, &b.n_alerts, (int32_t)(value * 10000 + 0.5));
        sc_reader_leave(r, before);
    }
    add_part(b.alerts, &b.n_alerts, 10000);
    memcpy((char *)base + o->offset, &b.n_alerts, o->size);
}

/* Index of the item's word, or -1 with an error. */
static int word_of(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                   const char *or_)
{
    char allowed[400] = "";
    bool word = (item->type & cJSON_String) != 0;
    int i =
        word ? sc_word_index(sc_option_words(o), item->valuestring, strlen(item->valuestring)) : -1;
    const char *near;
    size_t n;

    if (i < 0) {
        near = word ? sc_word_nearest(sc_option_words(o), item->valuestring) : NULL;
        say_words(sc_option_words(o), allowed, sizeof allowed);
        n = strlen(allowed);
        snprintf(allowed + n, sizeof allowed - n, "%s", or_);
        if (word && o->later[0] && strcmp(item->valuestring, o->later) == 0)
            snprintf(allowed + n, sizeof allowed - n, " (%s is not part of this version)",
                     o->later);
        sc_reader_fail_value(r, item, allowed, near);
    }
    return i;
}

static void read_word(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                      void *base)
{
    int i = word_of(r, item, o, "");

    if (i >= 0)
        sc_option_store_word(o, base, i);
}

static void read_scope(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                       void *base)
{
    static const char list[] = ", or a list of these";
    const cJSON *first = item->type & cJSON_Array ? item->child : item;
    unsigned bits = 0;
    size_t n = 0;

    if (first == NULL) {
        sc_reader_fail(r, sc_document_value(r->doc, item),
                       "found an empty list, allowed at least one word");
        return;
    }
    for (const cJSON *c = first; c != NULL; c = first == item ? NULL : c->next, n++) {
        size_t before = first == item ? r->path_n : sc_reader_enter_index(r, n);
        int i = word_of(r, c, o, first == item ? list : "");

        if (i >= 0 && bits >> i & 1)
            sc_reader_fail_value(r, c, "each word once", NULL);
        if (i >= 0)
            bits |= 1u << i;
        sc_reader_leave(r, before);
    }
    memcpy((char *)base + o->offset, &bits, sizeof bits);
}

static void read_delays(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                        void *base)
{
    struct sc_backoff b = {0};
    double value;
    size_t i = 0;

    if (!(item->type & cJSON_Array)) {
        sc_reader_fail_value(r, item, "a list of 1 to 16 whole numbers or times", NULL);
        return;
    }
    if (item->child == NULL)
        sc_reader_fail(r, sc_document_value(r->doc, item),
                       "found an empty list, allowed 1 to 16 delays");
    for (const cJSON *c = item->child; c != NULL; c = c->next, i++) {
        size_t before = sc_reader_enter_index(r, i);

        if (i == SC_DELAYS_MAX)
            sc_reader_fail(r, sc_document_value(r->doc, c),
                           "found more than 16 delays, allowed at most 16");
        else if (i < SC_DELAYS_MAX && number_of(r, c, o, "a whole number", &value))
            b.delays_ms[b.n_delays++] = (int64_t)value;
        sc_reader_leave(r, before);
    }
    memcpy((char *)base + o->offset, &b.n_delays, o->size);
}

static void read_numbers(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                         void *base)
{
    bool list = (item->type & cJSON_Array) != 0;
    short numbers[SC_ROW_NUMBERS] = {0};
    double value;
    size_t n = 0;

    if (list && item->child == NULL)
        sc_reader_fail(r, sc_document_value(r->doc, item),
                       "found an empty list, allowed at least one number");
    for (const cJSON *c = list ? item->child : item; c != NULL; c = list ? c->next : NULL, n++) {
        size_t before = list ? sc_reader_enter_index(r, n) : r->path_n;

        if (n == SC_ROW_NUMBERS)
            sc_reader_fail(r, sc_document_value(r->doc, c),
                           "found more than %d numbers, allowed at most %d", SC_ROW_NUMBERS,
                           SC_ROW_NUMBERS);
        else if (n < SC_ROW_NUMBERS && number_of(r, c, o, "a whole number", &value))
            numbers[n] = (short)value;
        sc_reader_leave(r, before);
    }
    memcpy((char *)base + o->offset, numbers, sizeof numbers);
}

/* A built-in word, or a name of the policy's own. */
static void read_provider_name(struct sc_reader *r, const cJSON *item,
                               const struct sc_policy_option *o, void *base)
{
    bool text = (item->type & cJSON_String) != 0;

    if (text && sc_build_find_provider(r->policy, item->valuestring) == NULL &&
        word_of(r, item, o, ", or a name of this policy's providers") < 0)
        return;
    if (text)
        memcpy((char *)base + o->offset, &item->valuestring, sizeof item->valuestring);
    else
        sc_reader_fail_value(r, item, "a provider's name", NULL);
}

static void read_bool(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                      void *base)
{
    if (item->type & (cJSON_True | cJSON_False))
        sc_option_store_word(o, base, (item->type & cJSON_True) != 0);
    else
        sc_reader_fail_value(r, item, "true or false", NULL);
}

void sc_value_read(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                   void *base)
{
    switch (o->type) {
    case SC_TYPE_INTEGER:
        read_integer(r, item, o, base);
        break;
    case SC_TYPE_NUMBER:
        read_number(r, item, o, base);
        break;
    case SC_TYPE_MONEY:
        read_money(r, item, o, base);
        break;
    case SC_TYPE_USD:
        read_usd(r, item, o, base);
        break;
    case SC_TYPE_PARTS:
        read_parts(r, item, o, base);
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
    case SC_TYPE_BOOL:
        read_bool(r, item, o, base);
        break;
    case SC_TYPE_TEXT:
        sc_value_read_text(r, item, o, base);
        break;
    case SC_TYPE_STRINGS:
        sc_value_read_strings(r, item, o, base);
        break;
    case SC_TYPE_NUMBERS:
        read_numbers(r, item, o, base);
        break;
    case SC_TYPE_PROVIDER:
        read_provider_name(r, item, o, base);
        break;
    case SC_TYPE_JSON:
        if (item->type & (cJSON_Object | cJSON_Array))
            memcpy((char *)base + o->offset, &item, sizeof item);
        else
            sc_reader_fail_value(r, item, "an object or a list", NULL);
        break;
    default: /* objects: read.c */
        break;
    }
}
