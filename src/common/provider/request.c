/* request.c - see request.h. */
#include "provider/request.h"

#include <string.h>

#include "http/json.h"

/* Paths that name the model: behind `before`, up to one of `stops` (or to the last '/' if there
 * are none, since Bedrock's ARNs hold slashes and colons). API references, 2026-08. */
static const struct {
    enum sc_provider provider;
    const char *before;
    const char *stops;
} in_path[] = {
    {SC_PROVIDER_GEMINI, "/models/", ":/"}, {SC_PROVIDER_GEMINI, "/tunedModels/", ":/"},
    {SC_PROVIDER_VERTEX, "/models/", ":/"}, {SC_PROVIDER_AZURE, "/openai/deployments/", "/"},
    {SC_PROVIDER_BEDROCK, "/model/", NULL},
};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "%3A" at s: its byte; -1 if it is no such escape. */
static int escaped_byte(struct sc_str s)
{
    if (s.n < 3 || s.p[0] != '%')
        return -1;
    int high = hex_digit(s.p[1]), low = hex_digit(s.p[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static void decode_url(struct sc_str s, char *out, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < s.n && used + 1 < size; i++) {
        int byte = escaped_byte((struct sc_str){s.p + i, s.n - i});
        char c = byte < 0 ? s.p[i] : (char)byte;
        i += byte < 0 ? 0 : 2;
        if (c != '\0')
            out[used++] = c;
    }
    out[used] = '\0';
}

static size_t length_until(struct sc_str s, const char *stops)
{
    if (!stops) {
        const char *slash = memrchr(s.p, '/', s.n);
        return slash ? (size_t)(slash - s.p) : s.n;
    }
    size_t n = 0;
    while (n < s.n && (s.p[n] == '\0' || !strchr(stops, s.p[n])))
        n++;
    return n;
}

static struct sc_str without_query(struct sc_str path)
{
    const char *query = path.n > 0 ? memchr(path.p, '?', path.n) : NULL;

    return (struct sc_str){path.p, query ? (size_t)(query - path.p) : path.n};
}

struct sc_str sc_request_path_model(enum sc_provider p, struct sc_str path)
{
    path = without_query(path);
    for (size_t i = 0; i < sizeof in_path / sizeof *in_path && path.n > 0; i++) {
        const char *before = in_path[i].before;
        const char *at =
            in_path[i].provider == p ? memmem(path.p, path.n, before, strlen(before)) : NULL;
        if (!at)
            continue;
        at += strlen(before);
        struct sc_str rest = {at, (size_t)(path.p + path.n - at)};
        rest.n = length_until(rest, in_path[i].stops);
        return rest;
    }
    return (struct sc_str){NULL, 0};
}

bool sc_request_suits_models(enum sc_provider p, struct sc_str path)
{
    static const struct {
        enum sc_provider provider;
        const char *end;
    } ends[] = {
        {SC_PROVIDER_BEDROCK, "/converse"},
        {SC_PROVIDER_BEDROCK, "/converse-stream"},
        {SC_PROVIDER_VERTEX, ":rawPredict"}, /* the path names the maker, too */
        {SC_PROVIDER_VERTEX, ":streamRawPredict"},
    };

    path = without_query(path);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i].end);

        if (ends[i].provider == p && path.n > n && memcmp(path.p + path.n - n, ends[i].end, n) == 0)
            return sc_request_path_model(p, path).n > 0;
    }
    return false;
}

bool sc_request_other_path(enum sc_provider p, struct sc_str path, const char *model,
                           struct sc_buf *out)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    static const char hex[] = "0123456789ABCDEF";
    struct sc_str old = sc_request_path_model(p, path);

    if (old.n == 0)
        return false;
    sc_buf_add(out, path.p, (size_t)(old.p - path.p));
    for (; *model; model++) {
        unsigned char c = (unsigned char)*model;

        if (strchr(plain, *model))
            sc_buf_char(out, *model);
        else
            sc_buf_add(out, (char[]){'%', hex[c >> 4], hex[c & 15]}, 3);
    }
    sc_buf_add(out, old.p + old.n, (size_t)(path.p + path.n - (old.p + old.n)));
    return !out->failed;
}

