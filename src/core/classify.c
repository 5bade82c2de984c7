/*
 * classify.c - the tables of classification, and the few lines that read them. See classify.h.
 *
 * The rules: WIRE facts gathered from the providers' SDKs, schemas and error pages (2026-08). The
 * first row that fits decides, so rows stand in the order of the checks, special before general.
 */
#include "core/classify.h"

#include <string.h>

#define P(id) (UINT32_C(1) << SC_PROVIDER_##id)
#define ANY UINT32_MAX
#define GOOGLE (P(GEMINI) | P(VERTEX))
#define OPENAI_LIKE                                                                         \
    (P(OPENAI) | P(AZURE) | P(GROQ) | P(DEEPSEEK) | P(TOGETHER) | P(OPENROUTER) | P(VLLM) | \
     P(LLAMACPP) | P(OPENAI_COMPATIBLE))
#define CLAUDE_HOSTS (P(ANTHROPIC) | P(VERTEX) | P(BEDROCK) | P(OPENROUTER))

/* Statuses that stand for more than themselves. */
enum { NO_STATUS = 1, ALL_4XX = 4, ALL_5XX = 5 };

enum {
    NEEDS_HINT = 1,     /* the headers say when to come back */
    NEEDS_NO_HINT = 2,  /* they do not */
    NEEDS_EXCESS = 4,   /* the message says "Limit X, Requested Y" and Y does not fit */
    NEEDS_INNER_429 = 8 /* the body's own status is 429 */
};

/* All that is given must fit; of alternatives, separated by '|', one. */
struct row {
    const char *name;
    uint32_t providers;
    short status[5];    /* none: any. NO_STATUS: an error inside of a success or a stream */
    const char *code;   /* the error's type or code is one of these */
    const char *detail; /* facts->detail contains one of these */
    const char *phrase; /* error.message contains one of these, lower case */
    unsigned flags;
    enum sc_class class;
};

#define CLASS(id) SC_CLASS_##id
#define CODE(c) .code = (c)
#define DETAIL(d) .detail = (d)
#define PHRASE(p) .phrase = (p)

