/* error_body.c - see error_body.h. */
#include "provider/error_body.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_MAX = 2048 };

struct words {
    const char *type; /* Google: status */
    const char *code;
    const char *message;
};

struct row {
    int status;
    struct words w;
};

static const struct row openai_rows[] = {
    {400, {"invalid_request_error", NULL, "Invalid request."}},
    {401, {"invalid_request_error", "invalid_api_key", "Incorrect API key provided."}},
    {403, {"invalid_request_error", NULL, "You are not allowed to use this resource."}},
    {404,
     {"invalid_request_error", "model_not_found",
      "The model does not exist or you do not have access to it."}},
    {408, {"server_error", NULL, "Request timed out."}},
    {409, {"server_error", NULL, "The request conflicts with another one."}},
    {413, {"invalid_request_error", NULL, "Request entity too large."}},
    {429,
     {"requests", "rate_limit_exceeded",
      "Rate limit reached for requests. Please slow down and retry your request."}},
    {500, {"server_error", NULL, "The server had an error while processing your request. Sorry!"}},
    {502, {"server_error", NULL, "Bad gateway."}},
    {503,
     {"server_error", "server_is_overloaded",
      "The engine is currently overloaded, please try again later."}},
    {504, {"server_error", NULL, "The server took too long to answer."}},
    {529, {"server_error", NULL, "The engine is currently overloaded, please try again later."}},
    {0, {"server_error", NULL, "The request failed."}},
};

static const struct row anthropic_rows[] = {
    {400, {"invalid_request_error", NULL, "There was an issue with your request."}},
    {401, {"authentication_error", NULL, "invalid x-api-key"}},
    {402, {"billing_error", NULL, "There's an issue with your billing or payment information."}},
    {403,
     {"permission_error", NULL,
      "Your API key does not have permission to use the specified resource."}},
    {404, {"not_found_error", NULL, "The requested resource was not found."}},
    {413, {"request_too_large", NULL, "Request exceeds the maximum allowed number of bytes."}},
    {429, {"rate_limit_error", NULL, "This request would exceed your account's rate limit."}},
    {503, {"overloaded_error", NULL, "Overloaded"}},
    {504, {"timeout_error", NULL, "Request timed out."}},
    {529, {"overloaded_error", NULL, "Overloaded"}},
    {0, {"api_error", NULL, "Internal server error"}},
};

static const struct row google_rows[] = {
    {400, {"INVALID_ARGUMENT", NULL, "Request contains an invalid argument."}},
    {401, {"UNAUTHENTICATED", NULL, "Request had invalid authentication credentials."}},
    {403, {"PERMISSION_DENIED", NULL, "The caller does not have permission."}},
    {404, {"NOT_FOUND", NULL, "The model is not found for API version v1beta."}},
    {429, {"RESOURCE_EXHAUSTED", NULL, "Resource has been exhausted (e.g. check quota)."}},
    {500, {"INTERNAL", NULL, "An internal error has occurred."}},
    {503, {"UNAVAILABLE", NULL, "The model is overloaded. Please try again later."}},
    {504, {"DEADLINE_EXCEEDED", NULL, "Deadline expired before operation could complete."}},
    {0, {"UNKNOWN", NULL, "The request failed."}},
};

static const struct row mistral_rows[] = {
    {400, {"invalid_request_error", "3051", "Invalid request."}},
    {401, {"invalid_request_error", "1200", "Unauthorized"}},
    {404, {"invalid_model", "1500", "Invalid model."}},
    {429, {"rate_limited", "1300", "Rate limit exceeded"}},
    {503, {"service_unavailable", "3505", "Service tier capacity exceeded for this model."}},
    {0, {"internal_server_error", "1000", "Internal server error"}},
};

