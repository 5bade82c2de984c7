/* phrase.c - see phrase.h. */
#include "provider/phrase.h"

#include <string.h>

/* Takes the next alternative off a list separated by '|'. */
static bool next_alternative(const char **list, struct sc_str *one)
{
    if (!*list || !**list)
        return false;
    size_t n = strcspn(*list, "|");
    *one = (struct sc_str){*list, n};
    *list += n + ((*list)[n] == '|');
    return true;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool same(struct sc_str a, const char *b)
{
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b[i])) /* also where b ends */
            return false;
    return b[a.n] == '\0';
}

bool sc_is_one_of(const char *value, const char *list)
{
    struct sc_str one;
    while (value[0] && next_alternative(&list, &one))
        if (same(one, value))
            return true;
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool fits_at(struct sc_str text, size_t at, struct sc_str needle)
{
    for (size_t i = 0; i < needle.n; i++)
        if (lower(text.p[at + i]) != lower(needle.p[i]))
            return false;
    /* "limit: 0" is not found in "limit: 05" or "limit: 0.5" */
    size_t next = at + needle.n;
    if (!is_digit(needle.p[needle.n - 1]) || next == text.n)
        return true;
    return !is_digit(text.p[next]) &&
           !(text.p[next] == '.' && next + 1 < text.n && is_digit(text.p[next + 1]));
}

static bool contains_at(struct sc_str text, size_t from, struct sc_str needle, size_t *at)
{
    for (*at = from; *at + needle.n <= text.n; ++*at)
        if (fits_at(text, *at, needle))
            return true;
    return false;
}

/* The same for a phrase: "^" binds it to the text's beginning, "*" stands for any text between two
 * parts. `at`: where the first part lies. */
static bool has_phrase(struct sc_str text, size_t from, struct sc_str phrase, size_t *at)
{
    bool first = phrase.n > 1 && phrase.p[0] == '^';
    struct sc_str head = {phrase.p + first, phrase.n - first}, tail = {"", 0};
    const char *star = memchr(head.p, '*', head.n);
    size_t next;

    if (star && star > head.p) {
        tail = (struct sc_str){star + 1, head.n - (size_t)(star - head.p) - 1};
        head.n = (size_t)(star - head.p);
    }
    if (!contains_at(text, from, head, at) || (first && *at > 0))
        return false;
    return tail.n == 0 || has_phrase(text, *at + head.n, tail, &next);
}

bool sc_contains_one_of(struct sc_str text, const char *list)
{
    struct sc_str one;
    size_t at;
    while (next_alternative(&list, &one))
        if (contains_at(text, 0, one, &at))
            return true;
    return false;
}

/* ---- quotations: what a message repeats of the request is not what it says ---- */

void sc_said_begin(struct sc_said *s, struct sc_str message)
{
    s->text = message;
    if (s->text.n > SC_MESSAGE_READ)
        s->text.n = SC_MESSAGE_READ;
    s->looked = false;
}

static bool is_letter(char c)
{
    return (lower(c) >= 'a' && lower(c) <= 'z') || is_digit(c) || c == '_' || (c & 0x80);
}

/* A quotation mark before a word, and not the apostrophe of "model's". */
static bool opens(struct sc_str t, size_t at)
{
    char c = t.p[at];
    return (c == '\'' || c == '`' || c == '"') && (at == 0 || !is_letter(t.p[at - 1]));
}

/* Where the quotation that opens at `at` closes: before what is no word. 0: nowhere. */
static size_t closes(struct sc_str t, size_t at)
{
    for (size_t i = at + 1; i < t.n; i++)
        if (t.p[i] == t.p[at] && (i + 1 == t.n || !is_letter(t.p[i + 1])))
            return i;
    return 0;
}

static void look_for_quotations(struct sc_said *s)
{
    static const char marks[] = "'`\"";
    bool unclosed[sizeof marks] = {false}; /* looked for once */
    memset(s->quoted, 0, s->text.n);
    for (size_t i = 0; i < s->text.n; i++) {
        size_t mark = opens(s->text, i) ? (size_t)(strchr(marks, s->text.p[i]) - marks) : 0;
        if (!opens(s->text, i) || unclosed[mark])
            continue;
        size_t end = closes(s->text, i);
        if (end == 0 && s->text.n == SC_MESSAGE_READ) /* beyond what is read */
            end = s->text.n;
        unclosed[mark] = end == 0;
        if (end > 0)
            memset(s->quoted + i + 1, 1, end - i - 1);
        i = end > 0 ? end : i;
    }
    s->looked = true;
}

bool sc_says_one_of(struct sc_said *s, const char *list)
{
    struct sc_str one;
    size_t at;
    while (next_alternative(&list, &one))
        for (size_t from = 0; has_phrase(s->text, from, one, &at); from = at + 1) {
            if (!s->looked)
                look_for_quotations(s);
            if (!s->quoted[at])
                return true;
        }
    return false;
}