/* clang-format off */
static const struct row rows[] = {
    /* Quota: money or a day's allowance is gone; waiting a minute does not help. */
    {"openrouter-in-flight-budget", P(OPENROUTER), {402, NO_STATUS},
     DETAIL("openrouter_in_flight_budget"), .flags = NEEDS_HINT, .class = CLASS(RATE_LIMITED)},
    {"status-402", ANY, {402}, .class = CLASS(QUOTA_EXHAUSTED)},
    {"code-insufficient_quota", ANY, {400, 403, 429, NO_STATUS},
     CODE("insufficient_quota|credit_balance_exhausted|organization_spend_limit_exceeded|"
          "project_spend_limit_exceeded|organization_usage_limit_exceeded|billing_error|"
          "billing_hard_limit_reached|insufficient_balance"),
     .class = CLASS(QUOTA_EXHAUSTED)},
    {"anthropic-spend-cap", P(ANTHROPIC), {429, NO_STATUS}, DETAIL("enforced_spend_limit_reached"),
     .flags = NEEDS_NO_HINT, .class = CLASS(QUOTA_EXHAUSTED)},
    {"anthropic-credit", P(ANTHROPIC), {400, 403, NO_STATUS},
     PHRASE("credit balance is too low|you have reached your specified"),
     .class = CLASS(QUOTA_EXHAUSTED)},
    {"google-daily-quota", GOOGLE, {429, NO_STATUS}, DETAIL("perday|daily"),
     .class = CLASS(QUOTA_EXHAUSTED)},
    {"google-spent", GOOGLE, {429, NO_STATUS},
     PHRASE("limit: 0|prepayment credits|prepaid credits|spending cap|per_day|per day"),
     .class = CLASS(QUOTA_EXHAUSTED)},
    {"google-no-billing", GOOGLE, {403}, PHRASE("requires billing to be enabled"),
     .class = CLASS(QUOTA_EXHAUSTED)},
    {"groq-blocked", P(GROQ), {400, 403, 429, NO_STATUS}, CODE("blocked_api_access"),
     .class = CLASS(QUOTA_EXHAUSTED)},
    {"groq-daily-quota", P(GROQ), {413, 429, NO_STATUS},
     PHRASE("(tpd)|(rpd)|tokens per day|requests per day"), .class = CLASS(QUOTA_EXHAUSTED)},
    {"openrouter-key-limit", P(OPENROUTER), {403, 429, NO_STATUS}, PHRASE("key limit exceeded"),
     .class = CLASS(QUOTA_EXHAUSTED)},
    {"cohere-trial-month", P(COHERE), {429}, PHRASE("/ month"), .class = CLASS(QUOTA_EXHAUSTED)},
    {"bedrock-service-quota", P(BEDROCK), {400, 402, 429, NO_STATUS},
     CODE("ServiceQuotaExceededException"), .class = CLASS(QUOTA_EXHAUSTED)},
    {"bedrock-daily-quota", P(BEDROCK), {429, NO_STATUS}, PHRASE("too many tokens per day"),
     .class = CLASS(QUOTA_EXHAUSTED)},
    {"xai-credits", P(XAI), {403, 429, NO_STATUS},
     PHRASE("used all available credits|reached its monthly spending limit"),
     .class = CLASS(QUOTA_EXHAUSTED)},

    /* Too many tokens: the same request never fits. */
    {"code-string_above_max_length", ANY, {400, 422, NO_STATUS}, CODE("string_above_max_length"),
     .class = CLASS(BAD_REQUEST)},
    {"code-context_length_exceeded", ANY, {400, 413, 422, NO_STATUS},
     CODE("context_length_exceeded|exceed_context_size_error"), .class = CLASS(TOKEN_LIMIT)},
    {"claude-context", CLAUDE_HOSTS, {400, 413, NO_STATUS},
     PHRASE("prompt is too long|exceed context limit"), .class = CLASS(TOKEN_LIMIT)},
    {"google-context", GOOGLE, {400, NO_STATUS},
     PHRASE("exceeds the maximum number of tokens allowed"), .class = CLASS(TOKEN_LIMIT)},
    {"bedrock-context", P(BEDROCK), {400, 413, NO_STATUS},
     PHRASE("input is too long for requested model"), .class = CLASS(TOKEN_LIMIT)},
    {"cohere-context", P(COHERE), {400, 422, NO_STATUS}, PHRASE("too many tokens"),
     .class = CLASS(TOKEN_LIMIT)},
    {"together-context", P(TOGETHER), {400, 422, NO_STATUS}, PHRASE("`max_new_tokens` must be"),
     .class = CLASS(TOKEN_LIMIT)},
    {"mistral-context", P(MISTRAL), {400, 422, NO_STATUS}, CODE("3051"),
     .class = CLASS(TOKEN_LIMIT)},
    {"mistral-context", P(MISTRAL), {400, 422, NO_STATUS}, PHRASE("too large for model with"),
     .class = CLASS(TOKEN_LIMIT)},
    {"xai-context", P(XAI), {400, NO_STATUS}, PHRASE("maximum prompt length is"),
     .class = CLASS(TOKEN_LIMIT)},
    {"ollama-context", P(OLLAMA), {400, 500, NO_STATUS}, PHRASE("exceeds the context length"),
     .class = CLASS(TOKEN_LIMIT)},
    {"openai-context", OPENAI_LIKE, {400, 422, NO_STATUS}, PHRASE("maximum context length is"),
     .class = CLASS(TOKEN_LIMIT)},
    {"request-over-limit", P(OPENAI) | P(AZURE) | P(GROQ), {413, 429, NO_STATUS},
     CODE("rate_limit_exceeded"), .flags = NEEDS_EXCESS, .class = CLASS(TOKEN_LIMIT)},

    /* 429s, and what hides behind other statuses, that are about load and not about the caller. */
    {"bedrock-model-not-ready", P(BEDROCK), {429, NO_STATUS}, CODE("ModelNotReadyException"),
     .class = CLASS(RETRYABLE)},
    {"bedrock-unavailable", P(BEDROCK), {NO_STATUS}, CODE("ServiceUnavailableException"),
     .class = CLASS(OVERLOADED)},
    {"code-overloaded_error", P(ANTHROPIC), {0}, CODE("overloaded_error"),
     .class = CLASS(OVERLOADED)},
    {"code-overloaded", ANY, {429, ALL_5XX, NO_STATUS},
     CODE("overloaded_error|slow_down|server_is_overloaded|engine_overloaded_error"),
     .class = CLASS(OVERLOADED)},
    {"code-unavailable", ANY, {NO_STATUS},
     CODE("service_unavailable_error|service_unavailable|unavailable_error|UNAVAILABLE"),
     .class = CLASS(OVERLOADED)},
    {"azure-high-demand", P(AZURE), {429, NO_STATUS}, PHRASE("high demand"),
     .class = CLASS(OVERLOADED)},
    {"mistral-capacity", P(MISTRAL), {429, NO_STATUS}, CODE("3505|service_tier_capacity_exceeded"),
     .class = CLASS(OVERLOADED)},
    {"mistral-capacity", P(MISTRAL), {429, NO_STATUS}, PHRASE("service tier capacity exceeded"),
     .class = CLASS(OVERLOADED)},
    {"google-capacity", GOOGLE, {429, NO_STATUS}, DETAIL("MODEL_CAPACITY_EXHAUSTED"),
     .class = CLASS(OVERLOADED)},
    {"groq-capacity", P(GROQ), {498}, .class = CLASS(OVERLOADED)},

    /* Rate limits that do not call themselves 429. */
    {"inner-429", ANY, {ALL_5XX}, .flags = NEEDS_INNER_429, .class = CLASS(RATE_LIMITED)},
    {"bedrock-throttled", P(BEDROCK), {ALL_4XX, ALL_5XX, NO_STATUS}, CODE("ThrottlingException"),
     .class = CLASS(RATE_LIMITED)},
    {"mistral-rate", P(MISTRAL), {400, 429, NO_STATUS}, CODE("rate_limited|1300"),
     .class = CLASS(RATE_LIMITED)},
    {"groq-request-rate", P(GROQ), {413}, CODE("rate_limit_exceeded"),
     .class = CLASS(RATE_LIMITED)},
    {"code-rate_limit", ANY, {NO_STATUS},
     CODE("rate_limit_error|rate_limit_exceeded|rate_limited|RESOURCE_EXHAUSTED"),
     .class = CLASS(RATE_LIMITED)},

    /* The service failed. */
    {"gemini-cancelled", GOOGLE, {499}, .class = CLASS(RETRYABLE)},
    {"bedrock-model-error", P(BEDROCK), {424}, .class = CLASS(RETRYABLE)},

    /* The key, the account, the place. */
    {"cohere-498", P(COHERE), {498}, .class = CLASS(AUTH)},
    {"google-key", GOOGLE, {400, NO_STATUS}, DETAIL("API_KEY_INVALID|API_KEY_EXPIRED"),
     .class = CLASS(AUTH)},
    {"google-key", GOOGLE, {400, NO_STATUS},
     PHRASE("api key not valid|api key expired|api key not found|location is not supported"),
     .class = CLASS(AUTH)},
    {"xai-key", P(XAI), {400, NO_STATUS}, PHRASE("incorrect api key"), .class = CLASS(AUTH)},
    {"groq-restricted", P(GROQ), {400, NO_STATUS}, CODE("organization_restricted"),
     .class = CLASS(AUTH)},
    {"bedrock-signature", P(BEDROCK), {400, NO_STATUS},
     CODE("UnrecognizedClientException|InvalidSignatureException|ExpiredTokenException|"
          "IncompleteSignatureException|MissingAuthenticationTokenException"),
     .class = CLASS(AUTH)},
    {"code-authentication", ANY, {400, NO_STATUS},
     CODE("authentication_error|permission_error|invalid_api_key|UNAUTHENTICATED|"
          "PERMISSION_DENIED|AccessDeniedException"),
     .class = CLASS(AUTH)},

    /* No such model, for this caller. */
    {"code-model_not_found", ANY, {400, 403, 410, 422, NO_STATUS},
     CODE("model_not_found|DeploymentNotFound|model_decommissioned|unknown_model|invalid_model|"
          "ResourceNotFoundException|not_found_error|NOT_FOUND|model_permission_blocked_org|"
          "model_permission_blocked_project"),
     .class = CLASS(NOT_FOUND)},
    {"mistral-model", P(MISTRAL), {400, 422, NO_STATUS}, CODE("1500"), .class = CLASS(NOT_FOUND)},
    {"bedrock-model-access", P(BEDROCK), {403}, CODE("AccessDeniedException"),
     .phrase = "access to the model", .class = CLASS(NOT_FOUND)},
    {"bedrock-model-id", P(BEDROCK), {400, NO_STATUS}, PHRASE("model identifier is invalid"),
     .class = CLASS(NOT_FOUND)},
    {"vertex-model", P(VERTEX), {403}, PHRASE("(or it may not exist)"),
     .class = CLASS(NOT_FOUND)},

    /* What was said, or would have been, is not allowed. */
    {"code-content_filter", ANY, {400, 403, 422, NO_STATUS},
     CODE("content_filter|content_policy_violation|moderation_blocked|"
          "responsible_ai_policy_violation"),
     .class = CLASS(CONTENT_POLICY)},
    {"openai-invalid_prompt", P(OPENAI) | P(AZURE), {400, NO_STATUS}, CODE("invalid_prompt"),
     .class = CLASS(CONTENT_POLICY)},
    {"azure-responsible-ai", P(AZURE), {400, NO_STATUS}, DETAIL("ResponsibleAIPolicyViolation"),
     .class = CLASS(CONTENT_POLICY)},
    {"anthropic-output-blocked", P(ANTHROPIC), {400, NO_STATUS},
     PHRASE("output blocked by content filtering policy"), .class = CLASS(CONTENT_POLICY)},
    {"openrouter-moderation", P(OPENROUTER), {403}, DETAIL("flagged_input"),
     .class = CLASS(CONTENT_POLICY)},
    {"openrouter-moderation", P(OPENROUTER), {403},
     PHRASE("requires moderation|input was flagged"), .class = CLASS(CONTENT_POLICY)},

    /* The status alone. */
    {"status-401", ANY, {401, 403, 407}, .class = CLASS(AUTH)},
    {"status-404", ANY, {404, 410}, .class = CLASS(NOT_FOUND)},
    {"status-408", ANY, {408, 409, 425}, .class = CLASS(RETRYABLE)},
    {"status-429", ANY, {429}, .class = CLASS(RATE_LIMITED)},
    {"status-503", ANY, {503, 529}, .class = CLASS(OVERLOADED)},
    {"status-501", ANY, {501, 505}, .class = CLASS(BAD_REQUEST)},
    {"status-5xx", ANY, {ALL_5XX}, .class = CLASS(RETRYABLE)},
    {"status-4xx", ANY, {ALL_4XX}, .class = CLASS(BAD_REQUEST)},

    /* Errors without a status: in a stream, or under 200. */
    {"code-bad_request", ANY, {NO_STATUS},
     CODE("invalid_request_error|BadRequestError|INVALID_ARGUMENT|ValidationException|"
          "request_too_large|invalid_type|not_supported_error"),
     .class = CLASS(BAD_REQUEST)},
    {"stream-error", ANY, {NO_STATUS}, .class = CLASS(RETRYABLE)},
};

