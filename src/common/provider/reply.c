/* reply.c - see reply.h. */
#include "provider/reply.h"

#include <stdbool.h>
#include <string.h>

/* What a class of failures is called; the list ends with the class that stands for all others. */
struct name {
    enum sc_class class;
    short status;
    const char *type;
    const char *code;  /* NULL: null */
    const char *words; /* before the reason, where clients look for them; NULL: none */
};

/* In a shape $m stands for the message, $t for the type, $c for the code, each quoted, and $s for
 * the status as a number. */
struct shape {
    const char *text;
    const struct name *names;
    const char *spent; /* the shape of a spent quota, NULL: the same */
};

#define CLASS(id) SC_CLASS_##id
#define LAST CLASS(COUNT)
#define SPENT "You exceeded your current quota, please check your plan and billing details."

/* clang-format off */
static const struct name openai_names[] = {
    {CLASS(BAD_REQUEST), 400, "invalid_request_error", NULL, NULL},
    {CLASS(TOKEN_LIMIT), 400, "invalid_request_error", NULL, NULL},
    {CLASS(AUTH), 401, "invalid_request_error", "invalid_api_key", NULL},
    {CLASS(RATE_LIMITED), 429, "requests", "rate_limit_exceeded", NULL},
    {CLASS(QUOTA_EXHAUSTED), 429, "insufficient_quota", "insufficient_quota", SPENT},
    {CLASS(OVERLOADED), 503, "server_error", "server_is_overloaded", NULL},
    {LAST, 500, "server_error", NULL, NULL},
};
static const struct name azure_names[] = {
    {CLASS(BAD_REQUEST), 400, NULL, "BadRequest", NULL},
    {CLASS(TOKEN_LIMIT), 400, NULL, "BadRequest", NULL},
    {CLASS(AUTH), 401, NULL, "401", NULL},
    {CLASS(RATE_LIMITED), 429, NULL, "429", NULL},
    {CLASS(QUOTA_EXHAUSTED), 429, NULL, "insufficient_quota", SPENT},
    {CLASS(OVERLOADED), 503, NULL, "503", NULL},
    {LAST, 500, NULL, "500", NULL},
};
static const struct name anthropic_names[] = {
    {CLASS(BAD_REQUEST), 400, "invalid_request_error", NULL, NULL},
    {CLASS(TOKEN_LIMIT), 400, "invalid_request_error", NULL, NULL},
    {CLASS(AUTH), 401, "authentication_error", NULL, "invalid x-api-key."},
    {CLASS(RATE_LIMITED), 429, "rate_limit_error", NULL, NULL},
    {CLASS(QUOTA_EXHAUSTED), 402, "billing_error", NULL, NULL},
    {CLASS(OVERLOADED), 503, "overloaded_error", NULL, NULL},
    {LAST, 500, "api_error", NULL, NULL},
};
static const struct name google_names[] = {
    {CLASS(BAD_REQUEST), 400, "INVALID_ARGUMENT", NULL, NULL},
    {CLASS(TOKEN_LIMIT), 400, "INVALID_ARGUMENT", NULL, NULL},
    {CLASS(AUTH), 401, "UNAUTHENTICATED", NULL, NULL},
    {CLASS(RATE_LIMITED), 429, "RESOURCE_EXHAUSTED", NULL, NULL},
    {CLASS(QUOTA_EXHAUSTED), 429, "RESOURCE_EXHAUSTED", NULL, SPENT},
    {CLASS(OVERLOADED), 503, "UNAVAILABLE", NULL, NULL},
    {LAST, 500, "UNKNOWN", NULL, NULL},
};
static const struct name mistral_names[] = {
    {CLASS(BAD_REQUEST), 400, "invalid_request_error", NULL, NULL},
    {CLASS(TOKEN_LIMIT), 400, "invalid_request_error", "3051", NULL},
    {CLASS(AUTH), 401, "invalid_request_error", "1200", NULL},
    {CLASS(RATE_LIMITED), 429, "rate_limited", "1300", NULL},
    {CLASS(QUOTA_EXHAUSTED), 402, NULL, NULL, "Payment required."},
    {CLASS(OVERLOADED), 503, "service_unavailable", "3505", NULL},
    {LAST, 500, "internal_server_error", "1000", NULL},
};
static const struct name cohere_names[] = {
    {CLASS(BAD_REQUEST), 400, NULL, NULL, NULL},
    {CLASS(TOKEN_LIMIT), 400, NULL, NULL, "too many tokens:"},
    {CLASS(AUTH), 401, NULL, NULL, "invalid api token."},
    {CLASS(RATE_LIMITED), 429, NULL, NULL, NULL},
    {CLASS(QUOTA_EXHAUSTED), 402, NULL, NULL, "Please add or update your payment method."},
    {CLASS(OVERLOADED), 503, NULL, NULL, NULL},
    {LAST, 500, NULL, NULL, NULL},
};
static const struct name groq_names[] = {
    {CLASS(BAD_REQUEST), 400, "invalid_request_error", NULL, NULL},
    {CLASS(TOKEN_LIMIT), 400, "invalid_request_error", NULL, NULL},
    {CLASS(AUTH), 401, "invalid_request_error", "invalid_api_key", NULL},
    {CLASS(RATE_LIMITED), 429, "requests", "rate_limit_exceeded", NULL},
    {CLASS(QUOTA_EXHAUSTED), 400, "invalid_request_error", "blocked_api_access", NULL},
    {CLASS(OVERLOADED), 503, "internal_server_error", "service_unavailable", NULL},
    {LAST, 500, "internal_server_error", NULL, NULL},
};
static const struct name deepseek_names[] = {
    {CLASS(BAD_REQUEST), 400, "invalid_request_error", "invalid_request_error", NULL},
    {CLASS(TOKEN_LIMIT), 400, "invalid_request_error", "invalid_request_error", NULL},
    {CLASS(AUTH), 401, "authentication_error", "invalid_request_error", NULL},
    {CLASS(RATE_LIMITED), 429, "rate_limit_error", "rate_limit_exceeded", NULL},
    {CLASS(QUOTA_EXHAUSTED), 402, "unknown_error", "invalid_request_error",
     "Insufficient Balance."},
    {CLASS(OVERLOADED), 503, "service_unavailable_error", NULL, NULL},
    {LAST, 500, "server_error", NULL, NULL},
};
static const struct name xai_names[] = {
    {CLASS(BAD_REQUEST), 400, "Client specified an invalid argument", NULL, NULL},
    {CLASS(TOKEN_LIMIT), 400, "Client specified an invalid argument", NULL, NULL},
    {CLASS(AUTH), 400, "Client specified an invalid argument", NULL,
     "Incorrect API key provided."},
    {CLASS(RATE_LIMITED), 429, "Some resource has been exhausted", NULL, NULL},
    {CLASS(QUOTA_EXHAUSTED), 429, "Some resource has been exhausted", NULL,
     "Your team has either used all available credits or reached its monthly spending limit."},
    {CLASS(OVERLOADED), 503, "The service is currently unavailable", NULL, NULL},
    {LAST, 500, "Internal error", NULL, NULL},
};
static const struct name together_names[] = {
    {CLASS(BAD_REQUEST), 400, "invalid_request_error", NULL, NULL},
    {CLASS(TOKEN_LIMIT), 400, "invalid_request_error", NULL, NULL},
    {CLASS(AUTH), 401, "invalid_request_error", "invalid_api_key", NULL},
    {CLASS(RATE_LIMITED), 429, "model_rate_limit", NULL, NULL},
    {CLASS(QUOTA_EXHAUSTED), 402, "credit_limit", NULL, "Credit limit exceeded."},
    {CLASS(OVERLOADED), 503, "service_unavailable", NULL, NULL},
    {LAST, 500, "server_error", NULL, NULL},
};
static const struct name openrouter_names[] = {
    {CLASS(BAD_REQUEST), 400, NULL, NULL, NULL},
    {CLASS(TOKEN_LIMIT), 400, NULL, NULL, NULL},
    {CLASS(AUTH), 401, NULL, NULL, NULL},
    {CLASS(RATE_LIMITED), 429, NULL, NULL, NULL},
    {CLASS(QUOTA_EXHAUSTED), 402, NULL, NULL, "Insufficient credits."},
    {CLASS(OVERLOADED), 503, NULL, NULL, NULL},
    {LAST, 500, NULL, NULL, NULL},
};
/* The type is the header x-amzn-ErrorType. */
static const struct name bedrock_names[] = {
    {CLASS(BAD_REQUEST), 400, "ValidationException", NULL, NULL},
    {CLASS(TOKEN_LIMIT), 400, "ValidationException", NULL, "Input is too long for requested model."},
    {CLASS(AUTH), 403, "UnrecognizedClientException", NULL, NULL},
    {CLASS(RATE_LIMITED), 429, "ThrottlingException", NULL, NULL},
    {CLASS(QUOTA_EXHAUSTED), 400, "ServiceQuotaExceededException", NULL, NULL},
    {CLASS(OVERLOADED), 503, "ServiceUnavailableException", NULL, NULL},
    {LAST, 500, "InternalServerException", NULL, NULL},
};
/* format_error_response of llama-server. */
static const struct name llamacpp_names[] = {
    {CLASS(BAD_REQUEST), 400, "invalid_request_error", NULL, NULL},
    {CLASS(TOKEN_LIMIT), 400, "exceed_context_size_error", NULL, NULL},
    {CLASS(AUTH), 401, "authentication_error", NULL, "Invalid API Key."},
    {CLASS(RATE_LIMITED), 429, "rate_limit_error", NULL, NULL},
    {CLASS(QUOTA_EXHAUSTED), 429, "insufficient_quota", NULL, NULL},
    {CLASS(OVERLOADED), 503, "unavailable_error", NULL, NULL},
    {LAST, 500, "server_error", NULL, NULL},
};
static const struct name vllm_names[] = {
    {CLASS(BAD_REQUEST), 400, "BadRequestError", NULL, NULL},
    {CLASS(TOKEN_LIMIT), 400, "BadRequestError", NULL, NULL},
    {CLASS(AUTH), 401, "AuthenticationError", NULL, "Unauthorized: invalid API key."},
    {CLASS(RATE_LIMITED), 429, "RateLimitError", NULL, NULL},
    {CLASS(QUOTA_EXHAUSTED), 429, "insufficient_quota", NULL, NULL},
    {CLASS(OVERLOADED), 503, "ServiceUnavailableError", NULL, NULL},
    {LAST, 500, "InternalServerError", NULL, NULL},
};
/* Of its own paths: clients have status and text to go by, there is no code. The cloud's words. */
static const struct name ollama_names[] = {
    {CLASS(QUOTA_EXHAUSTED), 429, NULL, NULL,
     "you have reached your usage limit, upgrade for higher limits."},
    {CLASS(BAD_REQUEST), 400, NULL, NULL, NULL},
    {CLASS(TOKEN_LIMIT), 400, NULL, NULL, NULL},
    {CLASS(AUTH), 401, NULL, NULL, "unauthorized:"},
    {CLASS(RATE_LIMITED), 429, NULL, NULL, NULL},
    {CLASS(OVERLOADED), 503, NULL, NULL, NULL},
    {LAST, 500, NULL, NULL, NULL},
};
/* clang-format on */