/* What format_error_response of llama-server makes of each kind. */
static const struct row llamacpp_rows[] = {
    {400, {"invalid_request_error", NULL, "'messages' is required"}},
    {401, {"authentication_error", NULL, "Invalid API Key"}},
    {403, {"permission_error", NULL, "Permission denied"}},
    {404, {"not_found_error", NULL, "File Not Found"}},
    {500, {"server_error", NULL, "failed to decode the batch"}},
    {501, {"not_supported_error", NULL, "This server does not support this endpoint"}},
    {503, {"unavailable_error", NULL, "Loading model"}},
    {0, {"server_error", NULL, "unknown error"}},
};

static const struct row vllm_rows[] = {
    {400, {"BadRequestError", NULL, "Invalid request."}},
    {401, {"AuthenticationError", NULL, "Unauthorized"}},
    {404, {"NotFoundError", NULL, "The model does not exist."}},
    {429, {"TooManyRequestsError", NULL, "Too many requests."}},
    {503, {"ServiceUnavailableError", NULL, "The server is overloaded."}},
    {0, {"InternalServerError", NULL, "Internal server error"}},
};

static const struct words openai_quota = {
    "insufficient_quota", "insufficient_quota",
    "You exceeded your current quota, please check your plan and billing details."};
static const struct words anthropic_quota = {
    "rate_limit_error", NULL, "Your organization has reached its monthly spend limit."};
static const struct words google_quota = {
    "RESOURCE_EXHAUSTED", NULL,
    "You exceeded your current quota, please check your plan and billing details."};
static const struct words ollama_quota = {
    "api_error", NULL,
    "you (mock) have reached your session usage limit, upgrade for higher limits: "
    "https://ollama.com/upgrade"};
static const struct words mistral_quota = {"insufficient_quota", "insufficient_quota",
                                           "Your subscription's monthly limit is reached."};

static const struct words openai_context = {
    "invalid_request_error", "context_length_exceeded",
    "This model's maximum context length is 128000 tokens. However, your messages resulted in "
    "200000 tokens. Please reduce the length of the messages."};
static const struct words anthropic_context = {
    "invalid_request_error", NULL, "prompt is too long: 208310 tokens > 200000 maximum"};
static const struct words google_context = {
    "INVALID_ARGUMENT", NULL,
    "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."};
static const struct words mistral_context = {
    "invalid_request_error", "3051",
    "Prompt contains 200000 tokens, too large for model with 131072 maximum context length"};

static const struct words llamacpp_context = {
    "exceed_context_size_error", NULL,
    "request (200000 tokens) exceeds the available context size (128000 tokens), try increasing "
    "it"};
static const struct words vllm_context = {
    "BadRequestError", NULL,
    "This model's maximum context length is 128000 tokens. However, your messages resulted in "
    "200000 tokens. Please reduce the length of the messages."};

/* ---- writing ------------------------------------------------------------------------------- */

static void put_text(struct sc_buf *b, const char *s)
{
    sc_buf_add(b, s, strlen(s));
}

static void put_quoted(struct sc_buf *b, const char *s)
{
    if (!s) {
        sc_buf_text(b, "null");
        return;
    }
    sc_buf_char(b, '"');
    sc_buf_escaped(b, (struct sc_str){s, strlen(s)});
    sc_buf_char(b, '"');
}

static void put_argument(struct sc_buf *b, char kind, va_list *args)
{
    char text[32];

    if (kind == 'q') {
        put_quoted(b, va_arg(*args, const char *));
    } else if (kind == 's') {
        put_text(b, va_arg(*args, const char *));
    } else if (kind == 'd') {
        sc_buf_number(b, va_arg(*args, int));
    } else {
        snprintf(text, sizeof text, "%016llx", va_arg(*args, unsigned long long));
        put_text(b, text);
    }
}

/* A single quote in the template stands for a double one, so that the formats stay readable. %q: a
 * quoted string (NULL: null), %s: as it is, %d: an int, %x: 16 hex digits. */
static void put(struct sc_buf *b, const char *template, ...)
{
    va_list args;

    va_start(args, template);
    for (const char *p = template; *p;) {
        size_t plain = strcspn(p, "'%");

        sc_buf_add(b, p, plain);
        p += plain;
        if (*p == '\'') {
            sc_buf_char(b, '"');
            p++;
        } else if (*p == '%') {
            put_argument(b, p[1], &args);
            p += 2;
        }
    }
    va_end(args);
}

