/*
 * usage.c - see usage.h.
 *
 * The scanner knows the few objects that lead to usage (`nodes`) and jumps over all else at memchr
 * speed. What a model writes cannot be mistaken for usage: its text stands in strings, and objects
 * of its making (arguments of a call) stand in members that are not entered.
 */
#include "provider/usage.h"

#include <string.h>

#include "http/stream.h"

enum {
    NODE_NONE, /* skipped */
    NODE_ROOT,
    NODE_RESPONSE, /* OpenAI responses' and Cohere v1's last event */
    NODE_MESSAGE,  /* Anthropic's message_start */
    NODE_DELTA,    /* Cohere v2's message-end */
    NODE_META,     /* Cohere v1; Groq's x_groq is alike */
    NODE_USAGE,
    NODE_INPUT,  /* details of the input */
    NODE_OUTPUT, /* details of the output */
    NODE_CACHE_CREATION,
    NODE_CACHE_DETAILS,
    NODE_BILLED,
    NODE_GOOGLE,
    NODE_INVOCATION, /* Bedrock's InvokeModel */
};

enum { S_VALUE, S_KEY, S_IN_KEY, S_COLON, S_SCALAR, S_STRING, S_SKIP, S_SKIP_STRING, S_DONE };

/* A member of a node: the node it leads to, or the field it holds. */
struct member {
    uint8_t len, target, field;
    char name[37];
};

#define LEADS(name, to)                             \
    {                                               \
        sizeof(name) - 1, (to), SC_USAGE_NONE, name \
    }
#define HOLDS(name, field)                         \
    {                                              \
        sizeof(name) - 1, NODE_NONE, (field), name \
    }

static const struct member root_members[] = {
    LEADS("usage", NODE_USAGE),
    LEADS("usageMetadata", NODE_GOOGLE),
    LEADS("response", NODE_RESPONSE),
    LEADS("message", NODE_MESSAGE),
    LEADS("delta", NODE_DELTA),
    LEADS("meta", NODE_META),
    LEADS("x_groq", NODE_META),
    LEADS("amazon-bedrock-invocationMetrics", NODE_INVOCATION),
    HOLDS("model", SC_USAGE_MODEL),
    HOLDS("modelVersion", SC_USAGE_MODEL),
    HOLDS("prompt_eval_count", SC_USAGE_EVAL_IN),
    HOLDS("eval_count", SC_USAGE_EVAL_OUT),
    HOLDS("tokens_evaluated", SC_USAGE_EVAL_IN),
    HOLDS("tokens_predicted", SC_USAGE_EVAL_OUT),
};

static const struct member response_members[] = {
    LEADS("usage", NODE_USAGE),     LEADS("usageMetadata", NODE_GOOGLE),   LEADS("meta", NODE_META),
    HOLDS("model", SC_USAGE_MODEL), HOLDS("modelVersion", SC_USAGE_MODEL),
};

static const struct member message_members[] = {
    LEADS("usage", NODE_USAGE),
    HOLDS("model", SC_USAGE_MODEL),
};

static const struct member delta_members[] = {
    LEADS("usage", NODE_USAGE),
};

static const struct member meta_members[] = {
    LEADS("usage", NODE_USAGE),
    LEADS("billed_units", NODE_BILLED),
};

