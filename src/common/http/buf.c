/* buf.c - see buf.h. */
#include "http/buf.h"

#include <stdlib.h>

#include "http/json.h"

#define FIRST_SIZE 512

static bool grow(struct sc_buf *b, size_t need)
{
    size_t size = b->size ? b->size : FIRST_SIZE;

    if (need > b->max)
        return false;
    while (size < need)
        size *= 2;
    if (size > b->max)
        size = b->max;
    char *p = realloc(b->p, size);
    if (p == NULL)
        return false;
    b->p = p;
    b->size = size;
    return true;
}

char *sc_buf_room(struct sc_buf *b, size_t n)
{
    if (b->failed)
        return NULL;
    if (n > SIZE_MAX / 4 - b->n || (b->size - b->n < n && !grow(b, b->n + n))) {
        b->failed = true;
        return NULL;
    }
    return b->p ? b->p + b->n : NULL;
}

void sc_buf_number(struct sc_buf *b, int64_t n)
{
    char digits[24];
    size_t i = sizeof digits;
    uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;

    do
        digits[--i] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (n < 0)
        digits[--i] = '-';
    sc_buf_add(b, digits + i, sizeof digits - i);
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

static void escape_one(struct sc_buf *b, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    static const char letters[0x20] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    char text[6] = {'\\', (char)c, '0', '0'};
    size_t n = 2;

    if (c < 0x20 && letters[c]) {
        text[1] = letters[c];
    } else if (c < 0x20) {
        text[1] = 'u';
        text[4] = hex[c >> 4];
        text[5] = hex[c & 15];
        n = 6;
    }
    sc_buf_add(b, text, n);
}

void sc_buf_escaped(struct sc_buf *b, struct sc_str plain)
{
    const char *p = plain.n ? plain.p : "", *end = p + plain.n;

    while (p < end) {
        const char *from = p;
        while (p < end && is_plain((unsigned char)*p))
            p++;
        sc_buf_add(b, from, (size_t)(p - from));
        if (p < end)
            escape_one(b, (unsigned char)*p++);
    }
}

void sc_buf_unescaped(struct sc_buf *b, struct sc_str inside)
{
    char *to;

    if (inside.n == 0 || !memchr(inside.p, '\\', inside.n)) {
        sc_buf_str(b, inside);
        return;
    }
    to = sc_buf_room(b, inside.n + 1); /* unescaped nothing gets longer; and a NUL */
    if (to == NULL)
        return;
    b->n += sc_json_unescape(inside, to, inside.n + 1);
}

void sc_buf_free(struct sc_buf *b)
{
    free(b->p);
    b->p = NULL;
    b->n = b->size = 0;
}