typedef void write_fn(const struct sc_error_asked *q, const struct words *w, struct sc_buf *b);

static void write_openai(const struct sc_error_asked *q, const struct words *w, struct sc_buf *b)
{
    (void)q;
    put(b, "{'error':{'message':%q,'type':%q,'param':%q,'code':%q}}", w->message, w->type,
        q->kind == SC_ERROR_CONTEXT ? "messages" : NULL, w->code);
}

/* The Responses API sends errors within a stream flat. */
static void write_responses_event(const struct words *w, struct sc_buf *b)
{
    put(b, "{'type':'error','code':%q,'message':%q,'param':null,'sequence_number':0}",
        w->code ? w->code : w->type, w->message);
}

static void write_azure(const struct sc_error_asked *q, const struct words *w, struct sc_buf *b)
{
    char number[16];
    (void)q;
    /* The gateway in front refuses a wrong key in its own way. */
    if (q->status == 401) {
        put(b, "{'statusCode':401,'message':%q}", w->message);
        return;
    }
    snprintf(number, sizeof number, "%d", q->status);
    const char *code = q->code || q->kind != SC_ERROR_PLAIN ? w->code : number;
    if (q->status == 404 && !q->code)
        code = "DeploymentNotFound";
    put(b, "{'error':{'code':%q,'message':%q}}", code, w->message);
}

static void write_anthropic(const struct sc_error_asked *q, const struct words *w, struct sc_buf *b)
{
    const char *code = q->kind == SC_ERROR_QUOTA ? "enforced_spend_limit_reached" : w->code;
    put(b, "{'type':'error','error':{'type':%q,'message':%q", w->type, w->message);
    if (code)
        put(b, ",'details':{'error_code':%q}", code);
    put(b, "},'request_id':'req_%x'}", q->id);
}

static void write_google(const struct sc_error_asked *q, const struct words *w, struct sc_buf *b)
{
    bool array = q->as_array && !q->event;
    int code = !q->event || q->status >= 400 ? q->status : 503;
    put(b, "%s{'error':{'code':%d,'message':%q,'status':%q", array ? "[" : "", code, w->message,
        w->type);
    if (q->retry_in)
        put(b,
            ",'details':[{'@type':'type.googleapis.com/google.rpc.RetryInfo',"
            "'retryDelay':%q}]",
            q->retry_in);
    else if (q->kind == SC_ERROR_QUOTA)
        put(b,
            ",'details':[{'@type':'type.googleapis.com/google.rpc.QuotaFailure',"
            "'violations':[{'quotaMetric':'generativelanguage.googleapis.com/"
            "generate_content_free_tier_requests','quotaId':"
            "'GenerateRequestsPerDayPerProjectPerModel-FreeTier',"
            "'quotaDimensions':{'model':%q},'quotaValue':'50'}]}]",
            q->model);
    put(b, "}}%s", array ? "]" : "");
}

static void write_mistral(const struct sc_error_asked *q, const struct words *w, struct sc_buf *b)
{
    (void)q;
    if (q->status == 401) {
        put(b, "{'detail':%q}", w->message);
        return;
    }
    put(b,
        "{'object':'error','message':%q,'type':%q,'param':null,'code':%q,"
        "'raw_status_code':%d}",
        w->message, w->type, w->code, q->status);
}

static void write_cohere(const struct sc_error_asked *q, const struct words *w, struct sc_buf *b)
{
    put(b, "{'id':'%x','message':%q}", q->id, w->message);
}

static void write_ollama(const struct sc_error_asked *q, const struct words *w, struct sc_buf *b)
{
    if (q->native)
        put(b, "{'error':%q}", w->message);
    else
        write_openai(q, w, b);
}

