/* bedrock.c - AWS Bedrock: the exception's name is in a header, or in a frame of the stream. */
#include "provider/known/known.h"

/* clang-format off */
static const struct sc_class_row rows[] = {
    {QUOTA, "bedrock-service-quota", {400, 402, 429, NO_STATUS},
     CODE("ServiceQuotaExceededException"), IS(QUOTA_EXHAUSTED)},
    {QUOTA, "bedrock-daily-quota", {429, NO_STATUS}, PHRASE("too many tokens per day"),
     IS(QUOTA_EXHAUSTED)},
    {TOKENS, "bedrock-context", {400, 413, NO_STATUS},
     PHRASE("input is too long for requested model|too many input tokens"), IS(TOKEN_LIMIT)},
    {LOAD, "bedrock-model-not-ready", {429, NO_STATUS}, CODE("ModelNotReadyException"),
     IS(RETRYABLE)},
    {LOAD, "bedrock-unavailable", {NO_STATUS}, CODE("ServiceUnavailableException"),
     IS(OVERLOADED)},
    {RATE, "bedrock-throttled", {ALL_4XX, ALL_5XX, NO_STATUS}, CODE("ThrottlingException"),
     IS(RATE_LIMITED)},
    {SERVICE, "bedrock-model-error", {424}, IS(RETRYABLE)},
    {KEY, "bedrock-key", {400, 403, NO_STATUS},
     CODE("UnrecognizedClientException|ExpiredTokenException"), IS(AUTH)},
    {KEY, "bedrock-signature", {400, NO_STATUS},
     CODE("InvalidSignatureException|IncompleteSignatureException|"
          "MissingAuthenticationTokenException"),
     IS(AUTH), VAGUE},
    {KEY, "bedrock-place", {400, NO_STATUS}, PHRASE("not allowed from unsupported countries"),
     IS(AUTH)},
    {MODEL, "bedrock-model-access", {403}, CODE("AccessDeniedException"),
     PHRASE("access to the model|model access is denied"), IS(NOT_FOUND)},
    {MODEL, "bedrock-model-id", {400, NO_STATUS},
     PHRASE("model identifier is invalid|on-demand throughput|end of its life"),
     IS(NOT_FOUND)},
};
/* clang-format on */

static ROWS(own, rows);

SC_KNOWN(BEDROCK) = {
    .hosts = HOSTS("bedrock-runtime.*.amazonaws.com", "bedrock-runtime-fips.*.amazonaws.com",
                   "bedrock-runtime.*.amazonaws.com.cn", "*.bedrock-runtime.*.vpce.amazonaws.com",
                   "bedrock-runtime.*.api.aws", "bedrock-mantle.*.api.aws"),
    .flat_errors = true,
    .rows = {&own, &sc_rows_claude},
    .asks = {PATHS("/converse", "/converse-stream", "/invoke", "/invoke-with-response-stream",
                   "/count-tokens", "/apply"),
             sc_paths_openai, sc_paths_claude}};