/* libcurl's result codes, by number: core knows no libcurl. Whose fault they are decides. */
static const struct {
    short code;
    enum sc_class class;
    const char *name;
} transport[] = {
    {5, CLASS(RETRYABLE), "curl-resolve-proxy"}, {6, CLASS(RETRYABLE), "curl-resolve"},
    {7, CLASS(RETRYABLE), "curl-connect"},       {16, CLASS(RETRYABLE), "curl-http2"},
    {18, CLASS(RETRYABLE), "curl-partial"},      {28, CLASS(RETRYABLE), "curl-timeout"},
    {35, CLASS(RETRYABLE), "curl-tls-handshake"}, {52, CLASS(RETRYABLE), "curl-empty-reply"},
    {55, CLASS(RETRYABLE), "curl-send"},         {56, CLASS(RETRYABLE), "curl-receive"},
    {92, CLASS(RETRYABLE), "curl-http2-stream"}, {95, CLASS(RETRYABLE), "curl-http3"},
    {96, CLASS(RETRYABLE), "curl-quic-connect"}, {42, CLASS(ABORTED), "curl-aborted"},
    {23, CLASS(BAD_REQUEST), "curl-write"},      {26, CLASS(BAD_REQUEST), "curl-read"},
    {67, CLASS(AUTH), "curl-login"},             {94, CLASS(AUTH), "curl-auth"},
    /* A certificate stays what it is, and its trust is the caller's own setting. */
    {51, CLASS(BAD_REQUEST), "curl-certificate"}, {58, CLASS(BAD_REQUEST), "curl-certificate"},
    {59, CLASS(BAD_REQUEST), "curl-cipher"},      {60, CLASS(BAD_REQUEST), "curl-certificate"},
    {77, CLASS(BAD_REQUEST), "curl-certificate"}, {83, CLASS(BAD_REQUEST), "curl-certificate"},
    {90, CLASS(BAD_REQUEST), "curl-certificate"}, {91, CLASS(BAD_REQUEST), "curl-certificate"},
};
/* clang-format on */

