/* body.c - see body.h. */
#include "handle/body.h"

#include <string.h>

enum { END_BYTES = 8192 };

struct sc_str sc_body_text(const struct sc_shadow *s)
{
    struct sc_str body = {NULL, 0};

    if (s->o.method != SC_METHOD_POST || !s->o.post_fields || s->o.copied_fields)
        return body;
    body.p = s->o.post_fields;
    body.n = s->o.post_size >= 0 ? (size_t)s->o.post_size : strlen(body.p);
    return body;
}

int64_t sc_body_size(const struct sc_shadow *s)
{
    struct sc_str body;

    if (s->o.method == SC_METHOD_POST && s->o.copied_fields)
        return s->o.copy.size;
    body = sc_body_text(s);
    return body.p ? (int64_t)body.n : -1;
}

/* Less than a word: of as many bytes no others give the same. */
static uint64_t few_bytes(const char *p, size_t n)
{
    uint32_t first, last;

    if (n >= sizeof first) {
        memcpy(&first, p, sizeof first);
        memcpy(&last, p + n - sizeof last, sizeof last);
        return (uint64_t)last << 32 | first;
    }
    if (n == 0) /* then p may be NULL */
        return 0;
    return (uint64_t)(unsigned char)p[0] << 16 | (uint64_t)(unsigned char)p[n / 2] << 8 |
           (unsigned char)p[n - 1];
}

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0x9fb21c651e98df25u;
    return h ^ h >> 32;
}

/* What is less than a word at the end is taken with what is before it. */
static uint64_t mix_in(uint64_t h, const char *p, size_t n)
{
    uint64_t word;

    if (n < sizeof word)
        return mix(h, few_bytes(p, n));
    for (; n > sizeof word; p += sizeof word, n -= sizeof word) {
        memcpy(&word, p, sizeof word);
        h = mix(h, word);
    }
    memcpy(&word, p + n - sizeof word, sizeof word);
    return mix(h, word);
}

uint64_t sc_body_hash(const char *p, size_t n)
{
    size_t head = n < END_BYTES ? n : END_BYTES;
    size_t tail = n - head < END_BYTES ? n - head : END_BYTES;
    uint64_t h = mix_in(n, p, head);

    return (tail > 0 ? mix_in(h, p + n - tail, tail) : h) | 1;
}

/* In the order in which libcurl takes exactly this copy, and then the program's own size. Without
 * one it is a string to libcurl, and has to be copied as such: with its end. */
static void put_back_copy(struct sc_shadow *s)
{
    bool is_string = s->o.post_size < 0;

    SC_SET(s, CURLOPT_POSTFIELDSIZE_LARGE, is_string ? -1 : (curl_off_t)s->o.copied_text.n);
    SC_SET(s, CURLOPT_COPYPOSTFIELDS, s->o.copied_text.p);
    SC_SET(s, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)s->o.post_size);
}

void sc_body_lend_copy(struct sc_shadow *s)
{
    if (!s->o.copied_fields || s->o.post_size >= 0 || s->replaced || !s->o.copied_text.set)
        return;
    s->replaced = SC_REPLACED_COPY;
    SC_SET(s, CURLOPT_POSTFIELDS, s->o.copied_text.p);
    SC_SET(s, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)s->o.copied_text.n);
}

void sc_body_take_copy_back(struct sc_shadow *s)
{
    if (s->replaced != SC_REPLACED_COPY)
        return;
    s->replaced = SC_REPLACED_NOT;
    put_back_copy(s);
}

void sc_body_put_back(struct sc_shadow *s)
{
    enum sc_replaced what = s->replaced;

    sc_body_take_copy_back(s);
    s->replaced = SC_REPLACED_NOT;
    if (what == SC_REPLACED_FIELDS)
        SC_SET(s, CURLOPT_POSTFIELDS, s->o.post_fields);
    if (what == SC_REPLACED_READ && s->o.method == SC_METHOD_PUT)
        SC_SET(s, CURLOPT_INFILESIZE_LARGE, (curl_off_t)s->o.infile_size);
    else if (what == SC_REPLACED_FIELDS || what == SC_REPLACED_READ)
        SC_SET(s, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)s->o.post_size);
    if (s->headers_replaced)
        SC_SET(s, CURLOPT_HTTPHEADER, s->o.headers);
    s->headers_replaced = false;
}
