/* valid.c - see valid.h. */
#include "http/valid.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "http/word8.h"

struct check {
    const char *p, *end;
    enum sc_json_fault fault;
    size_t depth;
    uint64_t is_object[SC_JSON_DEPTH_MAX / 64]; /* a bit a container */
};

static bool fail(struct check *c, enum sc_json_fault fault)
{
    c->fault = fault;
    return false;
}

static void skip_blanks(struct check *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' || *c->p == '\r' || *c->p == '\t'))
        c->p++;
}

/* The length of the character at p, 0 if it is none; p is at a byte of 0x80 or more. Unicode 15,
 * table 3-7. */
static size_t utf8_length(const char *text, const char *end)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t n = *p >= 0xF0 ? 4 : *p >= 0xE0 ? 3 : 2;
    unsigned char least = 0x80, most = 0xBF;

    if (*p < 0xC2 || *p > 0xF4 || (size_t)(end - text) < n)
        return 0;
    if (*p == 0xE0)
        least = 0xA0;
    else if (*p == 0xED)
        most = 0x9F;
    else if (*p == 0xF0)
        least = 0x90;
    else if (*p == 0xF4)
        most = 0x8F;
    if (p[1] < least || p[1] > most)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

size_t sc_utf8_valid(struct sc_str s)
{
    const char *p = s.p, *end = s.p + s.n;

    while (p < end) {
        size_t n = 1;

        if (end - p >= 8 && sc_word8_is_ascii(sc_word8(p)))
            n = 8;
        else if ((unsigned char)*p >= 0x80)
            n = utf8_length(p, end);
        if (n == 0)
            break;
        p += n;
    }
    return (size_t)(p - s.p);
}

static bool take_escape(struct check *c)
{
    static const char letters[] = "\"\\/bfnrt";

    if (c->p == c->end)
        return fail(c, SC_JSON_CUT);
    char what = *c->p++;
    if (what != 'u')
        return (what && strchr(letters, what)) || fail(c, SC_JSON_WRONG);
    for (int i = 0; i < 4; i++, c->p++) {
        if (c->p == c->end)
            return fail(c, SC_JSON_CUT);
        char x = (char)(*c->p | 0x20);
        if (!((*c->p >= '0' && *c->p <= '9') || (x >= 'a' && x <= 'f')))
            return fail(c, SC_JSON_WRONG);
    }
    return true;
}

static inline bool is_plain8(uint64_t w)
{
    return sc_word8_is_ascii(w) && !sc_word8_has_escapes(w);
}

static inline bool is_plain(unsigned char x)
{
    return x >= 0x20 && x < 0x80 && x != '"' && x != '\\';
}

/* p is behind the opening quote. */
static bool take_string(struct check *c)
{
    while (true) {
        while (c->end - c->p >= 8 && is_plain8(sc_word8(c->p)))
            c->p += 8;
        while (c->p < c->end && is_plain((unsigned char)*c->p))
            c->p++;
        if (c->p == c->end)
            return fail(c, SC_JSON_CUT);
        unsigned char x = (unsigned char)*c->p;
        if (x >= 0x80) {
            size_t n = utf8_length(c->p, c->end);
            if (n == 0)
                return fail(c, SC_JSON_BAD_UTF8);
            c->p += n;
            continue;
        }
        if (x < 0x20)
            return fail(c, SC_JSON_WRONG);
        c->p++;
        if (x == '"')
            return true;
        if (x == '\\' && !take_escape(c))
            return false;
    }
}

static bool take_digits(struct check *c)
{
    const char *from = c->p;

    while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
        c->p++;
    return c->p > from || fail(c, c->p == c->end ? SC_JSON_CUT : SC_JSON_WRONG);
}

