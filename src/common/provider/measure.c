/* measure.c - see measure.h. */
#include "provider/measure.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* So many bytes of base64 without a break are no text; and so many are looked at first. */
enum { BLOB_MIN = 1024, BLOB_LOOK = 32 };

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

/* ---- what is no text ----------------------------------------------------------------------- */

static const bool in_base64[256] = {
    ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['+'] = true,
    ['/'] = true,         ['='] = true,         ['-'] = true,         ['_'] = true,
};

/* A slash may be escaped. */
static bool is_blobs(const char *p, const char *end)
{
    return in_base64[(unsigned char)*p] || (*p == '\\' && p + 1 < end && p[1] == '/');
}

static bool is_run(const char *p, const char *end, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_blobs(p + i, end))
            return false;
    return true;
}

struct blob {
    const char *from, *to;
};

/* The next one from p on; an empty one at the end if there is none. What is as long as a blob holds
 * one of the places that are looked at; nearly all text has a blank or a comma there. */
static struct blob next_blob(const char *p, const char *end)
{
    const char *at = p;

    while (end - at >= BLOB_LOOK) {
        struct blob b = {at, at + BLOB_LOOK};

        if (is_run(at, end, BLOB_LOOK)) {
            while (b.from > p && is_blobs(b.from - 1, end))
                b.from--;
            while (b.to < end && is_blobs(b.to, end))
                b.to++;
            if (b.to - b.from >= BLOB_MIN)
                return b;
        }
        at = b.to - BLOB_LOOK + BLOB_MIN - BLOB_LOOK;
    }
    return (struct blob){end, end};
}

static int64_t whole_tokens(int64_t sum)
{
    return sum / 64 + (sum % 64 != 0);
}

void sc_measure(struct sc_str json, struct sc_measure *out)
{
    const char *p = json.p, *end = p + json.n;

    *out = (struct sc_measure){.bytes = (int64_t)json.n};
    while (p < end) {
        struct blob b = next_blob(p, end);

        sc_tokenizer_weigh((struct sc_str){p, (size_t)(b.from - p)}, out->tokens);
        out->bytes -= b.to - b.from;
        out->blobs += b.from < b.to;
        p = b.to;
    }
    for (int i = 0; i < SC_TOKENIZERS; i++)
        out->tokens[i] = whole_tokens(out->tokens[i]);
}

int64_t sc_measure_least(struct sc_str json)
{
    const char *p = json.p, *end = p + json.n;
    int64_t chars = 0;

    while (p < end) {
        struct blob b = next_blob(p, end);

        chars += weigh(p, (size_t)(b.from - p));
        p = b.to;
    }
    return chars > 0 ? chars : 0;
}

int64_t sc_measure_least_tokens(int64_t chars, int64_t tokens_per_mib)
{
    int64_t by_eight = chars / 8;

    if (tokens_per_mib <= 0 || chars > INT64_MAX / (tokens_per_mib + 1))
        return by_eight;
    int64_t by_half = chars * tokens_per_mib / 2 / (1 << 20);
    return by_half < by_eight ? by_half : by_eight;
}
