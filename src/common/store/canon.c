/* canon.c - see canon.h. */
#include "store/canon.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/json.h"
#include "http/valid.h"

enum { DEPTH_MAX = 64 };

struct canon {
    const struct sc_canon_rules *rules;
    struct sc_buf *out;
    unsigned depth;
};

void sc_canon_text(struct sc_buf *out, struct sc_str text)
{
    sc_buf_number(out, (int64_t)text.n);
    sc_buf_char(out, ':');
    sc_buf_str(out, text);
}

static bool has_escapes(struct sc_str inside)
{
    return inside.n > 0 && memchr(inside.p, '\\', inside.n) != NULL;
}

static bool is_half(const char *escape, const char *of)
{
    return (escape[2] | 32) == 'd' && strchr(of, escape[3] | 32) != NULL;
}

/* Of the escape at p, with its other half if it is one of a pair. */
static size_t escape_length(const char *p, const char *end)
{
    if (p[1] != 'u')
        return 2;
    return end - p >= 12 && is_half(p, "89ab") && p[6] == '\\' && p[7] == 'u' &&
                   is_half(p + 6, "cdef")
               ? 12
               : 6;
}

/* What no UTF-8 can say (U+0000 in our texts, half a pair) reads as U+FFFD: it stays as its number,
 * behind a byte that no string of JSON has. */
static void put_escape(struct sc_buf *plain, struct sc_str escape)
{
    static const char unknown[] = "\xef\xbf\xbd";
    size_t before = plain->n;

    sc_buf_unescaped(plain, escape);
    if (plain->failed || escape.n != 6 || plain->n - before != sizeof unknown - 1 ||
        memcmp(plain->p + before, unknown, sizeof unknown - 1) != 0 ||
        strncasecmp(escape.p, "\\ufffd", 6) == 0)
        return;
    plain->n = before;
    sc_buf_char(plain, '\0');
    for (size_t i = 2; i < 6; i++)
        sc_buf_char(plain, (char)(escape.p[i] | 32));
}

/* Without its escapes. False: no memory. */
static bool plain_text(struct sc_str inside, struct sc_buf *plain)
{
    const char *p = inside.p, *end = p + inside.n;

    plain->max = inside.n + 2;
    while (p < end) {
        const char *escape = memchr(p, '\\', (size_t)(end - p));
        size_t n = escape ? escape_length(escape, end) : 0;

        escape = escape ? escape : end;
        sc_buf_add(plain, p, (size_t)(escape - p));
        if (n > 0)
            put_escape(plain, (struct sc_str){escape, n});
        p = escape + n;
    }
    return !plain->failed;
}

static void put_string(struct canon *c, struct sc_str inside)
{
    struct sc_buf plain = {0};

    if (!has_escapes(inside)) {
        sc_canon_text(c->out, inside);
        return;
    }
    if (!plain_text(inside, &plain))
        c->out->failed = true;
    sc_canon_text(c->out, sc_buf_view(&plain));
    sc_buf_free(&plain);
}

/* ---- numbers: sign, digits without zeros at their ends, power of ten ------------------------- */

static bool is_digit(char ch)
{
    return ch >= '0' && ch <= '9';
}

/* The exponent as written, bounded: nobody writes more digits than fit. */
static int64_t exponent_of(const char *p, const char *end)
{
    bool negative = p < end && *p == '-';
    int64_t v = 0;

    if (p < end && (*p == '-' || *p == '+'))
        p++;
    for (; p < end && is_digit(*p); p++)
        if (v < 1000000000)
            v = v * 10 + (*p - '0');
    return negative ? -v : v;
}

static void put_number(struct canon *c, struct sc_str number)
{
    const char *p = number.p, *end = p + number.n, *stop;
    int64_t exponent = 0, zeros = 0;
    bool negative = *p == '-', point = false, any = false;

    for (stop = p; stop < end && (is_digit(*stop) || *stop == '.' || *stop == '-'); stop++)
        ;
    if (stop < end && (*stop | 32) == 'e')
        exponent = exponent_of(stop + 1, end);
    sc_buf_char(c->out, negative ? '-' : '+');
    for (p += negative; p < stop; p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        exponent -= point;
        if (*p == '0') {
            zeros++; /* they count if a digit follows */
            continue;
        }
        for (; any && zeros > 0; zeros--)
            sc_buf_char(c->out, '0');
        zeros = 0;
        any = true;
        sc_buf_char(c->out, *p);
    }
    sc_buf_char(c->out, 'e');
    sc_buf_number(c->out, any ? exponent + zeros : 0);
}

