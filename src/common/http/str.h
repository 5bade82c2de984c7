/* str.h - a borrowed run of bytes, not NUL-terminated. */
#ifndef SC_HTTP_STR_H
#define SC_HTTP_STR_H

#include <stddef.h>
#include <string.h>

struct sc_str {
    const char *p;
    size_t n;
};

/* Without the byte order mark that some servers put before a text. */
static inline struct sc_str sc_str_unmarked(struct sc_str s)
{
    if (s.n < 3 || memcmp(s.p, "\xef\xbb\xbf", 3) != 0)
        return s;
    return (struct sc_str){s.p + 3, s.n - 3};
}

#endif
