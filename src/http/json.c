/* json.c - see json.h. Every function keeps p <= end; none looks behind the text's start. */
#include "http/json.h"

#include <stdint.h>
#include <string.h>

static const char *skip_space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

/* Whether the quote at p is escaped; `start` is where no escape is pending. */
static bool is_escaped(const char *start, const char *p)
{
    const char *b = p;
    while (b > start && b[-1] == '\\')
        b--;
    return (p - b) % 2 != 0;
}

/* p is behind the opening quote; the result is behind the closing one, NULL if there is none. */
static const char *skip_string(const char *p, const char *end)
{
    const char *start = p;
    while ((p = memchr(p, '"', (size_t)(end - p)))) {
        p++;
        if (!is_escaped(start, p - 1))
            return p;
    }
    return NULL;
}

static const bool is_structure[256] = {
    ['"'] = true, ['{'] = true, ['}'] = true, ['['] = true, [']'] = true};

/* p is at an opening bracket. Counts depth only: who nests deeply costs no stack. */
static const char *skip_container(const char *p, const char *end)
{
    size_t depth = 0;
    for (;;) {
        while (p < end && !is_structure[(unsigned char)*p])
            p++;
        if (p == end)
            return NULL;
        char c = *p++;
        if (c == '"') {
            p = skip_string(p, end);
            if (!p)
                return NULL;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (--depth == 0) {
            return p;
        }
    }
}

/* The result is behind the value, NULL if the text ends within it. */
static const char *skip_value(const char *p, const char *end)
{
    if (p == end)
        return NULL;
    if (*p == '"')
        return skip_string(p + 1, end);
    if (*p == '{' || *p == '[')
        return skip_container(p, end);
    while (p < end && *p != ',' && *p != '}' && *p != ']' && *p != ' ' && *p != '\n' &&
           *p != '\r' && *p != '\t')
        p++;
    return p;
}

bool sc_json_enter(struct sc_str value, struct sc_json_iter *it)
{
    if (!value.p)
        return false;
    const char *end = value.p + value.n;
    const char *p = skip_space(value.p, end);
    if (p == end || (*p != '{' && *p != '['))
        return false;
    *it = (struct sc_json_iter){p + 1, end, *p == '{' ? '}' : ']'};
    return true;
}

static bool take_key(struct sc_json_iter *it, struct sc_str *key)
{
    if (it->p == it->end || *it->p != '"')
        return false;
    const char *p = it->p + 1;
    const char *after = skip_string(p, it->end);
    if (!after)
        return false;
    *key = (struct sc_str){p, (size_t)(after - 1 - p)};
    it->p = skip_space(after, it->end);
    if (it->p == it->end || *it->p != ':')
        return false;
    it->p = skip_space(it->p + 1, it->end);
    return true;
}

bool sc_json_next(struct sc_json_iter *it, struct sc_str *key, struct sc_str *value)
{
    const char *p = skip_space(it->p, it->end);
    if (p < it->end && *p == ',')
        p = skip_space(p + 1, it->end);
    it->p = p;
    *key = (struct sc_str){"", 0};
    if (p == it->end || *p == it->close || (it->close == '}' && !take_key(it, key)) ||
        it->p == it->end) {
        it->p = it->end;
        return false;
    }
    const char *after = skip_value(it->p, it->end);
    if (!after)
        after = it->end;
    *value = (struct sc_str){it->p, (size_t)(after - it->p)};
    if (after == it->p) /* a stray bracket: no value, and no way on */
        after = it->end;
    it->p = after;
    return value->n > 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex4(const char *p, const char *end, uint32_t *out)
{
    if (end - p < 4)
        return false;
    *out = 0;
    for (int i = 0; i < 4; i++) {
        int d = hex_digit(p[i]);
        if (d < 0)
            return false;
        *out = *out << 4 | (uint32_t)d;
    }
    return true;
}

/* After "\u": the code point, surrogate pairs joined; halves and zero become U+FFFD. */
static const char *take_unicode(const char *p, const char *end, uint32_t *c)
{
    uint32_t low;
    if (!hex4(p, end, c)) {
        *c = 0xFFFD;
        return p;
    }
    p += 4;
    if (*c >= 0xD800 && *c < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' &&
        hex4(p + 2, end, &low) && low >= 0xDC00 && low < 0xE000) {
        *c = 0x10000 + ((*c - 0xD800) << 10) + (low - 0xDC00);
        return p + 6;
    }
    if (*c == 0 || (*c >= 0xD800 && *c < 0xE000))
        *c = 0xFFFD;
    return p;
}

static size_t put_utf8(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(lead[n] | c);
    return n;
}

static char plain_escape(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    default:
        return c;
    }
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* Writes at most size - 1 bytes and a NUL, never a part of a character. */
static void unescape(struct sc_str raw, char *out, size_t size)
{
    const char *p = raw.p, *end = raw.p + raw.n;
    size_t used = 0, last_start = 0;
    while (p < end) {
        char piece[4];
        size_t n = 1;
        piece[0] = *p++;
        if (piece[0] == '\\' && p < end) {
            char c = *p++;
            uint32_t point;
            if (c == 'u') {
                p = take_unicode(p, end, &point);
                n = put_utf8(point, piece);
            } else {
                piece[0] = plain_escape(c);
            }
        }
        if (used + n >= size) {
            if (is_continuation(piece[0]))
                used = last_start;
            break;
        }
        if (!is_continuation(piece[0]))
            last_start = used;
        memcpy(out + used, piece, n);
        used += n;
    }
    out[used] = '\0';
}

void sc_json_unescape(struct sc_str inside, char *out, size_t out_size)
{
    unescape(inside, out, out_size);
}

bool sc_json_key_is(struct sc_str key, const char *name)
{
    size_t n = strlen(name);
    if (key.n == n && memcmp(key.p, name, n) == 0)
        return true;
    if (key.n <= n || !memchr(key.p, '\\', key.n))
        return false;
    char plain[64];
    unescape(key, plain, sizeof plain);
    return strcmp(plain, name) == 0;
}

/* The member or element that one step of a path names; {NULL, 0} if there is none. */
static struct sc_str step(struct sc_str value, const char *name, size_t n)
{
    struct sc_json_iter it;
    struct sc_str key, v;
    char wanted[64];
    if (n >= sizeof wanted || !sc_json_enter(value, &it))
        return (struct sc_str){NULL, 0};
    memcpy(wanted, name, n);
    wanted[n] = '\0';
    size_t position = 0, i = 0;
    for (size_t k = 0; k < n && it.close == ']'; k++) {
        if (name[k] < '0' || name[k] > '9' || k > 6)
            return (struct sc_str){NULL, 0};
        position = position * 10 + (size_t)(name[k] - '0');
    }
    while (sc_json_next(&it, &key, &v))
        if (it.close == ']' ? i++ == position : sc_json_key_is(key, wanted))
            return v;
    return (struct sc_str){NULL, 0};
}

struct sc_str sc_json_find(const char *buf, size_t n, const char *path)
{
    struct sc_str v = {buf, n};
    if (!buf)
        return v;
    const char *p = skip_space(buf, buf + n);
    if (p < buf + n && *p == '[' && (*path < '0' || *path > '9'))
        v = step(v, "0", 1);
    while (v.p && *path) {
        size_t len = strcspn(path, ".");
        v = step(v, path, len);
        path += len + (path[len] == '.');
    }
    return v;
}

bool sc_json_string(struct sc_str value, char *out, size_t out_size)
{
    out[0] = '\0';
    if (!value.p || value.n < 2 || value.p[0] != '"')
        return false;
    const char *after = skip_string(value.p + 1, value.p + value.n);
    if (!after)
        return false;
    unescape((struct sc_str){value.p + 1, (size_t)(after - value.p) - 2}, out, out_size);
    return true;
}

bool sc_json_scalar(struct sc_str value, char *out, size_t out_size)
{
    out[0] = '\0';
    if (!value.p || value.n == 0 || strchr("{[n", value.p[0]))
        return false;
    if (value.p[0] == '"')
        return sc_json_string(value, out, out_size);
    size_t n = value.n < out_size ? value.n : out_size - 1;
    memcpy(out, value.p, n);
    out[n] = '\0';
    return true;
}

bool sc_json_find_string(const char *buf, size_t n, const char *path, char *out, size_t out_size)
{
    return sc_json_string(sc_json_find(buf, n, path), out, out_size);
}

bool sc_json_is_empty(struct sc_str value)
{
    if (!value.p || value.n == 0 || value.p[0] == 'n')
        return true;
    const char *end = value.p + value.n;
    if (value.p[0] == '"')
        return value.n == 2;
    if (value.p[0] != '{' && value.p[0] != '[')
        return false;
    const char *p = skip_space(value.p + 1, end);
    return p < end && (*p == '}' || *p == ']');
}

struct sc_str sc_json_inside(struct sc_str value)
{
    if (!value.p || value.n == 0 || value.p[0] != '"')
        return (struct sc_str){"", 0};
    const char *after = skip_string(value.p + 1, value.p + value.n);
    size_t n = after ? (size_t)(after - value.p) - 2 : value.n - 1;
    return (struct sc_str){value.p + 1, n};
}

bool sc_json_is_complete(const char *buf, size_t n)
{
    if (!buf)
        return false;
    const char *end = buf + n;
    return skip_value(skip_space(buf, end), end) != NULL;
}
