/* buf.c - see buf.h. */
#include "http/buf.h"

#include <stdlib.h>

#include "http/json.h"
#include "http/word8.h"

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

/* Room for the longest way to write so many bytes, so that none of them needs a look at it. */
enum { PIECE = 64, ESCAPE_MAX = 6 };

/* What of a byte stands behind the backslash; 0: it stays as it is, 'u': its number does. */
static const char escapes[256] = {
    [0 ... 7] = 'u', [0x0b] = 'u', [0x0e ... 0x1f] = 'u', ['\b'] = 'b', ['\t'] = 't',
    ['\n'] = 'n',    ['\f'] = 'f', ['\r'] = 'r',          ['"'] = '"',  ['\\'] = '\\'};

static char *escape_one(char *to, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";

    *to++ = '\\';
    *to++ = escapes[c];
    if (escapes[c] == 'u') {
        *to++ = '0';
        *to++ = '0';
        *to++ = hex[c >> 4];
        *to++ = hex[c & 15];
    }
    return to;
}

static size_t escape(const char *p, size_t n, char *to)
{
    const char *from = to;

    for (size_t i = 0; i < n; i++) {
        if (escapes[(unsigned char)p[i]])
            to = escape_one(to, (unsigned char)p[i]);
        else
            *to++ = p[i];
    }
    return (size_t)(to - from);
}

/* As many as need no escape, but no more than n. */
static size_t plain_run(const char *p, size_t n)
{
    size_t i = 0;

    while (n - i >= 8 && !sc_word8_has_escapes(sc_word8(p + i)))
        i += 8;
    return i;
}

void sc_buf_escaped(struct sc_buf *b, struct sc_str plain)
{
    const char *p = plain.n ? plain.p : "", *end = p + plain.n;
    char piece[PIECE * ESCAPE_MAX];

    while (p < end) {
        size_t run = plain_run(p, (size_t)(end - p)), n;
        bool fits;

        sc_buf_add(b, p, run);
        p += run;
        n = end - p < PIECE ? (size_t)(end - p) : PIECE;
        fits = !b->failed && b->size - b->n >= n * ESCAPE_MAX;
        if (fits)
            b->n += escape(p, n, b->p + b->n);
        else
            sc_buf_add(b, piece, escape(p, n, piece));
        p += n;
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
