/* measure.c - see measure.h. */
#include "provider/measure.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "http/json.h"

/* A string this long without anything but base64 in its first part is no text. */
enum { BLOB_MIN = 1024, BLOB_LOOK = 256, BLOB_TOKENS = 1000 };

typedef unsigned char bytes16 __attribute__((vector_size(16)));
typedef signed char signed16 __attribute__((vector_size(16)));

static int64_t sum(bytes16 v)
{
    int64_t n = 0;

    for (int i = 0; i < 16; i++)
        n += v[i];
    return n;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* What the byte at p[0] adds, p[-1] being the one before: a character, less what an escape spends
 * on being one. */
static int weight(const char *p)
{
    int n = p[0] != p[-1] && !is_continuation(p[0]);

    if (p[0] == '\\')
        n--;
    if (p[0] == 'u' && p[-1] == '\\')
        n -= 4;
    return n;
}

/* 255 times at most, for the sums of a byte each. */
static int64_t weigh_vectors(const char *p, size_t times)
{
    bytes16 chars = {0}, backslashes = {0}, wide = {0}, v, before;

    for (; times > 0; times--, p += 16) {
        memcpy(&v, p, sizeof v);
        memcpy(&before, p - 1, sizeof before);
        chars -= (bytes16)((v != before) & ((signed16)v > -65));
        backslashes -= (bytes16)(v == '\\');
        wide -= (bytes16)((v == 'u') & (before == '\\'));
    }
    return sum(chars) - sum(backslashes) - 4 * sum(wide);
}

static int64_t weigh(const char *p, size_t n)
{
    int64_t total = 0;

    if (n == 0)
        return 0;
    total = !is_continuation(*p) - (*p == '\\');
    p++;
    n--;
    while (n >= 16) {
        size_t times = n / 16 < 255 ? n / 16 : 255;

        total += weigh_vectors(p, times);
        p += times * 16;
        n -= times * 16;
    }
    for (; n > 0; n--, p++)
        total += weight(p);
    return total;
}

static bool is_base64(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=' || c == '-' || c == '_';
}

/* The inside of a string. */
static bool is_blob(const char *p, size_t n)
{
    if (n < BLOB_MIN)
        return false;
    if (memcmp(p, "data:", 5) == 0 && memmem(p, BLOB_LOOK, "base64,", 7))
        return true;
    for (size_t i = 0; i < BLOB_LOOK; i++)
        if (!is_base64((unsigned char)p[i]) && !(p[i] == '\\' && p[i + 1] == '/'))
            return false;
    return true;
}

static void add(struct sc_measure *m, const char *from, const char *to)
{
    m->bytes += to - from;
    m->least += weigh(from, (size_t)(to - from));
}

void sc_measure(struct sc_str json, struct sc_measure *out)
{
    const char *p = json.p, *from = p, *end = p + json.n;

    *out = (struct sc_measure){0, 0, 0};
    while (p < end && (p = memchr(p, '"', (size_t)(end - p))) != NULL) {
        const char *after = sc_json_string_end(++p, end);

        if (!after)
            break;
        if (is_blob(p, (size_t)(after - 1 - p))) {
            add(out, from, p);
            out->blobs++;
            from = after - 1;
        }
        p = after;
    }
    add(out, from, end);
    if (out->least < 0)
        out->least = 0;
}

int64_t sc_measure_least_tokens(int64_t chars, int64_t tokens_per_mib)
{
    int64_t by_eight = chars / 8;

    if (tokens_per_mib <= 0 || chars > INT64_MAX / (tokens_per_mib + 1))
        return by_eight;
    int64_t by_half = chars * tokens_per_mib / 2 / (1 << 20);
    return by_half < by_eight ? by_half : by_eight;
}