static const struct member usage_members[] = {
    HOLDS("prompt_tokens", SC_USAGE_PROMPT),
    HOLDS("completion_tokens", SC_USAGE_COMPLETION),
    HOLDS("total_tokens", SC_USAGE_TOTAL),
    HOLDS("input_tokens", SC_USAGE_IN),
    HOLDS("output_tokens", SC_USAGE_OUT),
    HOLDS("cache_read_input_tokens", SC_USAGE_CACHE_READ),
    HOLDS("cache_creation_input_tokens", SC_USAGE_CACHE_WRITE),
    HOLDS("prompt_cache_hit_tokens", SC_USAGE_CACHED_INSIDE), /* DeepSeek */
    HOLDS("num_cached_tokens", SC_USAGE_CACHED_INSIDE),       /* Mistral */
    HOLDS("cached_tokens", SC_USAGE_CACHED_INSIDE),           /* Moonshot */
    HOLDS("inputTokens", SC_USAGE_IN),                        /* Bedrock */
    HOLDS("outputTokens", SC_USAGE_OUT),
    HOLDS("cacheReadInputTokens", SC_USAGE_CACHE_READ),
    HOLDS("cacheWriteInputTokens", SC_USAGE_CACHE_WRITE),
    HOLDS("cost", SC_USAGE_COST), /* OpenRouter */
    LEADS("prompt_tokens_details", NODE_INPUT),
    LEADS("prompt_token_details", NODE_INPUT), /* Mistral has been seen to say so */
    LEADS("input_tokens_details", NODE_INPUT),
    LEADS("completion_tokens_details", NODE_OUTPUT),
    LEADS("output_tokens_details", NODE_OUTPUT),
    LEADS("cache_creation", NODE_CACHE_CREATION),
    LEADS("cacheDetails", NODE_CACHE_DETAILS),
    LEADS("billed_units", NODE_BILLED),
};

static const struct member input_details_members[] = {
    HOLDS("cached_tokens", SC_USAGE_CACHED_INSIDE),
    HOLDS("cache_write_tokens", SC_USAGE_WRITE_INSIDE),
    HOLDS("audio_tokens", SC_USAGE_AUDIO_IN),
};

static const struct member output_details_members[] = {
    HOLDS("reasoning_tokens", SC_USAGE_REASONING),
    HOLDS("audio_tokens", SC_USAGE_AUDIO_OUT),
};

static const struct member cache_creation_members[] = {
    HOLDS("ephemeral_5m_input_tokens", SC_USAGE_WRITE_5M),
    HOLDS("ephemeral_1h_input_tokens", SC_USAGE_WRITE_1H),
};

static const struct member cache_details_members[] = {
    HOLDS("ttl", SC_USAGE_TTL),
    HOLDS("inputTokens", SC_USAGE_TTL_TOKENS),
};

static const struct member billed_members[] = {
    HOLDS("input_tokens", SC_USAGE_BILLED_IN),
    HOLDS("output_tokens", SC_USAGE_BILLED_OUT),
};

static const struct member google_members[] = {
    HOLDS("promptTokenCount", SC_USAGE_GOOGLE_PROMPT),
    HOLDS("candidatesTokenCount", SC_USAGE_GOOGLE_CANDIDATES),
    HOLDS("thoughtsTokenCount", SC_USAGE_GOOGLE_THOUGHTS),
    HOLDS("toolUsePromptTokenCount", SC_USAGE_GOOGLE_TOOLS),
    HOLDS("cachedContentTokenCount", SC_USAGE_GOOGLE_CACHED),
};

static const struct member invocation_members[] = {
    HOLDS("inputTokenCount", SC_USAGE_IN),
    HOLDS("outputTokenCount", SC_USAGE_OUT),
    HOLDS("cacheReadInputTokenCount", SC_USAGE_CACHE_READ),
    HOLDS("cacheWriteInputTokenCount", SC_USAGE_CACHE_WRITE),
};

#define NODE(members)                                  \
    {                                                  \
        (members), sizeof(members) / sizeof *(members) \
    }

static const struct {
    const struct member *members;
    size_t n;
} nodes[] = {
    [NODE_ROOT] = NODE(root_members),
    [NODE_RESPONSE] = NODE(response_members),
    [NODE_MESSAGE] = NODE(message_members),
    [NODE_DELTA] = NODE(delta_members),
    [NODE_META] = NODE(meta_members),
    [NODE_USAGE] = NODE(usage_members),
    [NODE_INPUT] = NODE(input_details_members),
    [NODE_OUTPUT] = NODE(output_details_members),
    [NODE_CACHE_CREATION] = NODE(cache_creation_members),
    [NODE_CACHE_DETAILS] = NODE(cache_details_members),
    [NODE_BILLED] = NODE(billed_members),
    [NODE_GOOGLE] = NODE(google_members),
    [NODE_INVOCATION] = NODE(invocation_members),
};