#define OPENAI_TEXT "{\"error\":{\"message\":$m,\"type\":$t,\"param\":null,\"code\":$c}}"
#define GOOGLE_TEXT "{\"error\":{\"code\":$s,\"message\":$m,\"status\":$t}}"
/* What tells a day's quota from a minute's. */
#define GOOGLE_SPENT                                                                \
    "{\"error\":{\"code\":$s,\"message\":$m,\"status\":$t,\"details\":[{\"@type\":" \
    "\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[{\"quotaId\":" \
    "\"GenerateRequestsPerDayPerProjectPerModel\"}]}]}}"
#define NUMBERED_TEXT "{\"error\":{\"code\":$s,\"message\":$m,\"type\":$t}}"
#define MESSAGE_TEXT "{\"message\":$m}"

static const struct shape openai_shape = {OPENAI_TEXT, openai_names, NULL};
static const struct shape shapes[SC_PROVIDER_COUNT] = {
    [SC_PROVIDER_AZURE] = {"{\"error\":{\"code\":$c,\"message\":$m}}", azure_names, NULL},
    [SC_PROVIDER_ANTHROPIC] = {"{\"type\":\"error\",\"error\":{\"type\":$t,\"message\":$m}}",
                               anthropic_names, NULL},
    [SC_PROVIDER_GEMINI] = {GOOGLE_TEXT, google_names, GOOGLE_SPENT},
    [SC_PROVIDER_VERTEX] = {GOOGLE_TEXT, google_names, GOOGLE_SPENT},
    [SC_PROVIDER_MISTRAL] = {"{\"object\":\"error\",\"message\":$m,\"type\":$t,\"param\":null,"
                             "\"code\":$c,\"raw_status_code\":$s}",
                             mistral_names, "{\"detail\":$m}"},
    [SC_PROVIDER_COHERE] = {MESSAGE_TEXT, cohere_names, NULL},
    [SC_PROVIDER_GROQ] = {OPENAI_TEXT, groq_names, NULL},
    [SC_PROVIDER_DEEPSEEK] = {OPENAI_TEXT, deepseek_names, NULL},
    [SC_PROVIDER_XAI] = {"{\"code\":$t,\"error\":$m}", xai_names, NULL},
    [SC_PROVIDER_TOGETHER] = {OPENAI_TEXT, together_names, NULL},
    [SC_PROVIDER_OPENROUTER] = {"{\"error\":{\"code\":$s,\"message\":$m}}", openrouter_names, NULL},
    [SC_PROVIDER_BEDROCK] = {MESSAGE_TEXT, bedrock_names, NULL},
    [SC_PROVIDER_OLLAMA] = {"{\"error\":$m}", ollama_names, NULL},
    [SC_PROVIDER_VLLM] = {NUMBERED_TEXT, vllm_names, NULL},
    [SC_PROVIDER_LLAMACPP] = {NUMBERED_TEXT, llamacpp_names, NULL},
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

static const struct name *name_of(const struct shape *s, enum sc_class class)
{
    const struct name *n = s->names;

    while (n->class != LAST && n->class != class)
        n++;
    return n;
}

static size_t put_shape(const char *text, const struct name *name, int status, const char *message,
                        const struct sc_excess *x, char *buf, size_t size)
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
        else if (*t == 'I')
            put_number(&o, x->input);
        else if (*t == 'W')
            put_number(&o, x->window);
        else
            put_number(&o, status);
    }
    put(&o, '\0');
    return o.n <= size ? o.n - 1 : 0;
}

