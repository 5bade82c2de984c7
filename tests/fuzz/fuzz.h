/*
 * fuzz.h - what the fuzz targets share. Each is one .c file that libFuzzer feeds; a target checks a
 * property besides "no sanitizer complains", where there is one. See tests/fuzz/run.
 */
#ifndef SC_TESTS_FUZZ_H
#define SC_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                \
        }                                                                           \
    } while (0)

/* The input, taken off piece by piece. */
struct input {
    const char *p;
    size_t n;
};

static inline struct input input_of(const uint8_t *data, size_t size)
{
    return (struct input){(const char *)data, size};
}

static inline unsigned take_byte(struct input *in)
{
    if (in->n == 0)
        return 0;
    in->n--;
    return (unsigned char)*in->p++;
}

/* Up to the next line end, which is taken too. */
static inline struct sc_str take_line(struct input *in)
{
    const char *end = in->n ? memchr(in->p, '\n', in->n) : NULL;
    struct sc_str line = {in->p, end ? (size_t)(end - in->p) : in->n};
    size_t used = line.n + (end != NULL);

    in->p += used;
    in->n -= used;
    return line;
}

/* As a string on the heap, so that a read beyond it is seen. */
static inline char *text_of(const char *p, size_t n)
{
    char *s = malloc(n + 1);

    CHECK(s);
    if (n)
        memcpy(s, p, n);
    s[n] = '\0';
    return s;
}

#endif
