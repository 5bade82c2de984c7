/* str.h - a borrowed run of bytes, not NUL-terminated. */
#ifndef SC_HTTP_STR_H
#define SC_HTTP_STR_H

#include <stddef.h>

struct sc_str {
    const char *p;
    size_t n;
};

#endif
