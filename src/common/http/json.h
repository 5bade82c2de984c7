/*
 * json.h - looks into JSON text without parsing it whole.
 *
 * For the few facts that a call needs out of bytes that are somebody else's: the model of a
 * request, the error code of an answer. Nothing is allocated or copied but what is asked for;
 * strings are skipped at memchr speed, so a megabyte of prompt before "model" costs microseconds.
 * Text may end anywhere (a body cut at a limit): what was complete before the cut is found.
 * Malformed text gives wrong answers at worst, never a read outside of it. Not a validator.
 *
 *     sc_json_find_string(body, n, "error.code", code, sizeof code)
 *     sc_json_find_string(body, n, "choices.0.finish_reason", reason, sizeof reason)
 *
 * Paths are member names and array positions separated by dots. A root that is an array is taken
 * for its first element unless the path begins with a position: Google wraps errors so.
 */
#ifndef SC_HTTP_JSON_H
#define SC_HTTP_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "http/str.h"
#include "http/unescape.h"

/* The value at a path as raw text: strings with their quotes, objects with their braces. p is
 * NULL if there is none. A value cut by the end of the text is given as far as it goes. */
struct sc_str sc_json_find(const char *buf, size_t n, const char *path);

/* Several paths (at most SC_JSON_WANTS_MAX) in one walk over the text, which ends when all are
 * found: for facts of bodies that may be megabytes.
 *
 *     struct sc_json_want wants[] = {{.path = "error"}, {.path = "usage.prompt_tokens"}};
 *     sc_json_pick(body, n, wants, 2);
 *
 * Each value is what sc_json_find gives (buf may be NULL: there is none), the paths that begin with
 * a position being set apart: all of them do, or none. */
#define SC_JSON_WANTS_MAX 24

struct sc_json_want {
    const char *path;
    struct sc_str value;
};

void sc_json_pick(const char *buf, size_t n, struct sc_json_want *wants, size_t n_wants);

/* The string at a path, unescaped and NUL-terminated, cut to out_size (> 0). False, and "", if it
 * is absent, not a string, or cut by the end of the text. */
bool sc_json_find_string(const char *buf, size_t n, const char *path, char *out, size_t out_size);

/* Walks the members of an object or the elements of an array. */
struct sc_json_iter {
    const char *p;
    const char *end;
    char close; /* '}' or ']' */
};

/* False if the value is neither object nor array. */
bool sc_json_enter(struct sc_str value, struct sc_json_iter *it);

/* The next member; key is without quotes, unescaped it is not, empty for array elements. */
bool sc_json_next(struct sc_json_iter *it, struct sc_str *key, struct sc_str *value);

/* Whether a raw key (without quotes) is this name, escapes considered. */
bool sc_json_key_is(struct sc_str key, const char *name);

/* A raw value that is a complete string, unescaped; false as above. U+0000 becomes U+FFFD. */
bool sc_json_string(struct sc_str value, char *out, size_t out_size);

/* A string unescaped, or a number, true or false as its text. */
bool sc_json_scalar(struct sc_str value, char *out, size_t out_size);

/* Absent, null, "", {} or []. */
bool sc_json_is_empty(struct sc_str value);

/* The same, or an object all of whose members are so, at any depth: {"error": {"code": null}} is no
 * error. */
bool sc_json_says_nothing(struct sc_str value);

/* The inside of a string value: raw bytes between its quotes (or to the end of a cut text);
 * empty for other values. */
struct sc_str sc_json_inside(struct sc_str value);

/* Behind the closing quote of the string whose inside begins at p; NULL if it is cut. */
const char *sc_json_string_end(const char *p, const char *end);

/* Bytes up to the end of the value that the text begins with and of the blanks behind it; 0 if it
 * is cut. */
size_t sc_json_length(const char *buf, size_t n);

/* Whether the text from `buf` on is one complete value (an object whose brace is closed...). */
bool sc_json_is_complete(const char *buf, size_t n);

#endif
