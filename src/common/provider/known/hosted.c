/* hosted.c - services that speak OpenAI's API under hosts of their own, and have their own words
 * for what fails: Alibaba's DashScope, Zhipu, Moonshot, MiniMax, Baidu, Volcengine, SiliconFlow,
 * Cerebras, Fireworks, Cloudflare, watsonx... From their lists of error codes, and answers that
 * were reported in public, 2026-11. */
#include "provider/known/known.h"

/* clang-format off */
static const struct sc_class_row family_rows[] = {
    /* A minute's throttle in the words of a spent account: its page tells them apart. */
    {QUOTA, "hosted-throttled", {429, NO_STATUS}, CODE("insufficient_quota"),
     PHRASE("error-code#token-limit|allocated quota exceeded"), IS(RATE_LIMITED)},
    {QUOTA, "hosted-code-quota", {400, 402, 403, 429, NO_STATUS},
     CODE("AllocationQuota.FreeTierOnly|AccountOverdueError|SetLimitExceeded|NOT_ENOUGH_BALANCE|"
          "insufficient_user_quota|pre_consume_token_quota_failed|token_quota_reached|"
          "status_code:1008|error_code:17|error_code:19|"
          "FailedOperation.FreeResourcePackExhausted|FailedOperation.ResourcePackExhausted"),
     IS(QUOTA_EXHAUSTED)},
    {QUOTA, "hosted-words-quota", {400, 403, 412, 429, NO_STATUS},
     PHRASE("usage limit reached for|limit exhausted|daily free allocation|"
            "reaching the monthly spending limit|insufficient balance|balance is insufficient|"
            /* no balance left; limit of use reached; not enough allowance */
            "余额不足|使用上限|额度不足"),
     IS(QUOTA_EXHAUSTED)},
    {TOKENS, "hosted-context", {400, 413, 422, NO_STATUS},
     PHRASE("model token limit|range of input length should be|prompt exceeds max length|"
            "model maximum context length|model context window limit|"
            "cannot exceed the total tokens limit"),
     IS(TOKEN_LIMIT)},
    {LOAD, "hosted-load", {429, ALL_5XX, NO_STATUS},
     PHRASE("temporarily overloaded|currently overloaded|capacity temporarily exceeded|"
            "system capacity limits|experiencing high traffic|server overload"),
     IS(OVERLOADED)},
    {RATE, "hosted-code-rate", {NO_STATUS},
     CODE("status_code:1002|status_code:1039|error_code:4|error_code:18|error_code:336501|"
          "error_code:336502|Throttling|Throttling.RateQuota|Throttling.BurstRate|"
          "Throttling.AllocationQuota|RequestLimitExceeded|LimitExceeded|"
          "FailedOperation.EngineServerLimitExceeded"),
     IS(RATE_LIMITED)},
    {KEY, "hosted-code-key", {NO_STATUS},
     CODE("status_code:1004|status_code:2049|error_code:110|error_code:111|"
          "AuthFailure.SecretIdNotFound|AuthFailure.SignatureFailure"),
     IS(AUTH)},
    /* LiteLLM: the key is good, and may not use this one. */
    {MODEL, "litellm-model-access", {401, 403},
     CODE("key_model_access_denied|team_model_access_denied|user_model_access_denied|"
          "org_model_access_denied|project_model_access_denied"),
     IS(NOT_FOUND)},
    {MODEL, "hosted-model", {400, NO_STATUS}, PHRASE("no such model"), IS(NOT_FOUND)},
    {CONTENT, "hosted-content", {400, 403, 422, NO_STATUS},
     CODE("data_inspection_failed|DataInspectionFailed|status_code:1026|status_code:1027|"
          "error_code:336104"),
     IS(CONTENT_POLICY)},
    {CONTENT, "hosted-words-content", {400, 403, 422, NO_STATUS},
     PHRASE("inappropriate content|potentially unsafe or sensitive|contain sensitive information|"
            "considered high risk"),
     IS(CONTENT_POLICY)},
    {STREAM, "hosted-bad-request", {NO_STATUS},
     CODE("status_code:2013|error_code:336003|error_code:336006|InvalidParameter|"
          "InvalidParameterValue"),
     IS(BAD_REQUEST)},
};
/* clang-format on */

ROWS(sc_rows_hosted, family_rows);
