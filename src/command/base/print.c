/* print.c - see print.h. */
#include "base/print.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "log/plain.h"

void sc_print_text(FILE *f, const char *s, size_t n, int lines)
{
    for (size_t i = 0, length; i < n; i += length) {
        bool plain;

        length = sc_plain_char(s + i, n - i, &plain);
        if (plain || (lines && (s[i] == '\n' || s[i] == '\t')))
            fwrite(s + i, 1, length, f);
        else
            fputc('?', f);
    }
}

/* One line: a newline in an argument must not begin another, that looks like ours. */
void sc_print_v(FILE *f, const char *format, va_list args)
{
    char *text = NULL;
    int n = vasprintf(&text, format, args);

    if (n < 0)
        return;
    if (n > 0 && text[n - 1] == '\n') {
        sc_print_text(f, text, (size_t)n - 1, 0);
        fputc('\n', f);
    } else {
        sc_print_text(f, text, (size_t)n, 0);
    }
    free(text);
}

void sc_print(FILE *f, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    sc_print_v(f, format, args);
    va_end(args);
}

/* A character that may not be shown: by its number, which JSON can say of 16 bits. */
static void put_escaped(FILE *f, const char *s, size_t length)
{
    unsigned c = (unsigned char)s[0];

    if (length == 1 && c >= 0x80)
        c = 0xfffd; /* no UTF-8 */
    else if (length == 2)
        c = (c & 0x1f) << 6 | ((unsigned char)s[1] & 0x3f);
    else if (length == 3)
        c = (c & 0x0f) << 12 | ((unsigned char)s[1] & 0x3f) << 6 | ((unsigned char)s[2] & 0x3f);
    else if (length == 4)
        c = 0xfffd; /* tags: nothing that a reader would miss */
    fprintf(f, "\\u%04x", c);
}

void sc_print_json(FILE *f, const char *s)
{
    size_t n = strlen(s);

    fputc('"', f);
    for (size_t i = 0, length; i < n; i += length) {
        bool plain;

        length = sc_plain_char(s + i, n - i, &plain);
        if (!plain)
            put_escaped(f, s + i, length);
        else if (s[i] == '"' || s[i] == '\\')
            fprintf(f, "\\%c", s[i]);
        else
            fwrite(s + i, 1, length, f);
    }
    fputc('"', f);
}
