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

static void put_number(struct out *o, int64_t n)
{
    char digits[20];
    size_t i = 0;

    do
        digits[i++] = (char)('0' + n % 10);
    while ((n /= 10) > 0 && i < sizeof digits);
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

static size_t put_shape(const char *text, const struct name *name, int status, const char *message,
                        char *buf, size_t size)
{
    struct out o = {buf, 0, size};
    const char *t;

    for (t = text; *t; t++) {
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

size_t sc_reply_error(enum sc_provider p, int status, const char *message, char *buf, size_t size)
{
    const struct shape *shape =
        (unsigned)p < SC_PROVIDER_COUNT && shapes[p].text ? &shapes[p] : &openai_shape;

    return put_shape(shape->text, name_of(shape, status), status, message, buf, size);
}

/* ---- a request that is too long ---------------------------------------------------------------
 */

/* In a message $W stands for the window, $I for the input, $O for the output, $T for both. Texts as
 * in provider_errors.json and the mock; 2026-08. */
struct too_long {
    const char *shape; /* NULL: that of all errors */
    const char *type, *code;
    const char *input, *both; /* NULL: as `input` */
};

#define MESSAGES_TEXT "{\"error\":{\"message\":$m,\"type\":$t,\"param\":\"messages\",\"code\":$c}}"
#define PLAIN_TEXT "{\"error\":{\"message\":$m,\"type\":$t,\"param\":null,\"code\":$s}}"
#define MAXIMUM "This model's maximum context length is $W tokens. However, "
#define REQUESTED MAXIMUM "you requested $T tokens ($I in the messages, $O in the completion). "
#define PLEASE "Please reduce the length of the messages"

static const struct too_long openai_too_long = {
    MESSAGES_TEXT, "invalid_request_error", "context_length_exceeded",
    MAXIMUM "your messages resulted in $I tokens. " PLEASE ".", REQUESTED PLEASE " or completion."};

#define CLAUDE_LONG "prompt is too long: $I tokens > $W maximum"
#define GOOGLE_LONG "The input token count ($I) exceeds the maximum number of tokens allowed ($W)."

static const struct too_long too_long[SC_PROVIDER_COUNT] = {
    [SC_PROVIDER_ANTHROPIC] = {NULL, "invalid_request_error", NULL, CLAUDE_LONG,
                               "input length and `max_tokens` exceed context limit: $I + $O > $W, "
                               "decrease input length or `max_tokens` and try again"},
    [SC_PROVIDER_GEMINI] = {NULL, "INVALID_ARGUMENT", NULL, GOOGLE_LONG, NULL},
    [SC_PROVIDER_VERTEX] = {NULL, "INVALID_ARGUMENT", NULL, GOOGLE_LONG, NULL},
    [SC_PROVIDER_MISTRAL] = {NULL, "invalid_request_error", "3051",
                             "Prompt contains $I tokens, too large for model with $W maximum "
                             "context length",
                             NULL},
    [SC_PROVIDER_COHERE] = {NULL, "invalid_request_error", NULL,
                            "too many tokens: the request has $I tokens, the model takes $W. Try "
                            "using shorter or fewer inputs.",
                            NULL},
    [SC_PROVIDER_XAI] = {NULL, "Client specified an invalid argument", NULL,
                         "This model's maximum prompt length is $W but the request contains $I "
                         "tokens.",
                         NULL},
    [SC_PROVIDER_TOGETHER] = {NULL, "invalid_request_error", NULL,
                              "Input validation error: `inputs` tokens + `max_new_tokens` must be "
                              "<= $W. Given: $I `inputs` tokens and $O `max_new_tokens`",
                              NULL},
    [SC_PROVIDER_OPENROUTER] = {NULL, "invalid_request_error", NULL,
                                "This endpoint's maximum context length is $W tokens. However, you "
                                "requested about $T tokens ($I of text input, $O in the output). "
                                "Please reduce the length of either one.",
                                NULL},
    [SC_PROVIDER_BEDROCK] = {NULL, "ValidationException", NULL,
                             "Input is too long for requested model.", NULL},
    [SC_PROVIDER_OLLAMA] = {NULL, "invalid_request_error", NULL,
                            "the input length ($I tokens) exceeds the context length ($W tokens)",
                            NULL},
    [SC_PROVIDER_VLLM] = {PLAIN_TEXT, "BadRequestError", NULL,
                          MAXIMUM "your messages resulted in $I tokens. " PLEASE ".",
                          REQUESTED PLEASE " or completion."},
    [SC_PROVIDER_LLAMACPP] = {NULL, "exceed_context_size_error", NULL,
                              "the request exceeds the available context size: $I tokens, the "
                              "context holds $W",
                              NULL},
};

static void put_words(struct out *o, const char *text, const struct sc_excess *x)
{
    for (; *text; text++) {
        if (*text != '$')
            put(o, *text);
        else if (*++text == 'W')
            put_number(o, x->window);
        else if (*text == 'I')
            put_number(o, x->input);
        else
            put_number(o, *text == 'O' ? x->output : x->input + x->output);
    }
    put(o, '\0');
}

size_t sc_reply_context(enum sc_provider p, const struct sc_excess *x, char *buf, size_t size)
{
    const struct too_long *w =
        (unsigned)p < SC_PROVIDER_COUNT && too_long[p].input ? &too_long[p] : &openai_too_long;
    const struct name name = {400, w->type, w->code};
    const char *shape = w->shape;
    char message[256];
    struct out o = {message, 0, sizeof message};

    if (!shape)
        shape = (unsigned)p < SC_PROVIDER_COUNT && shapes[p].text ? shapes[p].text : OPENAI_TEXT;
    put_words(&o, x->output > 0 && w->both ? w->both : w->input, x);
    return put_shape(shape, &name, 400, message, buf, size);
}
