/* base64.c - see base64.h. */
#include "cassette/base64.h"

void sc_base64_put(struct sc_buf *out, struct sc_str bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *p = (const unsigned char *)bytes.p;
    size_t i;

    for (i = 0; i < bytes.n; i += 3) {
        size_t left = bytes.n - i;
        unsigned v = (unsigned)p[i] << 16 | (left > 1 ? (unsigned)p[i + 1] << 8 : 0) |
                     (left > 2 ? p[i + 2] : 0);
        char four[4] = {digits[v >> 18], digits[v >> 12 & 63], left > 1 ? digits[v >> 6 & 63] : '=',
                        left > 2 ? digits[v & 63] : '='};

        sc_buf_add(out, four, sizeof four);
    }
}

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

bool sc_base64_take(struct sc_buf *out, struct sc_str text)
{
    unsigned bits = 0, n = 0;
    size_t i;

    for (i = 0; i < text.n && text.p[i] != '='; i++) {
        int v = value_of(text.p[i]);

        if (text.p[i] == ' ' || text.p[i] == '\n' || text.p[i] == '\r')
            continue;
        if (v < 0)
            return false;
        bits = bits << 6 | (unsigned)v;
        if (++n % 4 != 1)
            sc_buf_char(out, (char)(bits >> (n % 4 == 2 ? 4 : n % 4 == 3 ? 2 : 0)));
    }
    return n % 4 != 1 && !out->failed;
}