void sc_usage_init(struct sc_usage_reader *r, enum sc_provider p)
{
    memset(r, 0, sizeof *r);
    memset(r->count, -1, sizeof r->count);
    r->provider = p;
    r->cost_nano = -1;
    sc_usage_begin(r);
}

void sc_usage_begin(struct sc_usage_reader *r)
{
    r->state = S_VALUE;
    r->depth = 0;
    r->target = NODE_ROOT;
    r->field = SC_USAGE_NONE;
    r->escaped = false;
}

/* ---- counts ---- */

/* A JSON number times 10^scale, rounded; -1 if it is negative or none. Digits beyond the 18th do
 * not matter to anything that is counted here. */
static int64_t decimal(const char *s, size_t n, int scale)
{
    int64_t v = 0, exponent = 0;
    size_t i = 0, digits = 0;
    bool point = false;
    for (; i < n && (s[i] == '.' || (s[i] >= '0' && s[i] <= '9')); i++) {
        if (s[i] == '.') {
            point = true;
        } else if (v < INT64_C(100000000000000000)) {
            v = v * 10 + (s[i] - '0');
            scale -= point;
            digits++;
        } else {
            scale += !point;
        }
    }
    if (digits == 0)
        return -1;
    if (i < n && (s[i] | 32) == 'e') {
        bool minus = ++i < n && s[i] == '-';
        for (i += i < n && (s[i] == '-' || s[i] == '+'); i < n && exponent < 100; i++)
            exponent = exponent * 10 + (s[i] - '0');
        scale += (int)(minus ? -exponent : exponent);
    }
    for (; scale > 0 && v <= INT64_MAX / 10; scale--)
        v *= 10;
    for (; scale < -1 && v > 0; scale++)
        v /= 10;
    return scale < 0 ? (v + 5) / 10 : scale > 0 && v > 0 ? INT64_MAX : v;
}

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

static void take_number(struct sc_usage_reader *r)
{
    enum sc_usage_field f = r->field;
    if (f == SC_USAGE_COST) {
        r->cost_nano = decimal(r->text, r->key_len, 9);
    } else if (f == SC_USAGE_TTL_TOKENS) {
        r->ttl_tokens = decimal(r->text, r->key_len, 0);
    } else if (f < SC_USAGE_FIELDS) {
        if (f == SC_USAGE_OUT && in_message(r))
            f = SC_USAGE_OUT_AT_START;
        set_count(r, f, decimal(r->text, r->key_len, 0));
    }
}

static void take_string(struct sc_usage_reader *r)
{
    if (r->field == SC_USAGE_MODEL) {
        memcpy(r->model, r->text, r->key_len);
        r->model[r->key_len] = '\0';
    } else if (r->field == SC_USAGE_TTL) {
        r->ttl_is_hour = r->key_len == 2 && memcmp(r->text, "1h", 2) == 0;
    }
}

/* Bedrock: {"ttl": "1h", "inputTokens": 10}, in any order. */
static void end_ttl(struct sc_usage_reader *r)
{
    enum sc_usage_field f = r->ttl_is_hour ? SC_USAGE_WRITE_1H : SC_USAGE_WRITE_5M;
    set_count(r, f, r->ttl_tokens);
}

/* ---- scanner: each step takes what it can of [p, end) and returns where it stopped ---- */

static void find_member(struct sc_usage_reader *r)
{
    uint8_t node = r->node[r->depth - 1];
    const struct member *m = nodes[node].members, *last = m + nodes[node].n;
    r->target = NODE_NONE;
    r->field = SC_USAGE_NONE;
    for (; m < last; m++) {
        if (m->len == r->key_len && memcmp(m->name, r->text, m->len) == 0) {
            r->target = m->target;
            r->field = m->field;
            return;
        }
    }
}

static void after_value(struct sc_usage_reader *r)
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
    return node == NODE_ROOT || node == NODE_CACHE_DETAILS;
}