static bool take_number(struct check *c)
{
    if (*c->p == '-')
        c->p++;
    if (c->p < c->end && *c->p == '0')
        c->p++;
    else if (!take_digits(c))
        return false;
    if (c->p < c->end && *c->p == '.') {
        c->p++;
        if (!take_digits(c))
            return false;
    }
    if (c->p < c->end && (*c->p | 0x20) == 'e') {
        c->p++;
        if (c->p < c->end && (*c->p == '+' || *c->p == '-'))
            c->p++;
        return take_digits(c);
    }
    return true;
}

static bool take_word(struct check *c, const char *word)
{
    for (; *word; word++, c->p++) {
        if (c->p == c->end)
            return fail(c, SC_JSON_CUT);
        if (*c->p != *word)
            return fail(c, SC_JSON_WRONG);
    }
    return true;
}

static bool in_object(const struct check *c)
{
    size_t at = c->depth - 1;
    return c->is_object[at / 64] >> at % 64 & 1;
}

static bool open_container(struct check *c)
{
    if (c->depth == SC_JSON_DEPTH_MAX)
        return fail(c, SC_JSON_TOO_DEEP);
    uint64_t bit = UINT64_C(1) << c->depth % 64;
    uint64_t *word = &c->is_object[c->depth / 64];
    *word = *c->p == '{' ? *word | bit : *word & ~bit;
    c->depth++;
    c->p++;
    return true;
}

/* In an object, p is where a key must be. */
static bool take_key(struct check *c)
{
    skip_blanks(c);
    if (c->p == c->end)
        return fail(c, SC_JSON_CUT);
    if (*c->p++ != '"')
        return fail(c, SC_JSON_WRONG);
    if (!take_string(c))
        return false;
    skip_blanks(c);
    if (c->p == c->end)
        return fail(c, SC_JSON_CUT);
    return *c->p++ == ':' || fail(c, SC_JSON_WRONG);
}

static bool take_scalar(struct check *c)
{
    switch (*c->p) {
    case '"':
        c->p++;
        return take_string(c);
    case 't':
        return take_word(c, "true");
    case 'f':
        return take_word(c, "false");
    case 'n':
        return take_word(c, "null");
    default:
        return *c->p == '-' || (*c->p >= '0' && *c->p <= '9') ? take_number(c)
                                                              : fail(c, SC_JSON_WRONG);
    }
}

/* What follows a value: the end of containers, a comma. True if another value follows. */
static bool leave_value(struct check *c)
{
    while (c->depth > 0) {
        skip_blanks(c);
        if (c->p == c->end)
            return fail(c, SC_JSON_CUT);
        char x = *c->p++;
        if (x == ',')
            return !in_object(c) || take_key(c);
        if (x != (in_object(c) ? '}' : ']'))
            return fail(c, SC_JSON_WRONG);
        c->depth--;
    }
    return false;
}

/* A value's beginning: a scalar, or a container with what it has before its first value. True if
 * another value follows. */
static bool enter_value(struct check *c)
{
    skip_blanks(c);
    if (c->p == c->end)
        return fail(c, SC_JSON_CUT);
    if (*c->p != '{' && *c->p != '[')
        return take_scalar(c) && leave_value(c);
    if (!open_container(c))
        return false;
    skip_blanks(c);
    if (c->p < c->end && *c->p == (in_object(c) ? '}' : ']'))
        return leave_value(c);
    return !in_object(c) || take_key(c);
}

enum sc_json_fault sc_json_check(struct sc_str text, size_t *at)
{
    const char *from = text.p ? text.p : "";
    struct check c = {.p = from, .end = from + text.n, .fault = SC_JSON_GOOD};

    while (enter_value(&c))
        ;
    skip_blanks(&c);
    if (c.fault == SC_JSON_GOOD && c.p < c.end)
        c.fault = SC_JSON_WRONG;
    if (at)
        *at = (size_t)(c.p - from);
    return c.fault;
}

const char *sc_json_fault_words(enum sc_json_fault fault)
{
    static const char *const words[] = {"", "is cut off", "is not valid JSON", "is not valid UTF-8",
                                        "is nested too deeply"};

    return words[fault];
}
