/* markup.c - see markup.h. */
#include "base/markup.h"

#include <stdbool.h>
#include <string.h>

#include "log/plain.h"

static const char *const names[256] = {
    ['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;", ['"'] = "&quot;", ['\n'] = "\n",
};

/* U+FFFE and U+FFFF, which XML has no way to say. */
static bool is_no_xml(const char *s, size_t length)
{
    return length == 3 && memcmp(s, "\xef\xbf", 2) == 0 && (unsigned char)s[2] >= 0xbe;
}

void sc_markup_text(FILE *f, const char *s, size_t n)
{
    for (size_t i = 0, length; i < n; i += length) {
        const char *name = names[(unsigned char)s[i]];
        bool plain;

        length = sc_plain_char(s + i, n - i, &plain);
        if (name)
            fputs(name, f);
        else if (plain && !is_no_xml(s + i, length))
            fwrite(s + i, 1, length, f);
        else
            fputc('?', f);
    }
}

void sc_markup(FILE *f, const char *s)
{
    sc_markup_text(f, s, strlen(s));
}