static void write_message_only(const struct sc_error_asked *q, const struct words *w,
                               struct sc_buf *b)
{
    (void)q;
    put(b, "{'message':%q}", w->message);
}

static void write_numbered(const struct sc_error_asked *q, const struct words *w, struct sc_buf *b)
{
    (void)q;
    put(b, "{'error':{'code':%d,'message':%q,'type':%q}}", q->status, w->message, w->type);
}

static void write_llamacpp(const struct sc_error_asked *q, const struct words *w, struct sc_buf *b)
{
    (void)q;
    put(b, "{'error':{'code':%d,'message':%q,'type':%q", q->status, w->message, w->type);
    if (q->kind == SC_ERROR_CONTEXT)
        put(b, ",'n_prompt_tokens':200000,'n_ctx':128000");
    put(b, "}}");
}

static void write_xai(const struct sc_error_asked *q, const struct words *w, struct sc_buf *b)
{
    (void)q;
    put(b, "{'code':%q,'error':%q}", w->code ? w->code : w->type, w->message);
}

struct dialect {
    const struct row *rows;
    const struct words *quota;
    const struct words *context;
    write_fn *write;
};

static const struct dialect openai = {openai_rows, &openai_quota, &openai_context, write_openai};
static const struct dialect dialects[SC_PROVIDER_COUNT] = {
    [SC_PROVIDER_AZURE] = {openai_rows, &openai_quota, &openai_context, write_azure},
    [SC_PROVIDER_ANTHROPIC] = {anthropic_rows, &anthropic_quota, &anthropic_context,
                               write_anthropic},
    [SC_PROVIDER_GEMINI] = {google_rows, &google_quota, &google_context, write_google},
    [SC_PROVIDER_VERTEX] = {google_rows, &google_quota, &google_context, write_google},
    [SC_PROVIDER_MISTRAL] = {mistral_rows, &mistral_quota, &mistral_context, write_mistral},
    [SC_PROVIDER_COHERE] = {openai_rows, &openai_quota, &openai_context, write_cohere},
    [SC_PROVIDER_XAI] = {openai_rows, &openai_quota, &openai_context, write_xai},
    [SC_PROVIDER_OLLAMA] = {openai_rows, &ollama_quota, &openai_context, write_ollama},
    [SC_PROVIDER_BEDROCK] = {openai_rows, &openai_quota, &openai_context, write_message_only},
    [SC_PROVIDER_OPENROUTER] = {openai_rows, &openai_quota, &openai_context, write_numbered},
    [SC_PROVIDER_LLAMACPP] = {llamacpp_rows, &openai_quota, &llamacpp_context, write_llamacpp},
    [SC_PROVIDER_VLLM] = {vllm_rows, &openai_quota, &vllm_context, write_numbered},
};

static const struct words *row_words(const struct row *rows, int status)
{
    while (rows->status && rows->status != status)
        rows++;
    return &rows->w;
}

static struct words choose_words(const struct dialect *d, const struct sc_error_asked *q)
{
    /* An error event has no status of its own: it says what a 503 would say. */
    struct words out = *row_words(d->rows, q->event && q->status < 400 ? 503 : q->status);

    if (q->kind == SC_ERROR_QUOTA)
        out = *d->quota;
    if (q->kind == SC_ERROR_CONTEXT)
        out = *d->context;
    if (q->type)
        out.type = q->type;
    if (q->code)
        out.code = q->code;
    if (q->message)
        out.message = q->message;
    return out;
}

void sc_error_body(const struct sc_error_asked *q, struct sc_buf *b)
{
    const struct dialect *d = &dialects[q->provider];
    struct words w;
    char message[MESSAGE_MAX];

    if (!d->write)
        d = &openai;
    w = choose_words(d, q);
    if (q->retry_in && d->rows != google_rows) {
        snprintf(message, sizeof message, "%s Please try again in %s.", w.message, q->retry_in);
        w.message = message;
    }
    if (q->flat)
        write_responses_event(&w, b);
    else
        d->write(q, &w, b);
}
