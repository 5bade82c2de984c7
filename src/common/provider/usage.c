/*
 * usage.c - see usage.h. What streams add is in usage_stream.c, what counts mean in usage_count.c,
 * and what is llama.cpp's alone in usage_own.c.
 *
 * The scanner knows the few objects that lead to usage (`nodes`) and jumps over all else at memchr
 * speed. What a model writes cannot be mistaken for usage: its text stands in strings, and objects
 * of its making (arguments of a call) stand in members that are not entered.
 */
#include "provider/usage.h"

#include <string.h>

#include "http/decimal.h"
#include "provider/usage_find.h"
#include "provider/usage_members.h"
#include "provider/usage_own.h"

enum { S_VALUE, S_KEY, S_IN_KEY, S_COLON, S_SCALAR, S_STRING, S_SKIP, S_SKIP_STRING, S_DONE };

void sc_usage_init(struct sc_usage_reader *r, enum sc_provider p)
{
    memset(r, 0, offsetof(struct sc_usage_reader, choices));
    memset(r->count, -1, sizeof r->count);
    r->provider = p;
    r->cost_nano = -1;
    sc_usage_begin(r);
}

/* An answer begins: the text, or an element of the list that it is. */
static void begin_answer(struct sc_usage_reader *r)
{
    r->choice = -1;
    r->shown = 0;
    memset(r->this_answer, -1, sizeof r->this_answer);
}

void sc_usage_begin(struct sc_usage_reader *r)
{
    r->state = S_VALUE;
    r->depth = 0;
    r->target = NODE_ROOT;
    r->field = SC_USAGE_NONE;
    r->escaped = false;
    r->listed = false;
    r->more = false;
    begin_answer(r);
}

/* ---- counts ---- */

/* Counts are cumulative: the last one holds. A zero after a number is an event that has nothing to
 * say about it (Anthropic-compatible servers repeat input as 0). */
static void set_count(struct sc_usage_reader *r, enum sc_usage_field f, int64_t v)
{
    if (v > 0 || (v == 0 && r->count[f] < 0))
        r->count[f] = v;
}

static bool in_message(const struct sc_usage_reader *r)
{
    return r->depth >= 2 && r->node[r->depth - 2] == NODE_MESSAGE;
}

static inline void take_count(struct sc_usage_reader *r, int64_t n)
{
    enum sc_usage_field f = r->field;
    if (f < SC_USAGE_FIELDS) {
        if (f == SC_USAGE_OUT && in_message(r))
            f = SC_USAGE_OUT_AT_START;
        set_count(r, f, n);
        if (sc_usage_own[f] != 0)
            r->this_answer[sc_usage_own[f] - 1] = n;
    } else if (f == SC_USAGE_TTL_TOKENS) {
        r->ttl_tokens = n;
    } else if (f == SC_USAGE_CHOICE) {
        r->choice = (int32_t)n;
    } else if (f == SC_USAGE_UNUSUAL) {
        r->unusual |= n > 0; /* a code: null or 0 is none */
    }
}

static void take_number(struct sc_usage_reader *r, const char *digits, size_t len)
{
    if (r->field == SC_USAGE_COST)
        r->cost_nano = sc_decimal(digits, len, 9);
    else
        take_count(r, sc_decimal(digits, len, 0));
    r->unusual |= r->field == SC_USAGE_UNUSUAL && digits[0] == '-';
}

