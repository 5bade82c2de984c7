#include "http/unescape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

/* p is behind a backslash. */
static const char *take_escape(const char *p, const char *end, char piece[4], size_t *n)
{
    char c = *p++;
    uint32_t point;
    *n = 1;
    if (c == 'u') {
        p = take_unicode(p, end, &point);
        *n = put_utf8(point, piece);
    } else {
        piece[0] = plain_escape(c);
    }
    return p;
}

/* How many of n bytes fit, characters kept whole. */
static size_t fitting(const char *p, size_t n, size_t room)
{
    if (n <= room)
        return n;
    while (room > 0 && is_continuation(p[room]))
        room--;
    return room;
}

/* Writes at most size - 1 bytes and a NUL, never a part of a character. */
size_t sc_json_unescape(struct sc_str raw, char *out, size_t size)
{
    const char *p = raw.p, *end = raw.p + raw.n;
    size_t used = 0;
    while (p < end) {
        char piece[4];
        const char *from = p;
        size_t n;
        if (*p == '\\' && p + 1 < end) {
            p = take_escape(p + 1, end, piece, &n);
            from = piece;
        } else {
            const char *stop = memchr(p + 1, '\\', (size_t)(end - p - 1));
            p = stop ? stop : end;
            n = (size_t)(p - from);
        }
        size_t fits = fitting(from, n, size - 1 - used);
        memcpy(out + used, from, fits);
        used += fits;
        if (fits < n)
            break;
    }
    out[used] = '\0';
    return used;
}