/* The model of a body that begins with it, as most do. False: it does not, or not that simply. */
static bool model_at_start(const char *body, size_t n, char *out, size_t size)
{
    static const char start[] = "{\"model\":";
    size_t at = sizeof start - 1, len;
    const char *quote;

    if (n < sizeof start + 2 || memcmp(body, start, at) != 0)
        return false;
    at += body[at] == ' ';
    if (body[at++] != '"' || (quote = memchr(body + at, '"', n - at)) == NULL)
        return false;
    len = (size_t)(quote - (body + at));
    if (len == 0 || len >= size || memchr(body + at, '\\', len))
        return false;
    memcpy(out, body + at, len);
    out[len] = '\0';
    return true;
}

bool sc_request_model(enum sc_provider p, struct sc_str path, const char *body, size_t n, char *out,
                      size_t size)
{
    out[0] = '\0';
    struct sc_str named = sc_request_path_model(p, path);
    if (named.n > 0) {
        decode_url(named, out, size);
        if (out[0])
            return true;
    }
    if (body && model_at_start(body, n, out, size))
        return out[0] != '\0';
    return body && sc_json_find_string(body, n, "model", out, size) && out[0] != '\0';
}

#define IN_BODY(name) {name, NULL, name},
#define IN_OBJECT(parent, name) {parent "." name, parent, name},
const struct sc_output_limit sc_output_limits[SC_OUTPUT_LIMITS] = {
    SC_OUTPUT_LIMIT_LIST(IN_BODY, IN_OBJECT)};
#undef IN_BODY
#undef IN_OBJECT

/* Protobuf's JSON, Google's, may write a number as a text. */
static int64_t whole_number(struct sc_str s)
{
    int64_t n = 0;
    size_t i = s.n > 0 && *s.p == '"';

    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        if (n < 100000000)
            n = n * 10 + (s.p[i] - '0');
    return n;
}

void sc_request_limit_paths(struct sc_json_want wants[SC_OUTPUT_LIMITS])
{
    for (size_t i = 0; i < SC_OUTPUT_LIMITS; i++)
        wants[i] = (struct sc_json_want){.path = sc_output_limits[i].path};
}

/* A member that is null, or -1 as Ollama has it, is no limit: another may be. */
int64_t sc_request_limit_of(const struct sc_json_want wants[SC_OUTPUT_LIMITS])
{
    int64_t n = 0;

    for (size_t i = 0; i < SC_OUTPUT_LIMITS && n == 0; i++)
        if (wants[i].value.p)
            n = whole_number(wants[i].value);
    return n;
}

typedef unsigned char bytes16 __attribute__((vector_size(16)));

static bytes16 load(const char *p)
{
    bytes16 v;

    memcpy(&v, p, sizeof v);
    return v;
}

/* Where three bytes begin that all names of limits have: "ken", "_pr" or "_le". */
static bytes16 begins_name(const char *p)
{
    bytes16 a = load(p), b = load(p + 1), c = load(p + 2);
    bytes16 ken = (bytes16)((a == 'k') & (b == 'e') & (c == 'n'));
    bytes16 predict = (bytes16)((b == 'p') & (c == 'r')),
            length = (bytes16)((b == 'l') & (c == 'e'));

    return ken | ((bytes16)(a == '_') & (predict | length));
}

/* Most short bodies have no limit, and are done with one quick look. In a long one that would take
 * longer than to jump over its texts. */
static bool may_have_limit(const char *body, size_t n)
{
    enum { WIDE = sizeof(bytes16) + 2, LONG = 1024 };
    bytes16 found = {0};
    uint64_t halves[2];

    if (n < WIDE || n >= LONG)
        return true;
    for (size_t i = 0; i + WIDE < n; i += sizeof(bytes16))
        found |= begins_name(body + i);
    found |= begins_name(body + n - WIDE);
    memcpy(halves, &found, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

int64_t sc_request_output_limit(const char *body, size_t n)
{
    struct sc_json_want wants[SC_OUTPUT_LIMITS];

    if (n == 0 || !may_have_limit(body, n))
        return 0;
    sc_request_limit_paths(wants);
    sc_json_pick(body, n, wants, SC_OUTPUT_LIMITS);
    return sc_request_limit_of(wants);
}