/* One that is missing here only costs a second look. */
static bool is_common_end(const struct sc_usage_reader *r)
{
    static const char *const ends[] = {"stop",     "length",     "end_turn",   "tool_calls", "STOP",
                                       "tool_use", "max_tokens", "MAX_TOKENS", "COMPLETE"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (strlen(ends[i]) == r->key_len && memcmp(ends[i], r->text, r->key_len) == 0)
            return true;
    return false;
}

static void copy_text(const struct sc_usage_reader *r, char *to, size_t size)
{
    size_t n = r->key_len < size ? r->key_len : size - 1;
    memcpy(to, r->text, n);
    to[n] = '\0';
}

static bool text_is(const struct sc_usage_reader *r, const char *word)
{
    return strlen(word) == r->key_len && memcmp(r->text, word, r->key_len) == 0;
}

static void take_string(struct sc_usage_reader *r)
{
    if (r->field == SC_USAGE_MODEL) {
        copy_text(r, r->model, sizeof r->model);
    } else if (r->field == SC_USAGE_TIER) {
        if (r->tier[0] == '\0' || !text_is(r, "standard")) /* of tier and speed one may be */
            copy_text(r, r->tier, sizeof r->tier);
    } else if (r->field == SC_USAGE_ITERATION) {
        r->fell_back |= text_is(r, "fallback_message");
    } else if (r->field == SC_USAGE_OTHER_MODEL) {
        copy_text(r, r->other, sizeof r->other);
    } else if (r->field == SC_USAGE_TTL) {
        r->ttl_is_hour = r->key_len == 2 && memcmp(r->text, "1h", 2) == 0;
    } else if (r->field == SC_USAGE_UNUSUAL || (r->field == SC_USAGE_END && !is_common_end(r))) {
        r->unusual = true;
    }
}

bool sc_usage_is_common(const struct sc_usage_reader *r)
{
    return r->state == S_DONE && !r->unusual && !r->more;
}

bool sc_usage_is_blank(const struct sc_usage_reader *r)
{
    return r->state == S_VALUE && r->depth == 0;
}

/* A number's end is not told from its cut. */
bool sc_usage_is_cut(const struct sc_usage_reader *r)
{
    return r->state != S_DONE && (r->depth > 0 || (r->state != S_VALUE && r->state != S_SCALAR));
}

/* Bedrock: {"ttl": "1h", "inputTokens": 10}, in any order. */
static void end_ttl(struct sc_usage_reader *r)
{
    enum sc_usage_field f = r->ttl_is_hour ? SC_USAGE_WRITE_1H : SC_USAGE_WRITE_5M;
    set_count(r, f, r->ttl_tokens);
}

/* ---- scanner: each step takes what it can of [p, end) and returns where it stopped ---- */

/* Most keys are no member, and most that are have a length of their own. */
static inline void find_member(struct sc_usage_reader *r, const char *name, size_t n)
{
    uint8_t node = r->node[r->depth - 1];
    size_t first = n < NAME_BYTES ? by_length[node][n] : 0;
    r->target = NODE_NONE;
    r->field = SC_USAGE_NONE;
    if (first == 0)
        return;
    for (const struct member *m = nodes[node].members + first - 1,
                             *end = nodes[node].members + nodes[node].n;
         m < end; m++) {
        if (m->len == n && is_same(m->name, name, n)) {
            r->target = m->target;
            r->field = m->field;
            return;
        }
    }
}

static inline void after_value(struct sc_usage_reader *r)
{
    if (r->depth == 0) {
        r->state = S_DONE;
    } else if (r->is_array[r->depth - 1]) {
        r->state = S_VALUE;
        r->target = r->node[r->depth - 1];
        r->field = SC_USAGE_NONE;
    } else {
        r->state = S_KEY;
    }
}

/* Lists that are looked into: Google streams one of answers, Bedrock has one of cache writes. */
static bool may_be_list(uint8_t node)
{
    return node == NODE_ROOT || node == NODE_CHOICES || node == NODE_CACHE_DETAILS ||
           node == NODE_ITERATIONS || node == NODE_RESULTS;
}

static void enter(struct sc_usage_reader *r, bool array)
{
    r->unusual |= r->target == NODE_UNUSUAL;
    if (r->target == NODE_NONE || r->depth == SC_USAGE_DEPTH ||
        (array && !may_be_list(r->target))) {
        r->state = S_SKIP;
        r->skipped = 1;
        return;
    }
    if (r->target == NODE_ROOT && !array)
        begin_answer(r);
    r->listed |= r->target == NODE_ROOT && array;
    r->shown += r->target == NODE_CHOICES && !array;
    r->node[r->depth] = r->target;
    r->is_array[r->depth++] = array;
    r->state = array ? S_VALUE : S_KEY;
    r->field = SC_USAGE_NONE;
    r->ttl_is_hour = false;
    r->ttl_tokens = -1;
}

static void leave(struct sc_usage_reader *r)
{
    if (r->depth > 0) {
        r->depth--;
        if (r->node[r->depth] == NODE_CACHE_DETAILS && !r->is_array[r->depth])
            end_ttl(r);
        else if (r->node[r->depth] == NODE_ROOT && !r->is_array[r->depth])
            sc_usage_own_end(r);
    }
    after_value(r);
}

/* Bytes of a key or a string that is wanted. One that is too long has no meaning to us. */
static const char *text(struct sc_usage_reader *r, const char *p, const char *end)
{
    size_t room = SC_USAGE_TEXT - r->key_len, plain = 0;
    size_t most = (size_t)(end - p) < room ? (size_t)(end - p) : room;
    while (!r->escaped && plain < most && p[plain] != '"' && p[plain] != '\\')
        plain++;
    memcpy(r->text + r->key_len, p, plain);
    r->key_len = (uint8_t)(r->key_len + plain);
    for (p += plain; p < end; p++) {
        if (*p == '\\' && !r->escaped) {
            r->escaped = true;
            continue;
        }
        if (*p == '"' && !r->escaped) {
            if (r->state == S_IN_KEY) {
                find_member(r, r->text, r->key_len);
                r->state = S_VALUE;
            } else {
                if (r->key_len < SC_USAGE_TEXT)
                    take_string(r);
                else
                    r->unusual |= r->field >= SC_USAGE_END;
                after_value(r);
            }
            return p + 1;
        }
        r->escaped = false;
        if (r->key_len < SC_USAGE_TEXT)
            r->text[r->key_len++] = *p;
    }
    return p;
}

/* A count that lies whole in this piece, as nearly all numbers that are wanted do; NULL: it is
 * none.
 */
static inline const char *whole_count(struct sc_usage_reader *r, const char *p, const char *end)
{
    const char *last = end - p > 17 ? p + 17 : end;
    int64_t n = 0;
    if (r->field == SC_USAGE_COST || *p < '0' || *p > '9')
        return NULL;
    for (; p < last && *p >= '0' && *p <= '9'; p++)
        n = n * 10 + (*p - '0');
    if (p == last || !ends_scalar(*p))
        return NULL;
    take_count(r, n);
    after_value(r);
    return p;
}

/* Of a number that comes in pieces those before the last are kept. */
static inline const char *scalar(struct sc_usage_reader *r, const char *start, const char *end)
{
    const char *p = start, *digits = start;
    size_t n = 0, room = SC_USAGE_TEXT - r->key_len;
    while (p < end && !ends_scalar(*p))
        p++;
    if (r->field != SC_USAGE_NONE)
        n = (size_t)(p - start) < room ? (size_t)(p - start) : room;
    if (r->key_len > 0 || p == end) {
        memcpy(r->text + r->key_len, start, n);
        n = r->key_len = (uint8_t)(r->key_len + n);
        digits = r->text;
    }
    if (p < end) {
        if (r->field != SC_USAGE_NONE)
            take_number(r, digits, n);
        after_value(r);
    }
    return p;
}

/* Whether the byte at p stands behind an odd number of backslashes; the string, or the piece of it
 * that is at hand, begins at `start`. */
static bool is_escaped(const struct sc_usage_reader *r, const char *start, const char *p)
{
    const char *b = p;
    while (b > start && b[-1] == '\\')
        b--;
    return ((p - b) & 1) != (b == start && r->escaped);
}

/* Behind the quote that ends a string; NULL: it is not in this piece. */
static inline const char *end_of_string(struct sc_usage_reader *r, const char *start,
                                        const char *end)
{
    for (const char *p = start; (p = find_quote(p, end)) != NULL; p++) {
        if ((p > start && p[-1] != '\\') || !is_escaped(r, start, p)) {
            r->escaped = false;
            return p + 1;
        }
    }
    r->escaped = is_escaped(r, start, end);
    return NULL;
}

static const char *skip_string(struct sc_usage_reader *r, const char *p, const char *end)
{
    const char *after = end_of_string(r, p, end);
    if (!after)
        r->state = S_SKIP_STRING;
    else if (r->skipped == 0)
        after_value(r);
    else
        r->state = S_SKIP;
    return after ? after : end;
}

static const char *skip(struct sc_usage_reader *r, const char *p, const char *end)
{
    while ((p = find_mark(p, end)) < end) {
        char c = *p++;
        if (c == '"') {
            p = end_of_string(r, p, end);
            if (!p) {
                r->state = S_SKIP_STRING;
                return end;
            }
        } else if (c == '{' || c == '[') {
            r->skipped++;
        } else if (--r->skipped == 0) {
            after_value(r);
            return p;
        }
    }
    return p;
}

/* A string that is wanted and lies whole in this piece, as nearly all do, without an escape in it.
 */
static const char *whole_string(struct sc_usage_reader *r, const char *p, const char *end)
{
    const char *quote = find_quote(p, end);
    size_t n = quote ? (size_t)(quote - p) : SC_USAGE_TEXT;
    if (n >= SC_USAGE_TEXT || memchr(p, '\\', n))
        return NULL;
    memcpy(r->text, p, n);
    r->key_len = (uint8_t)n;
    take_string(r);
    after_value(r);
    return quote + 1;
}

static const char *string(struct sc_usage_reader *r, const char *p, const char *end)
{
    const char *after;
    r->skipped = 0;
    if (r->field == SC_USAGE_NONE)
        return skip_string(r, p, end);
    after = whole_string(r, p, end);
    if (!after)
        r->state = S_STRING;
    return after ? after : p;
}

/* Inlined where members are read, which is where most values stand. */
#define INLINE static inline __attribute__((always_inline))

INLINE const char *value(struct sc_usage_reader *r, const char *p, const char *end)
{
    const char *after;
    uint8_t kind;
    r->key_len = 0;
    while ((kind = kinds[(unsigned char)*p]) & (BLANK | COMMA | COLON))
        if (++p == end)
            return p;
    if (kind & QUOTE)
        return string(r, p + 1, end);
    if (kind & OPENS)
        enter(r, *p == '[');
    else if (kind & CLOSES)
        leave(r);
    if (kind & (OPENS | CLOSES))
        return p + 1;
    after = r->field == SC_USAGE_NONE ? NULL : whole_count(r, p, end);
    if (after)
        return after;
    r->state = S_SCALAR;
    return scalar(r, p, end);
}

/* A key that lies whole in this piece, as nearly all do, is looked up where it is. */
static inline const char *whole_key(struct sc_usage_reader *r, const char *p, const char *end)
{
    const char *quote = find_quote(p, end);
    if (!quote || (quote > p && quote[-1] == '\\'))
        return NULL;
    find_member(r, p, (size_t)(quote - p));
    r->state = S_VALUE;
    p = quote + 1;
    return p < end && *p == ':' ? p + 1 : p;
}

/* The next member, or the end of the object. */
INLINE const char *member(struct sc_usage_reader *r, const char *p, const char *end)
{
    if (*p == ',' && ++p == end)
        return p;
    while (kinds[(unsigned char)*p] & (BLANK | COMMA))
        if (++p == end)
            return p;
    if (*p == '"') {
        const char *after = whole_key(r, p + 1, end);
        if (after)
            return after < end ? value(r, after, end) : after;
        r->state = S_IN_KEY;
        r->key_len = 0;
    } else if (*p == '}' || *p == ']') {
        leave(r);
    }
    return p + 1;
}

static const char *members(struct sc_usage_reader *r, const char *p, const char *end)
{
    do
        p = member(r, p, end);
    while (p < end && r->state == S_KEY);
    return p;
}

void sc_usage_feed(struct sc_usage_reader *r, const char *p, size_t n)
{
    const char *end = p + n;
    while (p < end) {
        switch (r->state) {
        case S_VALUE:
            p = value(r, p, end);
            break;
        case S_KEY:
            p = members(r, p, end);
            break;
        case S_IN_KEY:
        case S_STRING:
            p = text(r, p, end);
            break;
        case S_SCALAR:
            p = scalar(r, p, end);
            break;
        case S_SKIP:
            p = skip(r, p, end);
            break;
        case S_SKIP_STRING:
            p = skip_string(r, p, end);
            break;
        default:
            while (p < end && ends_scalar(*p) && *p != '}' && *p != ']')
                p++;
            r->more |= p < end;
            return;
        }
    }
}

void sc_usage_body(struct sc_usage_reader *r, const char *p, size_t n)
{
    sc_usage_begin(r);
    sc_usage_feed(r, p, n);
}
