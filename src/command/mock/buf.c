#include "mock/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_die(void *p)
{
    if (p)
        return p;
    fputs("steadycurl mock: out of memory\n", stderr);
    abort();
}

void *sc_mock_alloc(size_t n)
{
    return or_die(calloc(1, n ? n : 1));
}

void *sc_mock_realloc(void *p, size_t n)
{
    return or_die(realloc(p, n));
}

char *sc_mock_strndup(const char *s, size_t n)
{
    return or_die(strndup(s, n));
}

char *sc_mock_strdup(const char *s)
{
    return or_die(strdup(s));
}

void sc_mock_buf_add(struct sc_mock_buf *b, const void *p, size_t n)
{
    if (b->n + n + 1 > b->cap) {
        size_t cap = b->cap ? b->cap : 256;
        while (cap < b->n + n + 1)
            cap *= 2;
        b->p = sc_mock_realloc(b->p, cap);
        b->cap = cap;
    }
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
}

void sc_mock_buf_str(struct sc_mock_buf *b, const char *s)
{
    sc_mock_buf_add(b, s, strlen(s));
}

void sc_mock_buf_free(struct sc_mock_buf *b)
{
    free(b->p);
    *b = (struct sc_mock_buf){0};
}

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
size_t sc_mock_utf8_len(const unsigned char *p, size_t n)
{
    static const struct {
        unsigned char lead_lo, lead_hi, second_lo, second_hi, len;
    } forms[] = {
        {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; n && i < sizeof forms / sizeof forms[0]; i++) {
        if (p[0] < forms[i].lead_lo || p[0] > forms[i].lead_hi)
            continue;
        size_t len = forms[i].len;
        if (len > n || (len > 1 && (p[1] < forms[i].second_lo || p[1] > forms[i].second_hi)))
            return 0;
        for (size_t k = 2; k < len; k++)
            if ((p[k] & 0xc0) != 0x80)
                return 0;
        return len;
    }
    return 0;
}

static void quote_control(struct sc_mock_buf *b, unsigned char c)
{
    static const char short_forms[] = "\b\t\n\f\r";
    static const char letters[] = "btnfr";
    const char *at = c ? strchr(short_forms, c) : NULL;
    char text[8];
    if (at)
        snprintf(text, sizeof text, "\\%c", letters[at - short_forms]);
    else
        snprintf(text, sizeof text, "\\u%04x", c);
    sc_mock_buf_str(b, text);
}

void sc_mock_buf_quote(struct sc_mock_buf *b, const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    sc_mock_buf_add(b, "\"", 1);
    for (size_t i = 0; i < n;) {
        size_t len = sc_mock_utf8_len(p + i, n - i);
        if (len == 0)
            sc_mock_buf_str(b, "\xef\xbf\xbd");
        else if (p[i] < 0x20)
            quote_control(b, p[i]);
        else {
            if (p[i] == '"' || p[i] == '\\')
                sc_mock_buf_add(b, "\\", 1);
            sc_mock_buf_add(b, p + i, len);
        }
        i += len ? len : 1;
    }
    sc_mock_buf_add(b, "\"", 1);
}

void sc_mock_buf_base64(struct sc_mock_buf *b, const void *data, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *p = data;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)p[i] << 16;
        v |= i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0;
        v |= i + 2 < n ? p[i + 2] : 0;
        char out[4] = {digits[v >> 18], digits[v >> 12 & 63], digits[v >> 6 & 63], digits[v & 63]};
        if (i + 1 >= n)
            out[2] = '=';
        if (i + 2 >= n)
            out[3] = '=';
        sc_mock_buf_add(b, out, 4);
    }
}

static void add_argument(struct sc_mock_buf *b, char kind, va_list *args)
{
    char text[32];
    const char *s;
    switch (kind) {
    case 'q':
        s = va_arg(*args, const char *);
        if (s)
            sc_mock_buf_quote(b, s, strlen(s));
        else
            sc_mock_buf_str(b, "null");
        return;
    case 's':
        sc_mock_buf_str(b, va_arg(*args, const char *));
        return;
    case 'd':
        snprintf(text, sizeof text, "%d", va_arg(*args, int));
        break;
    case 'l':
        snprintf(text, sizeof text, "%lld", va_arg(*args, long long));
        break;
    case 'x':
        snprintf(text, sizeof text, "%016llx", va_arg(*args, unsigned long long));
        break;
    default:
        snprintf(text, sizeof text, "%c", kind);
    }
    sc_mock_buf_str(b, text);
}

void sc_mock_buf_json(struct sc_mock_buf *b, const char *template, ...)
{
    va_list args;
    va_start(args, template);
    for (const char *p = template; *p;) {
        size_t plain = strcspn(p, "'%");
        sc_mock_buf_add(b, p, plain);
        p += plain;
        if (*p == '\'') {
            sc_mock_buf_add(b, "\"", 1);
            p++;
        } else if (*p == '%') {
            add_argument(b, p[1], &args);
            p += 2;
        }
    }
    va_end(args);
}

bool sc_mock_parse_number(const char *s, int64_t max, int64_t *out)
{
    int64_t v = 0;
    if (!*s)
        return false;
    for (; *s; s++) {
        if (*s < '0' || *s > '9')
            return false;
        v = v * 10 + (*s - '0');
        if (v > max)
            return false;
    }
    *out = v;
    return true;
}
