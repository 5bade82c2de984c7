#include "policy/text.h"

#include <stdint.h>
#include <string.h>

/* Length of the UTF-8 character at p, 0 if there is none (RFC 3629). */
static size_t utf8_length(const unsigned char *p, size_t n)
{
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

    if (p[0] > 0xf4 || len == 0 || len > n)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return len;
}

struct scan {
    bool in_string, escaped;
    int depth;
};

static const char *scan_byte(struct scan *s, unsigned char c, int depth_max)
{
    if (c == 0)
        return "found a NUL byte, allowed UTF-8 text (is this a binary file?)";
    if (c < 0x20 && s->in_string)
        return "found a control character inside a string, allowed its escape (\\n, \\t, \\u00XX)";
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
        return "found a control character, allowed UTF-8 text (is this a binary file?)";
    if (s->in_string) {
        if (s->escaped)
            s->escaped = false;
        else if (c == '\\')
            s->escaped = true;
        else if (c == '"')
            s->in_string = false;
    } else if (c == '"') {
        s->in_string = true;
    } else if (c == '{' || c == '[') {
        if (++s->depth > depth_max)
            return "found objects or lists nested too deeply, allowed at most 64 levels";
    } else if (c == '}' || c == ']') {
        s->depth--;
    }
    return NULL;
}

/* A mark, or the first character, which is ASCII, in two bytes. */
static bool is_utf16(const char *text, size_t n)
{
    return n >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0 ||
                      (text[0] == '\0') != (text[1] == '\0'));
}

const char *sc_text_scan(const char *text, size_t n, int depth_max, size_t *at)
{
    struct scan s = {0};
    const char *problem;
    size_t len;

    *at = 0;
    if (is_utf16(text, n))
        return "found UTF-16, allowed UTF-8 text (iconv -f UTF-16 -t UTF-8 makes it of that)";
    for (size_t i = 0; i < n; i += len) {
        *at = i;
        len = utf8_length((const unsigned char *)text + i, n - i);
        if (s.escaped && n - i >= 5 && memcmp(text + i, "u0000", 5) == 0)
            return "found \\u0000 inside a string, allowed any other character";
        if (len == 0)
            return "found a byte that is not UTF-8, allowed UTF-8 text";
        problem = scan_byte(&s, (unsigned char)text[i], depth_max);
        if (problem != NULL)
            return problem;
    }
    return NULL;
}

void sc_text_place(const char *text, size_t n, size_t offset, int *line, int *column)
{
    *line = *column = 1;
    for (size_t i = 0; i < offset && i < n; i++) {
        if (text[i] == '\n') {
            ++*line;
            *column = 1;
        } else if (((unsigned char)text[i] & 0xc0) != 0x80) {
            ++*column;
        }
    }
}

/* The parser takes every byte up to a blank as white space; sc_text_scan leaves the four of JSON.
 */
size_t sc_text_skip_space(const char *text, size_t at)
{
    while ((unsigned char)text[at] <= ' ')
        at++;
    return at;
}

size_t sc_text_skip_space_to(const char *text, size_t at, size_t n)
{
    while (at < n && (unsigned char)text[at] <= ' ')
        at++;
    return at;
}

size_t sc_text_skip_scalar(const char *text, size_t at)
{
    if (text[at] != '"')
        return at + strcspn(text + at, ",]}: \t\r\n");
    for (at++; text[at] != '"'; at++) {
        if (text[at] == '\\')
            at++;
    }
    return at + 1;
}

size_t sc_text_string_start(const char *text, size_t closing)
{
    size_t at = closing, slashes;

    while (at > 0) {
        at--;
        if (text[at] != '"')
            continue;
        for (slashes = 0; slashes < at && text[at - 1 - slashes] == '\\'; slashes++)
            ;
        if (slashes % 2 == 0)
            return at;
    }
    return 0;
}

void sc_text_cut(const char *p, size_t n, char *buf, size_t size)
{
    size_t keep = n;

    if (n >= size) {
        keep = size - 4;
        while (keep > 0 && ((unsigned char)p[keep] & 0xc0) == 0x80)
            keep--;
    }
    memcpy(buf, p, keep);
    memcpy(buf + keep, keep < n ? "..." : "", keep < n ? 4 : 1);
}

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static double scale(double m, int exponent)
{
    while (exponent > 22 && m != 0 && m < 1e300) {
        m *= 1e22;
        exponent -= 22;
    }
    while (exponent < -22 && m > 1e-300) {
        m /= 1e22;
        exponent += 22;
    }
    if (exponent > 22)
        return m == 0 ? 0 : 1e308;
    if (exponent < -22)
        return 0;
    return exponent >= 0 ? m * powers[exponent] : m / powers[-exponent];
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Up to 15 digits and powers up to 22 are exact and rounded once, as strtod would; policies have no
 * longer numbers within their bounds. */
bool sc_number_read(const char *p, size_t n, double *value)
{
    size_t i = 0, digits;
    double m = 0;
    int exponent = 0, e = 0, sign = 1;
    bool negative = n > 0 && p[0] == '-';

    i += negative;
    if (i >= n || !is_digit(p[i]) || (p[i] == '0' && i + 1 < n && is_digit(p[i + 1])))
        return false;
    for (; i < n && is_digit(p[i]); i++)
        m = m * 10 + (p[i] - '0');
    if (i < n && p[i] == '.') {
        for (i++, digits = 0; i < n && is_digit(p[i]); i++, digits++, exponent--)
            m = m * 10 + (p[i] - '0');
        if (digits == 0)
            return false;
    }
    if (i < n && (p[i] == 'e' || p[i] == 'E')) {
        i++;
        if (i < n && (p[i] == '+' || p[i] == '-'))
            sign = p[i++] == '-' ? -1 : 1;
        for (digits = 0; i < n && is_digit(p[i]); i++, digits++)
            e = e < 10000 ? e * 10 + (p[i] - '0') : e;
        if (digits == 0)
            return false;
    }
    *value = scale(m, exponent + sign * e);
    if (negative)
        *value = -*value;
    return i == n;
}