static void enter(struct sc_usage_reader *r, bool array)
{
    if (r->target == NODE_NONE || r->depth == SC_USAGE_DEPTH ||
        (array && !may_be_list(r->target))) {
        r->state = S_SKIP;
        r->skipped = 1;
        return;
    }
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
    }
    after_value(r);
}

static const char *value(struct sc_usage_reader *r, const char *p)
{
    r->key_len = 0;
    switch (*p) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case ',':
    case ':':
        return p + 1;
    case '"':
        r->state = r->field == SC_USAGE_NONE ? S_SKIP_STRING : S_STRING;
        r->skipped = 0;
        return p + 1;
    case '{':
    case '[':
        enter(r, *p == '[');
        return p + 1;
    case '}':
    case ']':
        leave(r);
        return p + 1;
    default:
        r->state = S_SCALAR;
        return p;
    }
}

static const char *key(struct sc_usage_reader *r, const char *p)
{
    if (*p == '"') {
        r->state = S_IN_KEY;
        r->key_len = 0;
    } else if (*p == '}' || *p == ']') {
        leave(r);
    }
    return p + 1;
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
                find_member(r);
                r->state = S_VALUE;
            } else {
                if (r->key_len < SC_USAGE_TEXT)
                    take_string(r);
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

static bool ends_scalar(char c)
{
    return c == ',' || c == '}' || c == ']' || c == '\n' || c == ' ' || c == '\r' || c == '\t';
}

static const char *scalar(struct sc_usage_reader *r, const char *p, const char *end)
{
    size_t used = r->key_len;
    for (; p < end && !ends_scalar(*p); p++)
        if (used < SC_USAGE_TEXT)
            r->text[used++] = *p;
    r->key_len = (uint8_t)used;
    if (p < end) {
        if (r->field != SC_USAGE_NONE)
            take_number(r);
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

static const char *skip_string(struct sc_usage_reader *r, const char *start, const char *end)
{
    const char *p = start;
    while (p < end && (p = memchr(p, '"', (size_t)(end - p)))) {
        if (!is_escaped(r, start, p++)) {
            r->escaped = false;
            if (r->skipped == 0)
                after_value(r);
            else
                r->state = S_SKIP;
            return p;
        }
    }
    r->escaped = is_escaped(r, start, end);
    return end;
}

static const bool is_structure[256] = {
    ['"'] = true, ['{'] = true, ['}'] = true, ['['] = true, [']'] = true};

static const char *skip(struct sc_usage_reader *r, const char *p, const char *end)
{
    for (;;) {
        while (p < end && !is_structure[(unsigned char)*p])
            p++;
        if (p == end)
            return p;
        char c = *p++;
        if (c == '"') {
            r->state = S_SKIP_STRING;
            p = skip_string(r, p, end);
            if (r->state != S_SKIP)
                return p;
        } else if (c == '{' || c == '[') {
            r->skipped++;
        } else if (--r->skipped == 0) {
            after_value(r);
            return p;
        }
    }
}

void sc_usage_feed(struct sc_usage_reader *r, const char *p, size_t n)
{
    const char *end = p + n;
    while (p < end) {
        switch (r->state) {
        case S_VALUE:
            p = value(r, p);
            break;
        case S_KEY:
            p = key(r, p);
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
            return;
        }
    }
}

void sc_usage_body(struct sc_usage_reader *r, const char *p, size_t n)
{
    sc_usage_begin(r);
    sc_usage_feed(r, p, n);
}

/* ---- streams ---- */

/* This runs for each token of every stream: quotes before a letter that one of the names begins
 * with are looked for sixteen bytes at a time. */
typedef signed char bytes16 __attribute__((vector_size(16)));

static inline bool is_first(char c)
{
    return c == 'u' || c == 'e' || c == 'b';
}

/* Whether there is one among p[0..15]; reads p[16]. */
static inline bool names_begin(const char *p)
{
    bytes16 quote, letter, hits;
    uint64_t half[2];
    memcpy(&quote, p, sizeof quote);
    memcpy(&letter, p + 1, sizeof letter);
    hits = (quote == '"') & ((letter == 'u') | (letter == 'e') | (letter == 'b'));
    memcpy(half, &hits, sizeof half);
    return (half[0] | half[1]) != 0;
}

static bool begins(const char *p, const char *end, const char *what, size_t n)
{
    return (size_t)(end - p) >= n && memcmp(p, what, n) == 0;
}

#define BEGINS(p, end, what) begins((p), (end), "" what, sizeof(what) - 1)

/* The byte behind a name, its colon and blanks. */
static char value_behind(const char *p, const char *end)
{
    while (p < end && (*p == '"' || *p == ':' || *p == ' '))
        p++;
    return p < end ? *p : '\0';
}

/* p: behind a quote. OpenAI writes "usage":null into every chunk when asked for usage; a model may
 * write \"usage\". */
static bool is_name(const char *p, const char *end)
{
    if (BEGINS(p, end, "usage")) {
        char c = value_behind(p + 5, end);
        return c != 'n' && c != '\\';
    }
    return BEGINS(p, end, "eval_count\"") || BEGINS(p, end, "billed_units\"");
}

static bool name_among(const char *p, const char *stop, const char *end)
{
    for (; p < stop; p++)
        if (*p == '"' && p + 1 < end && is_first(p[1]) && is_name(p + 1, end))
            return true;
    return false;
}

bool sc_usage_may_be_in(const char *p, size_t n)
{
    const char *end = p + n;
    for (; end - p > 16; p += 16)
        if (names_begin(p) && name_among(p, p + 16, end))
            return true;
    return name_among(p, end, end);
}

void sc_usage_event(struct sc_usage_reader *r, const char *p, size_t n)
{
    r->events++;
    if (r->provider == SC_PROVIDER_LLAMACPP || sc_usage_may_be_in(p, n))
        sc_usage_body(r, p, n);
}

/* Data in pieces is read without asking: what is looked for may lie across two of them. */
void sc_usage_on_data(void *arg, struct sc_str data, unsigned flags)
{
    struct sc_usage_reader *r = arg;
    bool open = data.n > 0 && data.p[data.n - 1] != '}'; /* goes on in another line */
    if (flags == SC_DATA_BEGIN && BEGINS(data.p, data.p + data.n, "[DONE]"))
        return;
    if (flags == SC_DATA_BEGIN && !open) {
        sc_usage_event(r, data.p, data.n);
        return;
    }
    if (flags & SC_DATA_BEGIN) {
        r->events++;
        sc_usage_begin(r);
    }
    sc_usage_feed(r, data.p, data.n);
}

/* ---- what the counts mean ---- */

static int64_t at_least(int64_t least, int64_t v)
{
    return v > least ? v : least;
}

static int64_t count(const struct sc_usage_reader *r, enum sc_usage_field f)
{
    return at_least(0, r->count[f]);
}

static bool said(const struct sc_usage_reader *r, enum sc_usage_field f)
{
    return r->count[f] >= 0;
}

/* Cached tokens are a part of `input`. xAI sometimes gives more of them than input: then they are
 * not (its client libraries go by that). */
static void input_with_cache_inside(const struct sc_usage_reader *r, int64_t input,
                                    struct sc_usage *u)
{
    int64_t cached = count(r, SC_USAGE_CACHED_INSIDE), written = count(r, SC_USAGE_WRITE_INSIDE);
    bool beside = r->provider == SC_PROVIDER_XAI && cached > input;
    u->cached_read = cached;
    u->cache_write_5m = written;
    u->input = beside ? input : at_least(0, input - cached - written);
}

/* OpenAI chat and all that are like it. xAI bills reasoning on top of the completion; so does
 * Google behind its OpenAI-compatible path, where only the total tells. */
static void read_chat(const struct sc_usage_reader *r, struct sc_usage *u)
{
    int64_t prompt = count(r, SC_USAGE_PROMPT);
    bool google = r->provider == SC_PROVIDER_GEMINI || r->provider == SC_PROVIDER_VERTEX;
    input_with_cache_inside(r, prompt, u);
    u->output = count(r, SC_USAGE_COMPLETION);
    u->reasoning = count(r, SC_USAGE_REASONING);
    if (r->provider == SC_PROVIDER_XAI)
        u->output += u->reasoning;
    else if (google)
        u->output = at_least(u->output, count(r, SC_USAGE_TOTAL) - prompt);
}

static void read_written(const struct sc_usage_reader *r, struct sc_usage *u)
{
    int64_t all = count(r, SC_USAGE_CACHE_WRITE);
    u->cache_write_5m = count(r, SC_USAGE_WRITE_5M);
    u->cache_write_1h = count(r, SC_USAGE_WRITE_1H);
    u->cache_write_5m += at_least(0, all - u->cache_write_5m - u->cache_write_1h);
}

/* OpenAI responses, where details say what of the input was cached; Anthropic and Bedrock, where
 * it comes on top. */
static void read_in_out(const struct sc_usage_reader *r, struct sc_usage *u)
{
    int64_t input = count(r, SC_USAGE_IN);
    if (said(r, SC_USAGE_CACHED_INSIDE) || said(r, SC_USAGE_WRITE_INSIDE)) {
        input_with_cache_inside(r, input, u);
    } else {
        u->input = input;
        u->cached_read = count(r, SC_USAGE_CACHE_READ);
        read_written(r, u);
    }
    u->reasoning = count(r, SC_USAGE_REASONING);
    u->output = count(r, SC_USAGE_OUT);
    if (!said(r, SC_USAGE_OUT) && said(r, SC_USAGE_OUT_AT_START)) {
        u->output = count(r, SC_USAGE_OUT_AT_START); /* cut before the number came */
        u->estimated = true;
    }
}

/* The input includes what was cached; thoughts and results of tools come on top. */
static void read_google(const struct sc_usage_reader *r, struct sc_usage *u)
{
    int64_t input = count(r, SC_USAGE_GOOGLE_PROMPT) + count(r, SC_USAGE_GOOGLE_TOOLS);
    u->cached_read = count(r, SC_USAGE_GOOGLE_CACHED);
    u->input = at_least(0, input - u->cached_read);
    u->reasoning = count(r, SC_USAGE_GOOGLE_THOUGHTS);
    u->output = count(r, SC_USAGE_GOOGLE_CANDIDATES) + u->reasoning;
}

void sc_usage_result(const struct sc_usage_reader *r, struct sc_usage *u)
{
    *u = (struct sc_usage){.known = true, .cost_reported_nano = -1};
    if (r->provider == SC_PROVIDER_OPENROUTER)
        u->cost_reported_nano = r->cost_nano;
    if (said(r, SC_USAGE_BILLED_IN) || said(r, SC_USAGE_BILLED_OUT)) {
        u->input = count(r, SC_USAGE_BILLED_IN);
        u->output = count(r, SC_USAGE_BILLED_OUT);
    } else if (said(r, SC_USAGE_GOOGLE_PROMPT) || said(r, SC_USAGE_GOOGLE_CANDIDATES)) {
        read_google(r, u);
    } else if (said(r, SC_USAGE_PROMPT) || said(r, SC_USAGE_COMPLETION)) {
        read_chat(r, u);
    } else if (said(r, SC_USAGE_IN) || said(r, SC_USAGE_OUT) || said(r, SC_USAGE_OUT_AT_START)) {
        read_in_out(r, u);
    } else if (said(r, SC_USAGE_EVAL_IN) || said(r, SC_USAGE_EVAL_OUT)) {
        u->input = count(r, SC_USAGE_EVAL_IN);
        u->output = count(r, SC_USAGE_EVAL_OUT);
    } else {
        u->known = false;
    }
    u->audio = count(r, SC_USAGE_AUDIO_IN) + count(r, SC_USAGE_AUDIO_OUT);
}

void sc_usage_estimate(struct sc_usage *u, int64_t input, int64_t output)
{
    if (u->known && !u->estimated)
        return;
    if (!u->known)
        u->input = input;
    u->output = at_least(u->output, output);
    u->estimated = true;
}