enum { CURL_HTTP_RETURNED_ERROR = 22 };

#define COUNT(a) (sizeof(a) / sizeof *(a))

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

static bool is_one_of(const char *value, const char *list)
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

static bool contains_one_of(struct sc_str text, const char *list)
{
    struct sc_str one;
    while (next_alternative(&list, &one))
        for (size_t at = 0; at + one.n <= text.n; at++)
            if (fits_at(text, at, one))
                return true;
    return false;
}

/* A short message is compared with a handful of phrases; a long one is cut: what matters is said
 * at its beginning, and what follows is often the caller's own text. */
#define MESSAGE_READ 2048

static struct sc_str readable(struct sc_str message)
{
    if (message.n > MESSAGE_READ)
        message.n = MESSAGE_READ;
    return message;
}

static bool status_fits(const struct row *r, int status)
{
    if (r->status[0] == 0)
        return true;
    for (size_t i = 0; i < COUNT(r->status) && r->status[i] != 0; i++) {
        short s = r->status[i];
        if (s == status || (s == NO_STATUS && status == 0) ||
            ((s == ALL_4XX || s == ALL_5XX) && status / 100 == s))
            return true;
    }
    return false;
}

static bool row_concerns(const struct row *r, enum sc_provider p, int status)
{
    return (r->providers >> p & 1) && status_fits(r, status);
}

