/*
 * redact.c - takes what looks like a secret out of a text.
 *
 * Errors of providers echo keys ("Incorrect API key provided: sk-..."), URLs carry them. Three
 * kinds are known: tokens by their provider's prefix, values by the name before them ("api_key=",
 * "x-api-key: ", "\"token\": \""), and user info in URLs. When in doubt it redacts: a text that is
 * harder to read is better than a key in a log.
 *
 * Prefixes: platform.openai.com (sk-), docs.anthropic.com (sk-ant-), openrouter.ai (sk-or-),
 * console.groq.com (gsk_), docs.x.ai (xai-), cloud.google.com (AIza, ya29.), AWS IAM (AKIA, ASIA),
 * huggingface.co (hf_), replicate.com (r8_), perplexity.ai (pplx-), build.nvidia.com (nvapi-),
 * github.com (ghp_, github_pat_), RFC 7519 (eyJ).
 */
#include "log/redact.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define REDACTED "[redacted]"

enum {
    NAMES_MAX = 1024,
    LONGEST_NUMBER = 6, /* of a written name; longer ones are an account's or a key's */
    LONGEST_WORD = 18,
    MASKED_LEAST = 12,
    DRAWN_LEAST = 9 /* shorter ones may change as often as they like: "AbC" */
};

struct text {
    const char *p;
    size_t n;
};

/* A look-up: bodies of answers are gone through byte by byte. */
static inline bool name_char(char c)
{
    static const bool is[256] = {['a' ... 'z'] = true,
                                 ['A' ... 'Z'] = true,
                                 ['0' ... '9'] = true,
                                 ['_'] = true,
                                 ['-'] = true};

    return is[(unsigned char)c];
}

