/*
 * name.h - whether a header line begins with a name, in any case: asked of every line.
 */
#ifndef SC_HTTP_NAME_H
#define SC_HTTP_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Eight bytes, of which `name` has small letters, digits, '-' and ':' only. What differs in the bit
 * of the case alone is the same letter, or a control character: the last line is about these. */
static inline bool sc_name_is8(const char *p, const char *name)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t have, want;

    memcpy(&have, p, sizeof have);
    memcpy(&want, name, sizeof want);
    return ((have ^ want) & ~(ones * 0x20)) == 0 &&
           ((have | have << 1) & (ones * 0x40)) == ones * 0x40;
}

/* n bytes of each, at least 8; the last eight may be looked at twice. */
static inline bool sc_name_is(const char *p, const char *name, size_t n)
{
    for (size_t i = 0; i + 8 < n; i += 8)
        if (!sc_name_is8(p + i, name + i))
            return false;
    return sc_name_is8(p + n - 8, name + n - 8);
}

#endif
