/* fit.c - see fit.h. */
#include "dialect/fit.h"

#include <stdarg.h>
#include <stdio.h>

#include "dialect/family.h"
#include "http/header.h"

/* A name out of a request, made fit to be shown: cut, and nothing but plain ASCII. */
static void plain_name(struct sc_str name, char *out, size_t size)
{
    size_t n = name.n < size - 1 ? name.n : size - 1;

    for (size_t i = 0; i < n; i++)
        out[i] = name.p[i] > 0x20 && name.p[i] < 0x7F && name.p[i] != '"' ? name.p[i] : '?';
    out[n] = '\0';
}

static void place_words(struct sc_place place, const char *member, char *out, size_t size)
{
    const char *dot = *member ? "." : "";

    if (place.message < 0)
        snprintf(out, size, "%s%s%s", place.list, *place.list ? dot : "", member);
    else if (place.at < 0 || place.sub == NULL)
        snprintf(out, size, "%s[%d]%s%s", place.list, place.message, dot, member);
    else
        snprintf(out, size, "%s[%d].%s[%d]%s%s", place.list, place.message, place.sub, place.at,
                 dot, member);
}

static void add(struct sc_fit *f, enum sc_misfit kind, const char *where, const char *format,
                va_list args)
{
    if (kind != SC_MISFIT_LEFT_OUT)
        f->unfit = true;
    if (f->n == SC_REASONS_MAX) {
        f->more++;
        return;
    }
    struct sc_reason *r = &f->reason[f->n++];
    r->kind = kind;
    snprintf(r->where, sizeof r->where, "%s", where);
    vsnprintf(r->why, sizeof r->why, format, args);
}

void sc_fit_add(struct sc_fit *f, enum sc_misfit kind, const char *where, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add(f, kind, where, format, args);
    va_end(args);
}

void sc_unfit_at(struct sc_turn *t, struct sc_place place, const char *member, const char *format,
                 ...)
{
    char where[sizeof t->fit->reason[0].where];
    va_list args;

    place_words(place, member, where, sizeof where);
    va_start(args, format);
    add(t->fit, SC_MISFIT_UNFIT, where, format, args);
    va_end(args);
}

void sc_unfit_part(struct sc_turn *t, const struct sc_turn_part *part, const char *format, ...)
{
    bool call = part->kind == SC_PART_CALL && t->from->calls;
    struct sc_place place = {t->from->list, (int32_t)part->message,
                             call ? t->from->calls : t->from->sub, (int32_t)part->at};
    char where[sizeof t->fit->reason[0].where];
    va_list args;

    place_words(place, "", where, sizeof where);
    va_start(args, format);
    add(t->fit, SC_MISFIT_UNFIT, where, format, args);
    va_end(args);
}

void sc_bound_at(struct sc_turn *t, struct sc_place place, const char *member)
{
    char where[sizeof t->fit->reason[0].where];

    place_words(place, member, where, sizeof where);
    sc_fit_add(t->fit, SC_MISFIT_BOUND, where, "lies with the provider that the program asked");
}

/* protobuf's JSON takes generation_config for generationConfig. */
static bool is_snake_of(struct sc_str key, const char *name)
{
    size_t i = 0;

    for (; i < key.n && *name; i++, name++) {
        if (*name >= 'A' && *name <= 'Z' && key.p[i] == '_' && i + 1 < key.n &&
            key.p[i + 1] == (*name | 0x20))
            i++;
        else if (key.p[i] != *name)
            return false;
    }
    return i == key.n && *name == '\0';
}

static const struct sc_member *row_of(const struct sc_turn *t, const struct sc_member *rows,
                                      size_t n, struct sc_str key)
{
    for (size_t i = 0; i < n; i++) {
        if (key.n == 0 || (*key.p != *rows[i].name && *key.p != '\\'))
            continue; /* most rows */
        if (sc_json_key_is(key, rows[i].name) ||
            (t->from->dialect == SC_DIALECT_GEMINI && is_snake_of(key, rows[i].name)))
            return &rows[i];
    }
    return NULL;
}

/* Whether a value is one of the texts; numbers by their value. */
static bool is_neutral(struct sc_str value, const char *texts)
{
    if (texts == NULL)
        return false;
    if (*texts == '{' || *texts == '[')
        return sc_json_is_empty(value) || sc_says(value, texts);
    while (*texts) {
        size_t n = strcspn(texts, " ");
        struct sc_str text = {texts, n};
        if (value.n == n && memcmp(value.p, texts, n) == 0)
            return true;
        if (strchr("-0123456789", *texts) && strchr("-0123456789", *value.p) &&
            sc_value_number(value) == sc_value_number(text))
            return true;
        texts += n + strspn(texts + n, " ");
    }
    return false;
}

