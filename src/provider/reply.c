/* reply.c - see reply.h. */
#include "provider/reply.h"

#include <stdbool.h>
#include <string.h>

/* What a status is called; status 0 stands for all others and ends a list. */
struct name {
    int status;
    const char *type;
    const char *code; /* NULL: null */
};

/* In a shape $m stands for the message, $t for the type, $c for the code, each quoted, and $s for
 * the status as a number. */
struct shape {
    const char *text;
    const struct name *names;
};

static const struct name openai_names[] = {
    {400, "invalid_request_error", NULL},
    {401, "invalid_request_error", "invalid_api_key"},
    {429, "requests", "rate_limit_exceeded"},
    {503, "server_error", "server_is_overloaded"},
    {0, "server_error", NULL},
};
static const struct name anthropic_names[] = {
    {400, "invalid_request_error", NULL}, {401, "authentication_error", NULL},
    {429, "rate_limit_error", NULL},      {503, "overloaded_error", NULL},
    {529, "overloaded_error", NULL},      {0, "api_error", NULL},
};
static const struct name google_names[] = {
    {400, "INVALID_ARGUMENT", NULL},
    {401, "UNAUTHENTICATED", NULL},
    {429, "RESOURCE_EXHAUSTED", NULL},
    {503, "UNAVAILABLE", NULL},
    {0, "UNKNOWN", NULL},
};
static const struct name mistral_names[] = {
    {400, "invalid_request_error", "3051"}, {401, "invalid_request_error", "1200"},
    {429, "rate_limited", "1300"},          {503, "service_unavailable", "3505"},
    {0, "internal_server_error", "1000"},
};

#define OPENAI_TEXT "{\"error\":{\"message\":$m,\"type\":$t,\"param\":null,\"code\":$c}}"
#define GOOGLE_TEXT "{\"error\":{\"code\":$s,\"message\":$m,\"status\":$t}}"
#define NUMBERED_TEXT "{\"error\":{\"code\":$s,\"message\":$m,\"type\":$t}}"

static const struct shape openai_shape = {OPENAI_TEXT, openai_names};
static const struct shape shapes[SC_PROVIDER_COUNT] = {
    [SC_PROVIDER_AZURE] = {"{\"error\":{\"code\":\"$s\",\"message\":$m}}", openai_names},
    [SC_PROVIDER_ANTHROPIC] = {"{\"type\":\"error\",\"error\":{\"type\":$t,\"message\":$m}}",
                               anthropic_names},
    [SC_PROVIDER_GEMINI] = {GOOGLE_TEXT, google_names},
    [SC_PROVIDER_VERTEX] = {GOOGLE_TEXT, google_names},
    [SC_PROVIDER_MISTRAL] = {"{\"object\":\"error\",\"message\":$m,\"type\":$t,\"param\":null,"
                             "\"code\":$c,\"raw_status_code\":$s}",
                             mistral_names},
    [SC_PROVIDER_COHERE] = {"{\"message\":$m}", openai_names},
    [SC_PROVIDER_XAI] = {"{\"code\":$t,\"error\":$m}", openai_names},
    [SC_PROVIDER_OPENROUTER] = {"{\"error\":{\"code\":$s,\"message\":$m}}", openai_names},
    [SC_PROVIDER_BEDROCK] = {"{\"message\":$m}", openai_names},
    [SC_PROVIDER_OLLAMA] = {"{\"error\":$m}", openai_names},
    [SC_PROVIDER_VLLM] = {NUMBERED_TEXT, openai_names},
    [SC_PROVIDER_LLAMACPP] = {NUMBERED_TEXT, openai_names},
};

struct out {
    char *p;
    size_t n, size;
};

static void put(struct out *o, char c)
{
    if (o->n < o->size)
        o->p[o->n] = c;
    o->n++;
}

static void put_string(struct out *o, const char *s)
{
    static const char hex[] = "0123456789abcdef";

    if (!s) {
        for (s = "null"; *s; s++)
            put(o, *s);
        return;
    }
    put(o, '"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;

        if (c == '"' || c == '\\') {
            put(o, '\\');
            put(o, *s);
        } else if (c < 0x20) {
            put(o, '\\');
            put(o, 'u');
            put(o, '0');
            put(o, '0');
            put(o, hex[c >> 4]);
            put(o, hex[c & 15]);
        } else {
            put(o, *s);
        }
    }
    put(o, '"');
}

static void put_number(struct out *o, int n)
{
    char digits[12];
    size_t i = 0;

    do
        digits[i++] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    while (i > 0)
        put(o, digits[--i]);
}

static const struct name *name_of(const struct shape *s, int status)
{
    const struct name *n = s->names;

    while (n->status != 0 && n->status != status)
        n++;
    return n;
}

size_t sc_reply_error(enum sc_provider p, int status, const char *message, char *buf, size_t size)
{
    const struct shape *shape =
        (unsigned)p < SC_PROVIDER_COUNT && shapes[p].text ? &shapes[p] : &openai_shape;
    const struct name *name = name_of(shape, status);
    struct out o = {buf, 0, size};
    const char *t;

    for (t = shape->text; *t; t++) {
        if (*t != '$') {
            put(&o, *t);
            continue;
        }
        t++;
        if (*t == 'm')
            put_string(&o, message);
        else if (*t == 't')
            put_string(&o, name->type);
        else if (*t == 'c')
            put_string(&o, name->code);
        else
            put_number(&o, status);
    }
    put(&o, '\0');
    return o.n <= size ? o.n - 1 : 0;
}