static bool flags_fit(unsigned flags, const struct sc_facts *f)
{
    if ((flags & NEEDS_HINT) && !f->hint_in_header)
        return false;
    if ((flags & NEEDS_NO_HINT) && f->hint_in_header)
        return false;
    if ((flags & NEEDS_INNER_429) && f->inner_status != 429)
        return false;
    return !(flags & NEEDS_EXCESS) || (f->limit > 0 && f->requested > f->limit);
}

static bool row_fits(const struct row *r, const struct sc_facts *f, int status)
{
    if (!row_concerns(r, f->provider, status) || !flags_fit(r->flags, f))
        return false;
    if (r->code && !is_one_of(f->type, r->code) && !is_one_of(f->code, r->code))
        return false;
    if (r->detail && !contains_one_of((struct sc_str){f->detail, strlen(f->detail)}, r->detail))
        return false;
    return !r->phrase || contains_one_of(readable(f->message), r->phrase);
}

static void decide(struct sc_verdict *v, enum sc_class class, const char *row)
{
    v->class = class;
    v->retry = sc_class_retryable(class);
    v->row = row;
}

static void by_rows(const struct sc_facts *f, int status, struct sc_verdict *v)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!row_fits(&rows[i], f, status))
            continue;
        decide(v, rows[i].class, rows[i].name);
        return;
    }
    decide(v, SC_CLASS_BAD_REQUEST, "unknown-status");
}

static void by_connect_status(int status, struct sc_verdict *v)
{
    if (status >= 500 || status == 408 || status == 429)
        decide(v, SC_CLASS_RETRYABLE, "proxy-5xx");
    else if (status == 401 || status == 403 || status == 407)
        decide(v, SC_CLASS_AUTH, "proxy-auth");
    else
        decide(v, SC_CLASS_BAD_REQUEST, "proxy-4xx");
}