static void use_member(struct sc_turn *t, struct sc_place place, const struct sc_member *row,
                       struct sc_str value)
{
    char where[sizeof t->fit->reason[0].where];

    switch (row->use) {
    case SC_USE_PARAM:
        t->param[row->param].value = value;
        t->param[row->param].name = row->name;
        break;
    case SC_USE_HINT:
        if (is_neutral(value, row->neutral))
            break;
        place_words(place, row->name, where, sizeof where);
        sc_fit_add(t->fit, SC_MISFIT_LEFT_OUT, where, "changes nothing of what the answer means");
        break;
    case SC_USE_BOUND:
        if (!sc_json_is_empty(value))
            sc_bound_at(t, place, row->name);
        break;
    case SC_USE_NEUTRAL:
        if (!is_neutral(value, row->neutral))
            sc_unfit_at(t, place, row->name, "cannot be said in another dialect");
        break;
    case SC_USE_NO:
        if (!sc_json_is_empty(value))
            sc_unfit_at(t, place, row->name, "cannot be said in another dialect");
        break;
    case SC_USE_VALUE:
    case SC_USE_QUIET:
        break;
    }
}

void sc_read_members(struct sc_turn *t, struct sc_place place, struct sc_str object,
                     const struct sc_member *rows, size_t n, struct sc_str *values)
{
    struct sc_json_iter it = sc_walk(object);
    struct sc_str key, value;

    for (size_t i = 0; i < n; i++)
        values[i] = (struct sc_str){NULL, 0};
    if (it.close == ']' || it.p == NULL) {
        sc_unfit_at(t, place, "", "is no object");
        return;
    }
    while (sc_json_next(&it, &key, &value)) {
        const struct sc_member *row = row_of(t, rows, n, key);
        if (row) {
            values[row - rows] = sc_says(value, "null") ? (struct sc_str){NULL, 0} : value;
        } else if (!sc_says(value, "null")) {
            char name[40];
            plain_name(key, name, sizeof name);
            sc_unfit_at(t, place, name, "is not known, nor what it would change");
        }
    }
    for (size_t i = 0; i < n; i++)
        if (values[i].p)
            use_member(t, place, &rows[i], values[i]);
}

void sc_read_list(struct sc_turn *t, struct sc_str list,
                  void (*read)(struct sc_turn *t, int32_t at, struct sc_str value))
{
    struct sc_json_iter it = sc_walk(list);
    struct sc_str key, value;

    for (int32_t at = 0; sc_json_next(&it, &key, &value); at++)
        read(t, at, value);
}

struct sc_turn_part *sc_add_part(struct sc_turn *t, const struct sc_where *w,
                                 enum sc_turn_kind kind)
{
    struct sc_turn_part *part = sc_parts_add(&t->parts, kind, w->role);

    if (part) {
        part->message = (uint32_t)w->place.message;
        part->at = w->place.at < 0 ? 0 : (uint32_t)w->place.at;
    }
    return part;
}

void sc_add_text(struct sc_turn *t, const struct sc_where *w, enum sc_turn_kind kind,
                 struct sc_str value)
{
    struct sc_turn_part *part = sc_add_part(t, w, kind);

    if (part)
        part->text = sc_inside(value);
}

struct sc_json_iter sc_walk(struct sc_str value)
{
    struct sc_json_iter it = {NULL, NULL, 0};

    if (!sc_json_enter(value, &it))
        it = (struct sc_json_iter){NULL, NULL, 0};
    return it;
}

bool sc_string_is(struct sc_str value, const char *text)
{
    return sc_is_string(value) && sc_json_key_is(sc_inside(value), text);
}

size_t sc_word_of(struct sc_str inside, const char *const *words)
{
    size_t i = 0;

    while (words[i] && !sc_json_key_is(inside, words[i]))
        i++;
    return i;
}

double sc_value_number(struct sc_str v)
{
    double number = 0;
    size_t used;
    bool minus = v.n > 0 && v.p[0] == '-';

    if (v.p == NULL || !sc_number((struct sc_str){v.p + minus, v.n - minus}, &number, &used))
        return 0;
    return minus ? -number : number;
}

int64_t sc_value_integer(struct sc_str v)
{
    double number = sc_value_number(v);

    return number >= -9007199254740992.0 && number <= 9007199254740992.0 ? (int64_t)number : 0;
}