void sc_reply_error(enum sc_provider p, enum sc_class class, const char *message,
                    struct sc_reply_text *out)
{
    const struct shape *shape =
        (unsigned)p < SC_PROVIDER_COUNT && shapes[p].text ? &shapes[p] : &openai_shape;
    const struct name *name = name_of(shape, class);
    const char *text =
        class == SC_CLASS_QUOTA_EXHAUSTED && shape->spent ? shape->spent : shape->text;
    char said[640];
    struct out o = {said, 0, sizeof said};

    for (const char *w = name->words; w && *w; w++)
        put(&o, *w);
    if (name->words)
        put(&o, ' ');
    for (; *message; message++)
        put(&o, *message);
    put(&o, '\0');
    said[sizeof said - 1] = '\0';
    out->status = name->status;
    out->error_type = p == SC_PROVIDER_BEDROCK ? name->type : NULL;
    out->len = put_shape(text, name, name->status, said, NULL, out->body, sizeof out->body);
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
/* $I and $W: numbers, as in the message. */
#define LLAMACPP_TEXT \
    "{\"error\":{\"code\":$s,\"message\":$m,\"type\":$t,\"n_prompt_tokens\":$I,\"n_ctx\":$W}}"
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
    [SC_PROVIDER_LLAMACPP] = {LLAMACPP_TEXT, "exceed_context_size_error", NULL,
                              "request ($I tokens) exceeds the available context size ($W "
                              "tokens), try increasing it",
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
    const struct name name = {LAST, 400, w->type, w->code, NULL};
    const char *shape = w->shape;
    char message[256];
    struct out o = {message, 0, sizeof message};

    if (!shape)
        shape = (unsigned)p < SC_PROVIDER_COUNT && shapes[p].text ? shapes[p].text : OPENAI_TEXT;
    put_words(&o, x->output > 0 && w->both ? w->both : w->input, x);
    return put_shape(shape, &name, 400, message, x, buf, size);
}