/* Also '*' and '.': providers echo keys as "sk-ab***yz" and "sk-ab...yz", JWTs have dots. */
static bool token_char(char c)
{
    return name_char(c) || c == '*' || c == '.' || c == '+' || c == '/' || c == '=' || c == '~';
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool starts(struct text t, size_t i, const char *what)
{
    size_t k = strlen(what);
    return t.n - i >= k && memcmp(t.p + i, what, k) == 0;
}

static bool starts_nocase(struct text t, size_t i, const char *what)
{
    size_t k = strlen(what);
    return t.n - i >= k && strncasecmp(t.p + i, what, k) == 0;
}

static size_t token_end(struct text t, size_t i)
{
    while (i < t.n && token_char(t.p[i]))
        i++;
    return i;
}

/* End of a token that starts with a provider's prefix; i if there is none. The least length keeps
 * words like "sk-learn" readable; a token that the text's end cuts short may be any length. */
static size_t prefixed_token(struct text t, size_t i)
{
    /* Those of a letter stand together. */
    static const struct {
        char prefix[12];
        unsigned char n, least;
    } table[] = {
#define ROW(prefix, least) {prefix, sizeof(prefix) - 1, least}
        ROW("AIza", 8),   ROW("AKIA", 12), ROW("ASIA", 12),  ROW("eyJ", 20),
        ROW("fw_", 12),   ROW("gsk_", 8),  ROW("ghp_", 8),   ROW("github_pat_", 8),
        ROW("glpat-", 8), ROW("hf_", 8),   ROW("nvapi-", 8), ROW("pk-", 16),
        ROW("pplx-", 8),  ROW("r8_", 8),   ROW("sk-", 8),    ROW("sk_", 8),
        ROW("sess-", 12), ROW("xai-", 8),  ROW("xox", 12),   ROW("ya29.", 8),
#undef ROW
    };
    /* A letter's first row, from 1: nearly all words begin otherwise. */
    static const unsigned char begins[256] = {
        ['A'] = 1,  ['e'] = 4,  ['f'] = 5,  ['g'] = 6,  ['h'] = 10, ['n'] = 11,
        ['p'] = 12, ['r'] = 14, ['s'] = 15, ['x'] = 18, ['y'] = 20};
    size_t k = begins[(unsigned char)t.p[i]];

    if (k == 0)
        return i;
    for (k--; k < sizeof table / sizeof *table && table[k].prefix[0] == t.p[i]; k++) {
        if (t.n - i < table[k].n || t.p[i + 1] != table[k].prefix[1] ||
            memcmp(t.p + i, table[k].prefix, table[k].n) != 0)
            continue;
        size_t end = token_end(t, i);
        if (end - i >= (size_t)table[k].n + table[k].least || end == t.n)
            return end;
    }
    return i;
}

/* "Bearer abc", "Basic abc": where the credentials begin; 0 if they do not. */
static inline size_t after_scheme(struct text t, size_t i)
{
    if (i >= t.n || (t.p[i] | 0x20) != 'b')
        return 0;
    size_t k = starts_nocase(t, i, "bearer") ? 6 : starts_nocase(t, i, "basic") ? 5 : 0;
    if (!k || i + k >= t.n || !blank(t.p[i + k]))
        return 0;
    for (i += k; i < t.n && blank(t.p[i]); i++)
        ;
    return i;
}

/* Whether the name, or the last part of it, begins as one of those below: most do not, and texts
 * are full of names. */
static bool may_begin(const char *p, size_t n)
{
    static const bool begins[256] = {
        ['k'] = true, ['a'] = true, ['t'] = true, ['s'] = true, ['p'] = true, ['c'] = true,
        ['K'] = true, ['A'] = true, ['T'] = true, ['S'] = true, ['P'] = true, ['C'] = true};
    size_t last = n;

    if (n == 0)
        return false;
    while (--last > 0 && p[last - 1] != '_' && p[last - 1] != '-' &&
           !(p[last] <= 'Z' && p[last] >= 'A' && p[last - 1] >= 'a'))
        ;
    return begins[(unsigned char)p[0]] || begins[(unsigned char)p[last]];
}

/* Whether a name's value is a secret. Counts like max_tokens are not, nor is monkey=. */
static bool secret_name(const char *p, size_t n)
{
    static const char *const names[] = {
        "key",           "apikey",        "api_key",       "token",
        "auth",          "authorization", "secret",        "password",
        "passwd",        "pwd",           "credential",    "signature",
        "sig",           "code_verifier", "client_secret", "subscription_key",
        "access_key_id", "cookie",        "set_cookie",
    };
    static const char *const endings[] = {"_key",       "_apikey",     "_token",
                                          "_secret",    "_secrets",    "_password",
                                          "_signature", "_credential", "_authorization"};
    char name[64];
    size_t k = 0;
    if (!may_begin(p, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        bool upper = p[i] >= 'A' && p[i] <= 'Z';
        if (k + 2 >= sizeof name)
            return false;
        if (upper && i > 0 && p[i - 1] >= 'a' && p[i - 1] <= 'z')
            name[k++] = '_'; /* secretAccessKey */
        name[k++] = p[i] == '-' ? '_' : (char)(upper ? p[i] + 32 : p[i]);
    }
    if (k == 0)
        return false;
    name[k] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (name[0] == names[i][0] && strcmp(name, names[i]) == 0)
            return true;
    const char *part = strrchr(name, '_'); /* all of these begin so, and have no other in them */
    if (!part || part == name)
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strcmp(part, endings[i]) == 0)
            return true;
    return false;
}

/* For the name at i: where its value begins ("name=", "name: ", "\"name\": \""); 0 if it has none.
 * *quote is the quote that ends the value, or 0. */
static size_t value_start(struct text t, size_t i, char *quote)
{
    *quote = 0;
    if (i < t.n && t.p[i] == '\\')
        i++;
    if (i < t.n && (t.p[i] == '"' || t.p[i] == '\''))
        i++;
    while (i < t.n && blank(t.p[i]))
        i++;
    if (i >= t.n || (t.p[i] != '=' && t.p[i] != ':'))
        return 0;
    for (i++; i < t.n && blank(t.p[i]); i++)
        ;
    if (i < t.n && t.p[i] == '\\')
        i++;
    if (i < t.n && (t.p[i] == '"' || t.p[i] == '\''))
        *quote = t.p[i++];
    return i;
}

static size_t value_end(struct text t, size_t i, char quote)
{
    if (quote) {
        while (i < t.n && t.p[i] != quote && t.p[i] != '\\' && t.p[i] != '\n')
            i++;
        return i;
    }
    size_t scheme = after_scheme(t, i);
    if (scheme)
        i = scheme;
    while (i < t.n && !strchr(" \t\r\n&;,<>\"'()[]{}\\#", t.p[i]))
        i++;
    return i;
}

/* "://user:password@": the end of the user info (where '@' is), 0 if there is none. */
static size_t user_info_end(struct text t, size_t i)
{
    size_t at = 0;
    for (; i < t.n && !strchr("/?# \t\r\n\"'<>", t.p[i]); i++)
        if (t.p[i] == '@')
            at = i;
    return at;
}

struct sink {
    char *p;
    size_t n, cap;
};

static void put(struct sink *s, const char *p, size_t n)
{
    size_t room = s->cap - s->n;
    if (n > room)
        n = room;
    memcpy(s->p + s->n, p, n);
    s->n += n;
}

/* Where a secret lies; if there is none, `word` is where the word ends that was looked at. */
struct found {
    size_t from, end, word;
};

/* What may begin at i where a word begins, with what leads to it. */
static bool word_is_secret(struct text t, size_t i, struct found *f)
{
    size_t name = i;
    char quote;

    f->from = i;
    if ((f->end = prefixed_token(t, i)) > i)
        return true;
    f->from = after_scheme(t, i);
    if (f->from && ((f->end = token_end(t, f->from)) - f->from >= 6 || f->end == t.n))
        return true;
    while (name < t.n && name_char(t.p[name]))
        name++;
    f->word = name;
    f->from = value_start(t, name, &quote);
    if (!f->from || !secret_name(t.p + i, name - i))
        return false;
    f->end = value_end(t, f->from, quote);
    return f->end > f->from;
}

static bool is_secret(struct text t, size_t i, struct found *f)
{
    f->word = i + 1;
    if (name_char(t.p[i]))
        return (i == 0 || !name_char(t.p[i - 1])) && word_is_secret(t, i, f);
    if (t.p[i] != ':' || !starts(t, i, "://"))
        return false;
    f->from = i + 3;
    f->end = user_info_end(t, i + 3);
    return f->end > 0;
}

size_t sc_redact(const char *src, size_t n, char *dst, size_t size)
{
    struct text t = {src, n};
    struct sink s = {dst, 0, size ? size - 1 : 0};
    struct found f;

    if (size == 0)
        return 0;
    for (size_t i = 0; i < n && s.n < s.cap;) {
        if (is_secret(t, i, &f)) {
            put(&s, src + i, f.from - i);
            put(&s, REDACTED, sizeof REDACTED - 1);
            i = f.end;
            continue;
        }
        put(&s, src + i, f.word - i);
        i = f.word;
    }
    dst[s.n] = '\0';
    return s.n;
}

/* Of letters and digits both: "Hello" is none, whatever stands before it. */
static bool may_be_drawn(const char *p, size_t n)
{
    bool digit = false, letter = false;

    for (size_t i = 0; i < n; i++) {
        digit |= p[i] >= '0' && p[i] <= '9';
        letter |= (p[i] >= 'a' && p[i] <= 'z') || (p[i] >= 'A' && p[i] <= 'Z');
    }
    return n >= MASKED_LEAST && digit && letter;
}

void sc_redact_mask(char *p, size_t n, bool drawn_only, char with)
{
    struct text t = {p, n};
    struct found f;

    for (size_t i = 0; i < n;) {
        if (is_secret(t, i, &f)) {
            if (!drawn_only || may_be_drawn(p + f.from, f.end - f.from))
                memset(p + f.from, with, f.end - f.from);
            i = f.end;
            continue;
        }
        i = f.word;
    }
}

/* ---- names that nobody would give ---- */

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Letters and digits without anything between them. A written name has few parts in it
 * ("Throttling", "Exception", "v2"), and long ones; a drawn one changes all the time. */
static bool is_drawn(const char *p, size_t n)
{
    size_t parts = 1, numbers = 0, run = 1;

    for (size_t i = 0; i < n; i++, run++) {
        bool begins_number = is_digit(p[i]) && (i == 0 || !is_digit(p[i - 1]));
        bool begins_word = i > 0 && ((!is_digit(p[i]) && is_digit(p[i - 1])) ||
                                     (is_upper(p[i]) && is_lower(p[i - 1])));

        numbers += begins_number;
        if (i > 0 && (begins_number || begins_word)) {
            parts++;
            run = 0;
        }
        if (run > (is_digit(p[i]) ? LONGEST_NUMBER : LONGEST_WORD))
            return true;
    }
    return numbers > 2 || (n >= DRAWN_LEAST && (numbers > 1 || parts > n / 3));
}

static bool looks_drawn(const char *p, size_t n)
{
    for (size_t start = 0, i = 0; i <= n; i++) {
        if (i < n && (is_upper(p[i]) || is_lower(p[i]) || is_digit(p[i])))
            continue;
        if (i > start && is_drawn(p + start, i - start))
            return true;
        start = i + 1;
    }
    return n > 0 && (memchr(p, '*', n) || memchr(p, '%', n) || memchr(p, '=', n));
}

size_t sc_redact_names(const char *src, char *dst, size_t size)
{
    struct sink s = {dst, 0, size ? size - 1 : 0};
    char clean[NAMES_MAX];
    size_t n = sc_redact(src, strlen(src), clean, sizeof clean);

    if (size == 0)
        return 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && !blank(clean[end]); end++)
            ;
        if (looks_drawn(clean + i, end - i))
            put(&s, REDACTED, sizeof REDACTED - 1);
        else
            put(&s, clean + i, end - i);
        for (; end < n && blank(clean[end]); end++)
            put(&s, " ", 1);
    }
    dst[s.n] = '\0';
    return s.n;
}