/* ---- objects and arrays ---------------------------------------------------------------------- */

static void put_value(struct canon *c, struct sc_str value);

struct member {
    struct sc_str name, value; /* the name's inside, as it stands */
    char *plain;               /* without escapes, where it has some */
    size_t at;
};

static struct sc_str name_of(const struct member *m)
{
    return m->plain ? (struct sc_str){m->plain, m->name.n} : m->name;
}

static int by_name(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    struct sc_str p = name_of(x), q = name_of(y);
    int order = memcmp(p.p, q.p, p.n < q.n ? p.n : q.n);

    if (order == 0)
        order = (p.n > q.n) - (p.n < q.n);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static bool set_name(struct member *m, struct sc_str key)
{
    struct sc_buf plain = {0};

    m->name = key;
    m->plain = NULL;
    if (!has_escapes(key))
        return true;
    if (!plain_text(key, &plain)) {
        sc_buf_free(&plain);
        return false;
    }
    m->plain = plain.p;
    m->name.n = plain.n;
    return true;
}

/* Whether the rules let it stay. */
static bool stays(const struct canon *c, struct sc_str key, struct sc_str value)
{
    const struct sc_canon_rules *r = c->rules;

    if (r->nowhere && sc_json_key_is(key, r->nowhere))
        return false;
    return c->depth > 1 || !r->keeps || r->keeps(r->arg, key, value);
}

/* One more at the end of the list. */
static bool add(struct member **all, size_t *n, size_t *room, struct sc_str key,
                struct sc_str value)
{
    struct member *grown;

    if (*n == *room) {
        *room = *room ? *room * 2 : 16;
        grown = realloc(*all, *room * sizeof *grown);
        if (!grown)
            return false;
        *all = grown;
    }
    (*all)[*n] = (struct member){.value = value, .at = *n};
    if (!set_name(&(*all)[*n], key))
        return false;
    ++*n;
    return true;
}

static struct member *members_of(struct canon *c, struct sc_str object, size_t *n)
{
    struct member *all = NULL;
    struct sc_json_iter it;
    struct sc_str key, value;
    size_t room = 0;

    *n = 0;
    if (!sc_json_enter(object, &it))
        return NULL;
    while (!c->out->failed && sc_json_next(&it, &key, &value))
        if (stays(c, key, value) && !add(&all, n, &room, key, value))
            c->out->failed = true;
    return all;
}

static void put_object(struct canon *c, struct sc_str object)
{
    size_t n;
    struct member *all = members_of(c, object, &n);

    if (n > 1)
        qsort(all, n, sizeof *all, by_name);
    sc_buf_char(c->out, '{');
    for (size_t i = 0; i < n; i++) {
        sc_canon_text(c->out, name_of(&all[i]));
        put_value(c, all[i].value);
        free(all[i].plain);
    }
    sc_buf_char(c->out, '}');
    free(all);
}

static void put_array(struct canon *c, struct sc_str array)
{
    struct sc_json_iter it;
    struct sc_str key, value;

    sc_buf_char(c->out, '[');
    if (sc_json_enter(array, &it))
        while (sc_json_next(&it, &key, &value))
            put_value(c, value);
    sc_buf_char(c->out, ']');
}

static void put_value(struct canon *c, struct sc_str value)
{
    if (c->out->failed || value.n == 0 || ++c->depth > DEPTH_MAX) {
        c->out->failed = true;
        return;
    }
    switch (value.p[0]) {
    case '{':
        put_object(c, value);
        break;
    case '[':
        put_array(c, value);
        break;
    case '"':
        sc_buf_char(c->out, '"');
        put_string(c, sc_json_inside(value));
        break;
    case 't':
    case 'f':
    case 'n':
        sc_buf_char(c->out, value.p[0]);
        break;
    default:
        put_number(c, value);
    }
    c->depth--;
}

bool sc_canon_json(struct sc_str json, const struct sc_canon_rules *rules, struct sc_buf *out)
{
    static const struct sc_canon_rules none;
    struct canon c = {.rules = rules ? rules : &none, .out = out};

    while (json.n > 0 && json.p[0] && strchr(" \t\r\n", json.p[0])) {
        json.p++;
        json.n--;
    }
    if (json.n == 0 || sc_json_check(json, NULL) != SC_JSON_GOOD)
        return false;
    put_value(&c, json);
    return !out->failed;
}
