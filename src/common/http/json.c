/* json.c - see json.h. Every function keeps p <= end; none looks behind the text's start. */
#include "http/json.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>

/* Control characters beside JSON's four blanks occur in no JSON: one comparison does for all. */
static inline const char *skip_space(const char *p, const char *end)
{
    while (p < end && (unsigned char)*p <= ' ')
        p++;
    return p;
}

/* Whether the quote at p is escaped; `start` is where no escape is pending. */
static bool is_escaped(const char *start, const char *p)
{
    const char *b = p;
    while (b > start && b[-1] == '\\')
        b--;
    return (p - b) % 2 != 0;
}

static const uint64_t ones = UINT64_C(0x0101010101010101);

/* The high bit of each byte of w that is c. */
static inline uint64_t bytes_equal(uint64_t w, char c)
{
    const uint64_t low = ones * 0x7F;
    uint64_t x = w ^ ones * (unsigned char)c;
    return ~(((x & low) + low) | x | low);
}

/* Not zero if a byte of w is c: the lowest high bit is that byte's, others may be wrong. */
static inline uint64_t first_equal(uint64_t w, char c)
{
    uint64_t x = w ^ ones * (unsigned char)c;
    return (x - ones) & ~x & ones * 0x80;
}

/* The bytes that backslashes escape, of one word; the first one if `escaped`. */
static uint64_t escaped_bytes(uint64_t backslashes, bool escaped)
{
    uint64_t hidden = escaped ? 0x80 : 0;
    backslashes &= ~hidden;
    if (!(backslashes & backslashes << 8))
        return hidden | backslashes << 8;
    while (backslashes) { /* of a run every second one */
        uint64_t first = backslashes & -backslashes;
        hidden |= first << 8;
        backslashes &= ~(first | first << 8);
    }
    return hidden;
}

/* The end of a text, byte by byte. */
static const char *skip_last_bytes(const char *p, const char *end, bool escaped)
{
    for (; p < end; p++) {
        if (!escaped && *p == '"')
            return p + 1;
        escaped = !escaped && *p == '\\';
    }
    return NULL;
}

/* memchr is fast over prose, but costs too much for a name of a few letters, or where quotes are
 * escaped in short succession (JSON in JSON, code): there, eight bytes are looked at in one word.
 */
#define CALM 4 /* words without an escape until memchr takes over */

/* p is behind the opening quote; the result is behind the closing one, NULL if there is none. */
static const char *skip_string(const char *p, const char *end)
{
    bool escaped = false;
    for (int calm = 0; end - p >= 8;) {
        uint64_t w;
        memcpy(&w, p, sizeof w);
        w = le64toh(w);
        uint64_t quotes = first_equal(w, '"');
        if (first_equal(w, '\\') || escaped) {
            uint64_t backslashes = bytes_equal(w, '\\');
            uint64_t hidden = escaped_bytes(backslashes, escaped);
            escaped = backslashes & ~hidden & UINT64_C(1) << 63;
            quotes = bytes_equal(w, '"') & ~hidden;
            calm = 0;
        }
        if (quotes)
            return p + __builtin_ctzll(quotes) / 8 + 1;
        p += 8;
        if (escaped || ++calm < CALM)
            continue;
        const char *quote = memchr(p, '"', (size_t)(end - p));
        if (!quote)
            return NULL;
        if (!is_escaped(p, quote))
            return quote + 1;
        p = quote + 1;
        calm = 0;
    }
    return skip_last_bytes(p, end, escaped);
}

static const bool is_structure[256] = {
    ['"'] = true, ['{'] = true, ['}'] = true, ['['] = true, [']'] = true};

/* Whether none of the eight bytes at p is a quote or above '?', where the brackets are: numbers,
 * commas and blanks, of which prompts given as tokens consist. */
static bool is_plain8(const char *p)
{
    uint64_t w, quotes;
    memcpy(&w, p, sizeof w);
    quotes = w ^ ones * '"';
    return ((w | ((quotes - ones) & ~quotes)) & ones * 0xC0) == 0;
}