static void by_transport(const struct sc_facts *f, struct sc_verdict *v)
{
    for (size_t i = 0; i < COUNT(transport); i++) {
        if (transport[i].code != f->curl_code)
            continue;
        decide(v, transport[i].class, transport[i].name);
        if (v->retry && f->connect_status >= 400)
            by_connect_status(f->connect_status, v);
        return;
    }
    decide(v, SC_CLASS_BAD_REQUEST, "curl-other");
}

/* Why a success ended early: finish_reason, stop_reason, blockReason of the APIs, 2026-08. */
static bool is_refused(const char *stop)
{
    static const char *const reasons[] = {
        "content_filter", "refusal",    "SAFETY",       "PROHIBITED_CONTENT",   "BLOCKLIST",
        "SPII",           "RECITATION", "IMAGE_SAFETY", "guardrail_intervened", "content_filtered",
        "MODEL_ARMOR",    "JAILBREAK",
    };
    for (size_t i = 0; stop[0] && i < COUNT(reasons); i++)
        if (lower(stop[0]) == lower(reasons[i][0]) &&
            same((struct sc_str){stop, strlen(stop)}, reasons[i]))
            return true;
    return false;
}

/* A transfer that broke after a failing status: the status says more than the break. */
static bool transport_decides(const struct sc_facts *f)
{
    if (f->curl_code == 0 || f->curl_code == CURL_HTTP_RETURNED_ERROR)
        return f->status == 0;
    for (size_t i = 0; i < COUNT(transport) && f->status >= 400; i++)
        if (transport[i].code == f->curl_code && transport[i].class == SC_CLASS_RETRYABLE)
            return false;
    return true;
}

static void by_outcome(const struct sc_facts *f, struct sc_verdict *v)
{
    if (f->has_error && f->status > 0 && f->status < 400)
        by_rows(f, f->inner_status, v);
    else if (transport_decides(f))
        by_transport(f, v);
    else if (f->status >= 400)
        by_rows(f, f->status, v);
    else if (is_refused(f->stop))
        decide(v, SC_CLASS_CONTENT_POLICY, "stop-content_policy");
    else
        decide(v, SC_CLASS_OK, "ok");
}

void sc_classify(const struct sc_facts *f, struct sc_verdict *v)
{
    by_outcome(f, v);
    v->hint_ms = f->hint_ms;
    if (v->class == SC_CLASS_OK || v->class == SC_CLASS_ABORTED)
        return;
    if (f->should_retry >= 0)
        v->retry = f->should_retry;
    if (f->hint_ms > SC_HINT_PATIENCE_MS || f->output_seen)
        v->retry = false;
}

static bool is_conditional(const struct row *r)
{
    return r->code || r->detail || r->phrase || r->flags;
}

/* Asks the same table what a body could still change. */
enum sc_head_verdict sc_classify_head(enum sc_provider p, int status)
{
    bool classes[SC_CLASS_COUNT] = {false};
    if (status > 0 && status < 400)
        return SC_HEAD_SUCCESS;
    enum sc_class last = SC_CLASS_COUNT;
    for (size_t i = 0; i < COUNT(rows) && last == SC_CLASS_COUNT; i++) {
        if (!row_concerns(&rows[i], p, status))
            continue;
        classes[rows[i].class] = true;
        if (!is_conditional(&rows[i]))
            last = rows[i].class;
    }
    int kinds = 0, retryable = 0;
    for (int c = 0; c < SC_CLASS_COUNT; c++) {
        kinds += classes[c];
        retryable += classes[c] && sc_class_retryable((enum sc_class)c);
    }
    if (kinds > 0 && retryable == kinds && status != 429)
        return SC_HEAD_RETRY;
    return kinds == 1 && retryable == 0 ? SC_HEAD_FINAL : SC_HEAD_NEEDS_BODY;
}

enum sc_head_verdict sc_classify_headers(const struct sc_response *r)
{
    struct sc_response head = *r;
    struct sc_facts f;
    enum sc_head_verdict by_status = sc_classify_head(r->provider, r->status);
    head.body_len = 0;
    head.output_seen = false;
    sc_facts_read(&head, &f);
    if (by_status == SC_HEAD_SUCCESS || f.should_retry < 0)
        return by_status;
    return f.should_retry ? SC_HEAD_RETRY : SC_HEAD_FINAL;
}
