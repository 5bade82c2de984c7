/* plain.c - see plain.h. Unicode 15: categories Cc, Cf, Zl and Zp, as far as they act on others. */
#include "log/plain.h"

#include <stdint.h>
#include <string.h>

/* Acts on what stands around it, or hides it. Joiners (U+200C, U+200D) are letters' own. */
static const struct {
    uint32_t first, last;
} unseen[] = {
    {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},       {0x61c, 0x61c},   {0x180e, 0x180e},
    {0x200b, 0x200b}, {0x200e, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f}, {0xfeff, 0xfeff},
    {0xfff9, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe0fff},
};

static bool is_unseen(uint32_t c)
{
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
        if (c >= unseen[i].first && c <= unseen[i].last)
            return true;
    return false;
}

/* How many bytes a character takes that begins so, and the least one of that length. */
static size_t length_of(unsigned char first, uint32_t *least)
{
    if (first >= 0xc2 && first <= 0xdf)
        return *least = 0x80, 2;
    if (first >= 0xe0 && first <= 0xef)
        return *least = 0x800, 3;
    if (first >= 0xf0 && first <= 0xf4)
        return *least = 0x10000, 4;
    return 0;
}

size_t sc_plain_char(const char *s, size_t n, bool *plain)
{
    const unsigned char *u = (const unsigned char *)s;
    uint32_t least = 0, c;
    size_t length = length_of(u[0], &least);

    *plain = u[0] >= 0x20 && u[0] < 0x7f;
    if (u[0] < 0x80)
        return 1;
    if (length == 0 || length > n)
        return 1;
    c = u[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((u[i] & 0xc0) != 0x80)
            return 1;
        c = c << 6 | (u[i] & 0x3f);
    }
    if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 1;
    *plain = !is_unseen(c);
    return length;
}

size_t sc_plain(const char *s, size_t n, char instead, char *dst, size_t size)
{
    size_t used = 0;

    for (size_t i = 0, length; i < n; i += length) {
        bool plain;
        const char *from = s + i;

        length = sc_plain_char(from, n - i, &plain);
        size_t take = plain ? length : 1;
        if (used + take >= size)
            break;
        memcpy(dst + used, plain ? from : &instead, take);
        used += take;
    }
    dst[used] = '\0';
    return used;
}
