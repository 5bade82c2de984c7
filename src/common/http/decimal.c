/* decimal.c - see decimal.h. */
#include "http/decimal.h"

#include <stdbool.h>

int64_t sc_decimal(const char *s, size_t n, int scale)
{
    int64_t v = 0, exponent = 0; /* digits beyond the 17th are rounding */
    size_t i = 0, digits = 0;
    bool point = false;
    for (; i < n && i < 17 && s[i] >= '0' && s[i] <= '9'; i++)
        v = v * 10 + (s[i] - '0');
    if (i == n && n > 0 && scale == 0) /* a count: nearly all are */
        return v;
    digits = i;
    for (; i < n && (s[i] == '.' || (s[i] >= '0' && s[i] <= '9')); i++) {
        if (s[i] == '.') {
            point = true;
        } else if (v < INT64_C(100000000000000000)) {
            v = v * 10 + (s[i] - '0');
            scale -= point;
            digits++;
        } else {
            scale += !point;
        }
    }
    if (digits == 0)
        return -1;
    if (i < n && (s[i] | 32) == 'e') {
        bool minus = ++i < n && s[i] == '-';
        for (i += i < n && (s[i] == '-' || s[i] == '+');
             i < n && s[i] >= '0' && s[i] <= '9' && exponent < 100; i++)
            exponent = exponent * 10 + (s[i] - '0');
        scale += (int)(minus ? -exponent : exponent);
    }
    for (; scale > 0 && v <= INT64_MAX / 10; scale--)
        v *= 10;
    for (; scale < -1 && v > 0; scale++)
        v /= 10;
    return scale < 0 ? (v + 5) / 10 : scale > 0 && v > 0 ? INT64_MAX : v;
}