static const char *find_structure(const char *p, const char *end)
{
    for (int i = 0; i < 8 && p < end; i++, p++)
        if (is_structure[(unsigned char)*p])
            return p;
    while (end - p >= 8 && is_plain8(p))
        p += 8;
    while (p < end && !is_structure[(unsigned char)*p])
        p++;
    return p;
}

/* p is inside of `depth` brackets; the result is behind them. Counts only: who nests deeply costs
 * no stack. */
static const char *skip_brackets(const char *p, const char *end, size_t depth)
{
    for (;;) {
        p = find_structure(p, end);
        if (p == end)
            return NULL;
        char c = *p++;
        if (c == '"') {
            p = skip_string(p, end);
            if (!p)
                return NULL;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (--depth == 0) {
            return p;
        }
    }
}

/* The result is behind the value, NULL if the text ends within it. */
static const char *skip_value(const char *p, const char *end)
{
    if (p == end)
        return NULL;
    if (*p == '"')
        return skip_string(p + 1, end);
    if (*p == '{' || *p == '[')
        return skip_brackets(p + 1, end, 1);
    while (p < end && (unsigned char)*p > ' ' && *p != ',' && *p != '}' && *p != ']')
        p++;
    return p;
}

bool sc_json_enter(struct sc_str value, struct sc_json_iter *it)
{
    if (!value.p)
        return false;
    const char *end = value.p + value.n;
    const char *p = skip_space(value.p, end);
    if (p == end || (*p != '{' && *p != '['))
        return false;
    *it = (struct sc_json_iter){p + 1, end, *p == '{' ? '}' : ']'};
    return true;
}

static bool take_key(struct sc_json_iter *it, struct sc_str *key)
{
    if (it->p == it->end || *it->p != '"')
        return false;
    const char *p = it->p + 1;
    const char *after = skip_string(p, it->end);
    if (!after)
        return false;
    *key = (struct sc_str){p, (size_t)(after - 1 - p)};
    it->p = skip_space(after, it->end);
    if (it->p == it->end || *it->p != ':')
        return false;
    it->p = skip_space(it->p + 1, it->end);
    return true;
}

/* To the next member's value; false where the container or the text ends. */
static bool next_value(struct sc_json_iter *it, struct sc_str *key)
{
    const char *p = skip_space(it->p, it->end);
    if (p < it->end && *p == ',')
        p = skip_space(p + 1, it->end);
    it->p = p;
    *key = (struct sc_str){"", 0};
    return p < it->end && *p != it->close && (it->close == ']' || take_key(it, key)) &&
           it->p < it->end;
}

bool sc_json_next(struct sc_json_iter *it, struct sc_str *key, struct sc_str *value)
{
    if (!next_value(it, key)) {
        it->p = it->end;
        return false;
    }
    const char *after = skip_value(it->p, it->end);
    if (!after)
        after = it->end;
    *value = (struct sc_str){it->p, (size_t)(after - it->p)};
    if (after == it->p) /* a stray bracket: no value, and no way on */
        after = it->end;
    it->p = after;
    return value->n > 0;
}

bool sc_json_key_is(struct sc_str key, const char *name)
{
    size_t n = strlen(name);
    if (key.n == n && memcmp(key.p, name, n) == 0)
        return true;
    if (key.n <= n || !memchr(key.p, '\\', key.n))
        return false;
    char plain[64];
    sc_json_unescape(key, plain, sizeof plain);
    return strcmp(plain, name) == 0;
}

/* What is left of a path behind its first name, if that is this key; NULL if it is another. */
static const char *behind_name(const char *path, struct sc_str key)
{
    size_t i = 0;
    while (i < key.n && path[i] == key.p[i] && path[i] && path[i] != '.')
        i++;
    if (i < key.n) {
        char plain[64];
        if (key.p[i] != '\\')
            return NULL;
        sc_json_unescape(key, plain, sizeof plain);
        i = strlen(plain);
        if (strncmp(path, plain, i) != 0)
            return NULL;
    }
    return path[i] == '\0' ? path + i : path[i] == '.' ? path + i + 1 : NULL;
}

/* One walk for several paths; `paths` are what is left of them at this depth, `mask` says which. */
struct pick {
    struct sc_json_want *wants;
    uint32_t missing;
    const char *end;
};

struct paths {
    const char *p[SC_JSON_WANTS_MAX];
    uint32_t mask;
    uint64_t letters; /* with which they begin: most members are told apart by that alone */
};

static uint64_t letter(char c)
{
    return UINT64_C(1) << ((unsigned char)c & 63);
}

static void add_path(struct paths *paths, int i, const char *path)
{
    paths->p[i] = path;
    paths->mask |= UINT32_C(1) << i;
    paths->letters |= letter(*path) | letter('\\');
}

/* Those of the paths that begin with this key, or with this position of an array. */
static void follow(const struct paths *from, struct sc_str key, struct paths *to)
{
    to->mask = 0;
    to->letters = 0;
    if (key.n == 0 || !(from->letters & letter(*key.p)))
        return;
    for (uint32_t left = from->mask; left; left &= left - 1) {
        int i = __builtin_ctz(left);
        const char *rest = behind_name(from->p[i], key);
        if (rest)
            add_path(to, i, rest);
    }
}

static struct sc_str position_text(size_t n, char digits[8])
{
    size_t i = 8;
    do
        digits[--i] = (char)('0' + n % 10);
    while ((n /= 10) > 0 && i > 0);
    return (struct sc_str){digits + i, 8 - i};
}

static void note_found(struct pick *k, const struct paths *paths, struct sc_str value)
{
    for (uint32_t left = paths->mask & k->missing; left; left &= left - 1) {
        int i = __builtin_ctz(left);
        if (*paths->p[i])
            continue;
        k->wants[i].value = value;
        k->missing &= ~(UINT32_C(1) << i);
    }
}

static bool lead_on(const struct paths *paths)
{
    for (uint32_t left = paths->mask; left; left &= left - 1)
        if (*paths->p[__builtin_ctz(left)])
            return true;
    return false;
}

/* p is at a value; the result is behind it, NULL if the text ends within it. Depth is bounded by
 * the paths' own. */
static const char *walk(struct pick *k, const char *p, const struct paths *paths)
{
    struct sc_json_iter it = {p + 1, k->end, *p == '{' ? '}' : ']'};
    struct paths inner;
    struct sc_str key;
    char digits[8];
    if (*p != '{' && *p != '[')
        return skip_value(p, k->end);
    for (size_t n = 0; paths->mask & k->missing; n++) {
        if (!next_value(&it, &key))
            break;
        follow(paths, it.close == ']' ? position_text(n, digits) : key, &inner);
        const char *after =
            inner.mask && lead_on(&inner) ? walk(k, it.p, &inner) : skip_value(it.p, k->end);
        const char *stop = after ? after : k->end;
        note_found(k, &inner, (struct sc_str){it.p, (size_t)(stop - it.p)});
        if (!after || after == it.p) /* cut, or a stray bracket: no way on */
            return NULL;
        it.p = after;
    }
    return k->missing ? skip_brackets(it.p, k->end, 1) : NULL;
}

/* The text itself; of an array its first element, unless the path begins with a position. */
static struct sc_str root(const char *buf, size_t n, const char *path)
{
    struct sc_str all = {buf, n}, key, first;
    struct sc_json_iter it;
    if ((*path >= '0' && *path <= '9') || !sc_json_enter(all, &it) || it.close != ']')
        return all;
    return sc_json_next(&it, &key, &first) ? first : (struct sc_str){NULL, 0};
}

void sc_json_pick(const char *buf, size_t n, struct sc_json_want *wants, size_t n_wants)
{
    struct paths paths;
    if (!buf) /* a value that was not there */
        buf = "", n = 0;
    struct pick k = {wants, 0, buf + n};
    paths.mask = 0;
    paths.letters = 0;
    for (size_t i = 0; i < n_wants; i++) {
        wants[i].value = (struct sc_str){NULL, 0};
        add_path(&paths, (int)i, wants[i].path);
    }
    k.missing = paths.mask;
    struct sc_str top = root(buf, n, n_wants ? wants[0].path : "");
    const char *p = top.p ? skip_space(top.p, k.end) : k.end;
    if (p < k.end)
        walk(&k, p, &paths);
}

struct sc_str sc_json_find(const char *buf, size_t n, const char *path)
{
    struct sc_json_want want = {path, {NULL, 0}};
    if (!buf || !*path)
        return root(buf, n, path);
    sc_json_pick(buf, n, &want, 1);
    return want.value;
}

bool sc_json_string(struct sc_str value, char *out, size_t out_size)
{
    out[0] = '\0';
    if (!value.p || value.n < 2 || value.p[0] != '"')
        return false;
    const char *after = skip_string(value.p + 1, value.p + value.n);
    if (!after)
        return false;
    sc_json_unescape((struct sc_str){value.p + 1, (size_t)(after - value.p) - 2}, out, out_size);
    return true;
}

bool sc_json_scalar(struct sc_str value, char *out, size_t out_size)
{
    out[0] = '\0';
    if (!value.p || value.n == 0 || strchr("{[n", value.p[0]))
        return false;
    if (value.p[0] == '"')
        return sc_json_string(value, out, out_size);
    size_t n = value.n < out_size ? value.n : out_size - 1;
    memcpy(out, value.p, n);
    out[n] = '\0';
    return true;
}

bool sc_json_find_string(const char *buf, size_t n, const char *path, char *out, size_t out_size)
{
    return sc_json_string(sc_json_find(buf, n, path), out, out_size);
}

bool sc_json_is_empty(struct sc_str value)
{
    if (!value.p || value.n == 0 || value.p[0] == 'n')
        return true;
    const char *end = value.p + value.n;
    if (value.p[0] == '"')
        return value.n == 2;
    if (value.p[0] != '{' && value.p[0] != '[')
        return false;
    const char *p = skip_space(value.p + 1, end);
    return p < end && (*p == '}' || *p == ']');
}

#define NOTHING_DEPTH 8

bool sc_json_says_nothing(struct sc_str value)
{
    struct sc_json_iter levels[NOTHING_DEPTH];
    size_t depth = 0;
    struct sc_str key;

    while (true) {
        if (!sc_json_is_empty(value)) {
            if (value.p[0] != '{' || depth == NOTHING_DEPTH ||
                !sc_json_enter(value, &levels[depth]))
                return false;
            depth++;
        }
        while (depth > 0 && !sc_json_next(&levels[depth - 1], &key, &value))
            depth--;
        if (depth == 0)
            return true;
    }
}

struct sc_str sc_json_inside(struct sc_str value)
{
    if (!value.p || value.n == 0 || value.p[0] != '"')
        return (struct sc_str){"", 0};
    const char *after = skip_string(value.p + 1, value.p + value.n);
    size_t n = after ? (size_t)(after - value.p) - 2 : value.n - 1;
    return (struct sc_str){value.p + 1, n};
}

const char *sc_json_string_end(const char *p, const char *end)
{
    return skip_string(p, end);
}

size_t sc_json_length(const char *buf, size_t n)
{
    const char *end = buf + n;
    const char *after = skip_value(skip_space(buf, end), end);
    return after ? (size_t)(skip_space(after, end) - buf) : 0;
}

bool sc_json_is_complete(const char *buf, size_t n)
{
    if (!buf)
        return false;
    const char *end = buf + n;
    return skip_value(skip_space(buf, end), end) != NULL;
}
