/*
 * word8.h - eight bytes of a text looked at at once.
 *
 * The answers are exact for the eight as a whole (is there one?), not for each byte of them.
 */
#ifndef SC_HTTP_WORD8_H
#define SC_HTTP_WORD8_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define SC_WORD8_ONES UINT64_C(0x0101010101010101)
#define SC_WORD8_HIGH (SC_WORD8_ONES * 0x80)

static inline uint64_t sc_word8(const char *p)
{
    uint64_t w;

    memcpy(&w, p, sizeof w);
    return w;
}

static inline bool sc_word8_is_ascii(uint64_t w)
{
    return (w & SC_WORD8_HIGH) == 0;
}

/* A quote, a backslash or a control: what a JSON string cannot have as it is. */
static inline bool sc_word8_has_escapes(uint64_t w)
{
    const uint64_t quote = w ^ SC_WORD8_ONES * '"', slash = w ^ SC_WORD8_ONES * '\\';

    return ((((w - SC_WORD8_ONES * 0x20) & ~w) | ((quote - SC_WORD8_ONES) & ~quote) |
             ((slash - SC_WORD8_ONES) & ~slash)) &
            SC_WORD8_HIGH) != 0;
}

#endif
