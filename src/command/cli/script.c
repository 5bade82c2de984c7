/* script.c - see script.h. */
#include "cli/script.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/shell.h"

static bool in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("_.:/-@", c)) || (unsigned char)c >= 0x80;
}

/* Whether the word is `text` or lies below it: "urllib.request", "LWP::UserAgent", "net/http/x". */
static bool below(const char *word, size_t n, const char *text)
{
    size_t k = strlen(text);
    return n >= k && memcmp(word, text, k) == 0 && (n == k || strchr(".:/", word[k]));
}

/* The longest row wins: tornado.curl_httpclient is not tornado. */
static void look_up(const struct sc_word *table, const char *word, size_t n, int line,
                    struct sc_ways *out)
{
    const struct sc_word *best = NULL;
    for (const struct sc_word *w = table; w->text; w++)
        if (below(word, n, w->text) && (!best || strlen(w->text) > strlen(best->text)))
            best = w;
    if (best)
        sc_ways_add(out, best->answer, line, best->text, strlen(best->text), NULL);
}

static bool is_loading(const struct sc_language *l, const char *word, size_t n)
{
    char padded[SC_WAY_NAME];
    if (n + 3 > sizeof padded)
        return false;
    snprintf(padded, sizeof padded, " %.*s ", (int)n, word);
    return strstr(l->loading, padded) != NULL;
}

/* Where a comment begins, or the line's end. (Within a string it may be none: what follows there is
 * a word of the string, not a module.) */
static const char *end_of_code(const char *p, const char *end, const char *comment)
{
    size_t k = strlen(comment);
    for (const char *q = p; q + k <= end; q++)
        if (memcmp(q, comment, k) == 0 && (q == p || q[-1] == ' ' || q[-1] == '\t' || q[-1] == ';'))
            return q;
    return end;
}

static void scan_line(const struct sc_language *l, const char *p, const char *end, int line,
                      struct sc_ways *out)
{
    bool loading = false;
    end = end_of_code(p, end, l->comment);
    while (p < end) {
        const char *word = p;
        while (p < end && in_word(*p))
            p++;
        size_t n = (size_t)(p - word);
        while (n && strchr(".:/-", word[n - 1]))
            n--;
        if (n && loading)
            look_up(l->modules, word, n, line, out);
        if (n)
            look_up(l->functions, word, n, line, out);
        loading |= n && is_loading(l, word, n);
        p += p < end && !in_word(*p);
    }
}

/* PHP reads URLs where it reads files. */
static void scan_php_streams(const char *p, const char *end, int line, struct sc_ways *out)
{
    static const char *const readers[] = {"file_get_contents", "fopen", "copy", "readfile"};
    if (!memmem(p, (size_t)(end - p), "http", 4))
        return;
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        size_t n = strlen(readers[i]);
        if (memmem(p, (size_t)(end - p), readers[i], n))
            sc_ways_add(out, SC_NOT_COVERED, line, readers[i], n, NULL);
    }
}

void sc_script_scan(const struct sc_language *l, const char *text, size_t n, struct sc_ways *out)
{
    const char *end = text + n;
    int line = 1;
    out->n = 0;
    if (!l->interpreters) {
        sc_shell_scan(text, n, out);
        return;
    }
    for (const char *p = text; p < end; line++) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop)
            stop = end;
        scan_line(l, p, stop, line, out);
        if (strcmp(l->name, "PHP") == 0)
            scan_php_streams(p, stop, line, out);
        p = stop + 1;
    }
}
