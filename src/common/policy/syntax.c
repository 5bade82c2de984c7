/* Where and why a text is not JSON. The parser only says roughly where it stopped; this walks the
 * grammar again, for people. Runs only when the parser has refused. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/text.h"

struct walk {
    const char *text;
    size_t n, at;
    char *why;
    size_t size;
};

static char here(const struct walk *w)
{
    return w->at < w->n ? w->text[w->at] : '\0';
}

static void skip_space(struct walk *w)
{
    w->at = sc_text_skip_space_to(w->text, w->at, w->n);
}

/* The word or character at the place, for the message. */
static void show(const struct walk *w, char *buf, size_t size)
{
    size_t n = 0, left = w->n - w->at;

    while (n < left && strchr(",:{}[]\"' \t\r\n", w->text[w->at + n]) == NULL)
        n++;
    if (n == 0)
        n = 1;
    sc_text_cut(w->text + w->at, n, buf, size);
}

/* The common habits from other notations. */
static const char *habit(const struct walk *w)
{
    bool slash = here(w) == '/' && w->at + 1 < w->n &&
                 (w->text[w->at + 1] == '/' || w->text[w->at + 1] == '*');

    if (slash || here(w) == '#')
        return "found a comment, which JSON does not have; allowed is a \"comment\" key";
    if (here(w) == '\'')
        return "found a single quote, allowed double quotes";
    return NULL;
}

static bool fail(struct walk *w, const char *allowed)
{
    const char *known = habit(w);
    char found[32];

    if (w->at >= w->n) {
        /* Shown behind the last visible character: that is where something is missing. */
        while (w->at > 0 && (unsigned char)w->text[w->at - 1] <= ' ')
            w->at--;
        snprintf(w->why, w->size, "found the end of the file, allowed %s", allowed);
    } else if (known != NULL) {
        snprintf(w->why, w->size, "%s", known);
    } else {
        show(w, found, sizeof found);
        snprintf(w->why, w->size, "found %s, allowed %s", found, allowed);
    }
    return false;
}

static unsigned unit(const struct walk *w, size_t at)
{
    char digits[5] = "";

    memcpy(digits, w->text + at, 4);
    return (unsigned)strtoul(digits, NULL, 16);
}

/* The \u here is one half of a character whose other half is not there. */
static bool is_half(struct walk *w)
{
    unsigned first = unit(w, w->at + 1), second = 0;

    if (first < 0xD800 || first > 0xDFFF)
        return false;
    if (first < 0xDC00 && w->at + 10 < w->n && memcmp(w->text + w->at + 5, "\\u", 2) == 0)
        second = unit(w, w->at + 7);
    if (second < 0xDC00 || second > 0xDFFF)
        return true;
    w->at += 6;
    return false;
}

static bool string(struct walk *w)
{
    for (w->at++; w->at < w->n && here(w) != '"'; w->at++) {
        if (here(w) != '\\')
            continue;
        w->at++;
        if (here(w) == 'u') {
            for (int i = 1; i <= 4; i++) {
                if (w->at + 4 >= w->n ||
                    strchr("0123456789abcdefABCDEF", w->text[w->at + i]) == NULL)
                    return fail(w, "four hexadecimal digits after \\u");
            }
            if (is_half(w)) {
                w->at--; /* the backslash */
                return fail(w, "the character itself, or both halves of its pair: \\uD83D\\uDE00");
            }
        } else if (here(w) == '\0' || strchr("\"\\/bfnrt", here(w)) == NULL) {
            return fail(w, "after a backslash one of \" \\ / b f n r t u");
        }
    }
    if (w->at >= w->n)
        return fail(w, "a closing double quote");
    w->at++;
    return true;
}

static bool scalar(struct walk *w)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t n = 0;
    double value;

    while (w->at + n < w->n && strchr(",:{}[]\"' \t\r\n", w->text[w->at + n]) == NULL)
        n++;
    for (size_t i = 0; i < 3; i++) {
        if (n == strlen(words[i]) && memcmp(w->text + w->at, words[i], n) == 0) {
            w->at += n;
            return true;
        }
    }
    if (!sc_number_read(w->text + w->at, n, &value))
        return fail(w, "a string in double quotes, a number, an object, a list, true, false or "
                       "null");
    w->at += n;
    return true;
}

static bool value(struct walk *w);

static bool member(struct walk *w, char close)
{
    if (close == '}') {
        if (here(w) != '"')
            return fail(w, "a key in double quotes");
        if (!string(w))
            return false;
        skip_space(w);
        if (here(w) != ':')
            return fail(w, "a colon after the key");
        w->at++;
    }
    return value(w);
}

static bool container(struct walk *w, char close)
{
    w->at++;
    skip_space(w);
    if (here(w) == close) {
        w->at++;
        return true;
    }
    for (;;) {
        if (!member(w, close))
            return false;
        skip_space(w);
        if (here(w) == close) {
            w->at++;
            return true;
        }
        if (here(w) != ',')
            return fail(w, close == '}' ? "a comma or }" : "a comma or ]");
        w->at++;
        skip_space(w);
        if (here(w) == close)
            return fail(w, close == '}' ? "a key after the comma (none may follow the last value)"
                                        : "a value after the comma (none may follow the last one)");
    }
}

static bool value(struct walk *w)
{
    skip_space(w);
    if (here(w) == '"')
        return string(w);
    if (here(w) == '{')
        return container(w, '}');
    if (here(w) == '[')
        return container(w, ']');
    return scalar(w);
}

size_t sc_text_explain_syntax(const char *text, size_t n, size_t at, char *why, size_t size)
{
    struct walk w = {.text = text, .n = n, .why = why, .size = size};

    if (!value(&w))
        return w.at;
    skip_space(&w);
    if (w.at < n) {
        fail(&w, "nothing after the bracket that closes the first one");
        return w.at;
    }
    w.at = at; /* the parser has a limit of its own */
    fail(&w, "JSON");
    return w.at;
}
