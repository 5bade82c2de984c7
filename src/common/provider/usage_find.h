/*
 * usage_find.h - what JSON text is made of, and where the next of it stands.
 *
 * Runs for each byte of an answer, so all of it is inlined; for usage.c alone.
 */
#ifndef SC_PROVIDER_USAGE_FIND_H
#define SC_PROVIDER_USAGE_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* What a byte is where it is no part of a string. */
enum { BLANK = 1, COMMA = 2, COLON = 4, QUOTE = 8, OPENS = 16, CLOSES = 32 };

static const uint8_t kinds[256] = {
    [' '] = BLANK, ['\t'] = BLANK, ['\r'] = BLANK, ['\n'] = BLANK, [','] = COMMA, [':'] = COLON,
    ['"'] = QUOTE, ['{'] = OPENS,  ['['] = OPENS,  ['}'] = CLOSES, [']'] = CLOSES};

static inline bool ends_scalar(char c)
{
    return kinds[(unsigned char)c] & (BLANK | COMMA | CLOSES);
}

/* The next quote; NULL: there is none. A key, and most strings, end within 16 bytes. */
static inline const char *find_quote(const char *p, const char *end)
{
#ifdef __SSE2__
    if (end - p >= 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)p);
        int quotes = _mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
        if (quotes)
            return p + __builtin_ctz((unsigned)quotes);
        p += 16;
    }
#endif
    return memchr(p, '"', (size_t)(end - p));
}

/* The next quote or bracket; `end`: there is none. */
static inline const char *find_mark(const char *p, const char *end)
{
#ifdef __SSE2__
    for (; end - p >= 16; p += 16) { /* a list of numbers, as an embedding is, is long */
        __m128i v = _mm_loadu_si128((const __m128i *)p);
        __m128i bracket = _mm_or_si128(v, _mm_set1_epi8('{' ^ '['));
        __m128i opens = _mm_cmpeq_epi8(bracket, _mm_set1_epi8('{'));
        __m128i closes = _mm_cmpeq_epi8(bracket, _mm_set1_epi8('}'));
        __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
        int marks = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(opens, closes), quote));
        if (marks)
            return p + __builtin_ctz((unsigned)marks);
    }
#endif
    while (p < end && !(kinds[(unsigned char)*p] & (QUOTE | OPENS | CLOSES)))
        p++;
    return p;
}

static inline bool is_same8(const char *a, const char *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x == y;
}

static inline bool is_same4(const char *a, const char *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x == y;
}

/* Eight or four bytes at a time, the last of which may be looked at twice: a call of memcmp takes
 * as long as the comparison. */
static inline bool is_same(const char *a, const char *b, size_t n)
{
    size_t i = 0;
    if (n >= 8) {
        for (; i + 8 < n; i += 8)
            if (!is_same8(a + i, b + i))
                return false;
        return is_same8(a + n - 8, b + n - 8);
    }
    if (n >= 4)
        return is_same4(a, b) && is_same4(a + n - 4, b + n - 4);
    while (i < n && a[i] == b[i])
        i++;
    return i == n;
}

#endif
